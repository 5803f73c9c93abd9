"""Sending no faster than GoTo allows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.goto.fakes import FakeGoTo, answer

from greenroom.goto import GoTo, PacedLimiter, training, webinar


def test_slots_are_evenly_spaced_per_bucket() -> None:
    limiter = PacedLimiter(10, clock=lambda: 100.0)

    waits = [limiter.reserve("webinar") for _ in range(4)]

    assert waits == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert limiter.reserve("training") == 0.0


def test_a_quiet_time_is_not_saved_up() -> None:
    now = [0.0]
    limiter = PacedLimiter(10, clock=lambda: now[0])
    limiter.reserve("webinar")
    now[0] = 50.0

    assert [limiter.reserve("webinar") for _ in range(2)] == pytest.approx([0.0, 0.1])


def test_threads_never_get_the_same_slot() -> None:
    limiter = PacedLimiter(10, clock=lambda: 0.0)
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda: waits.extend(limiter.reserve("webinar") for _ in range(50))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(waits) == pytest.approx([n / 10 for n in range(400)])


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="per_second"):
        PacedLimiter(0)


class Sleeper:
    """A clock, and somebody who sleeps by it and wakes up as much too late as they are told."""

    def __init__(self, *lateness: float) -> None:
        self.now = datetime(2026, 9, 1, 12, tzinfo=UTC)
        self._lateness = list(lateness)
        self.naps: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(round(seconds, 3))
        self.now += timedelta(seconds=seconds + (self._lateness.pop(0) if self._lateness else 0.0))


@pytest.mark.parametrize(
    ("lateness", "naps", "next_wait"),
    [
        ((0.009,), [0.1], 0.091),
        ((0.02,), [0.1], 0.1),  # the slot behind it is moved
        ((0.3,), [0.1], 0.1),
        ((0.6,), [0.1], 0.1),  # it is missed; the next one is free at once
    ],
)
def test_who_wakes_up_too_late_moves_the_slots_behind(
    lateness: tuple[float, ...], naps: list[float], next_wait: float
) -> None:
    fake, sleeper = FakeGoTo(answer(200, [])), Sleeper(*lateness)
    limiter = PacedLimiter(10, clock=lambda: sleeper.now.timestamp())
    limiter.reserve("training")
    with GoTo("a-token", transport=fake.transport, limiter=limiter, clock=sleeper, sleep=sleeper.sleep) as goto:
        goto.send(training.get_all_trainings("1"))

    assert naps == sleeper.naps
    assert limiter.reserve("training") == pytest.approx(next_wait, abs=1e-5)
    assert len(fake.requests) == 1


def test_every_attempt_takes_a_slot_of_its_product(connect) -> None:
    taken: list[str] = []

    class Noting:
        def reserve(self, bucket: str) -> float:
            taken.append(bucket)
            return 0.25

        def postpone(self, bucket: str, seconds: float) -> None:
            raise AssertionError("nobody was late")

    fake = FakeGoTo(answer(503), answer(200, []))
    client = connect(fake, limiter=Noting())
    client.send(training.get_all_trainings("1"))
    client.send(webinar.get_panelists("1", "2"))

    assert taken == ["training", "training", "webinar"]
    assert fake.waits == [0.25, 0.5, 0.25, 0.25]
