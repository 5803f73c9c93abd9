"""Sending no faster than GoTo allows."""

from __future__ import annotations

import threading

import pytest
from tests.goto.fakes import FakeGoTo, answer

from greenroom.goto import PacedLimiter, training, webinar


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


def test_every_attempt_takes_a_slot_of_its_product(connect) -> None:
    taken: list[str] = []

    class Noting:
        def reserve(self, bucket: str) -> float:
            taken.append(bucket)
            return 0.25

    fake = FakeGoTo(answer(503), answer(200, []))
    client = connect(fake, limiter=Noting())
    client.send(training.get_all_trainings("1"))
    client.send(webinar.get_panelists("1", "2"))

    assert taken == ["training", "training", "webinar"]
    assert fake.waits == [0.25, 0.5, 0.25, 0.25]
