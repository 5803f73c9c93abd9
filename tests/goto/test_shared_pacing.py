"""Pacing and a day's budget, shared by processes."""

from __future__ import annotations

import heapq
import threading
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.goto import children
from tests.goto.fakes import FakeGoTo, answer

from greenroom.goto import (
    DailyBudgetError,
    FileSlotStore,
    MemorySlotStore,
    RateLimitError,
    SharedLimiter,
    SlotStore,
    training,
    webinar,
)

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC).timestamp()


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["memory", "file"])
def slot_store(request: pytest.FixtureRequest, tmp_path: Path) -> SlotStore:
    return MemorySlotStore() if request.param == "memory" else FileSlotStore(tmp_path / "slots")


def most_in_a_second(moments: list[float]) -> int:
    """Count the fullest window of one second, both ends included."""
    ordered = sorted(moments)
    return max((sum(1 for m in ordered[i:] if m <= start + 1) for i, start in enumerate(ordered)), default=0)


@settings(max_examples=200)
@given(
    pauses=st.lists(st.floats(0, 2) | st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.999, 1.0]), max_size=60),
    lateness=st.lists(st.floats(0, 0.099), min_size=60, max_size=60),
)
def test_no_second_holds_more_than_ten_calls(pauses: list[float], lateness: list[float]) -> None:
    """Also when a call leaves a little later than its slot."""
    clock = Clock()
    limiter = SharedLimiter(MemorySlotStore(), "an-id", clock=clock)
    sent = []
    for pause, late in zip(pauses, lateness, strict=False):
        clock.now += pause
        sent.append(clock.now + limiter.reserve("webinar") + late)

    assert most_in_a_second(sent) <= 10


@settings(max_examples=200)
@given(lateness=st.lists(st.floats(0, 0.5) | st.sampled_from([0.0, 0.0, 0.5]), min_size=80, max_size=80))
def test_no_second_holds_more_than_ten_calls_however_late_four_callers_wake_up(lateness: list[float]) -> None:
    clock = Clock()
    limiter = SharedLimiter(MemorySlotStore(), "an-id", clock=clock)
    line = [(clock.now, "wants", caller, 0.0) for caller in range(4)]
    sent = []
    while lateness:
        clock.now, act, caller, late = heapq.heappop(line)
        if act == "wants":
            late = lateness.pop()
            heapq.heappush(line, (clock.now + limiter.reserve("webinar") + late, "wakes", caller, late))
        else:
            limiter.postpone("webinar", late)
            sent.append(clock.now)
            heapq.heappush(line, (clock.now, "wants", caller, 0.0))

    assert most_in_a_second(sent) <= 10


@settings(max_examples=100)
@given(st.lists(st.sampled_from([0.0, 0.01, 0.5, -0.5, -30.0, -3600.0]), max_size=40))
def test_a_clock_set_back_makes_nobody_wait_for_the_future(steps: list[float]) -> None:
    clock = Clock()
    limiter = SharedLimiter(MemorySlotStore(), "an-id", clock=clock)
    for number, step in enumerate(steps):
        clock.now += step
        assert 0 <= limiter.reserve("webinar") <= 0.11 * number + 1e-3


def test_limiters_share_slots_by_store_client_and_product(slot_store: SlotStore) -> None:
    one, two = (SharedLimiter(slot_store, "an-id", clock=Clock()) for _ in range(2))
    other = SharedLimiter(slot_store, "another-id", clock=Clock())

    waits = [one.reserve("webinar"), two.reserve("webinar"), one.reserve("webinar")]

    assert waits == pytest.approx([0.0, 0.11, 0.22], abs=1e-6)
    assert one.reserve("training") == 0.0
    assert other.reserve("webinar") == 0.0


def test_a_quiet_time_is_not_saved_up(slot_store: SlotStore) -> None:
    clock = Clock()
    limiter = SharedLimiter(slot_store, "an-id", clock=clock)
    limiter.reserve("webinar")
    clock.now += 50

    assert [limiter.reserve("webinar") for _ in range(2)] == pytest.approx([0.0, 0.11], abs=1e-6)


def test_a_days_budget_ends_at_midnight_utc(slot_store: SlotStore) -> None:
    clock = Clock()
    limiter = SharedLimiter(slot_store, "an-id", daily_budget=3, clock=clock)
    for _ in range(3):
        limiter.reserve("webinar")

    with pytest.raises(DailyBudgetError) as caught:
        limiter.reserve("webinar")
    assert caught.value.retry_after == pytest.approx(12 * 3600)
    assert isinstance(caught.value, RateLimitError)
    assert (caught.value.code, caught.value.product) == ("daily_budget", "webinar")
    assert limiter.reserve("training") == 0.0

    clock.now += 12 * 3600
    assert limiter.reserve("webinar") == 0.0


def test_slots_that_reach_into_the_next_day_count_there(slot_store: SlotStore) -> None:
    clock = Clock(NOON + 12 * 3600 - 0.2)
    limiter = SharedLimiter(slot_store, "an-id", daily_budget=2, clock=clock)

    waits = [limiter.reserve("webinar") for _ in range(2)]
    assert waits == pytest.approx([0.0, 0.11], abs=1e-6)
    assert limiter.reserve("webinar") == pytest.approx(0.22, abs=1e-6)


def test_a_used_up_budget_sends_nothing(connect) -> None:
    fake = FakeGoTo(answer(200, []))
    limiter = SharedLimiter(MemorySlotStore(), "an-id", daily_budget=1, clock=Clock())
    client = connect(fake, limiter=limiter)
    client.send(training.get_all_trainings("1"))

    with pytest.raises(DailyBudgetError, match="training"):
        client.send(training.get_all_trainings("1"))
    client.send(webinar.get_panelists("1", "2"))
    assert len(fake.requests) == 2
    assert fake.waits == []


@pytest.mark.parametrize("torn", [b"{", b'{"next_slot": "x"}', b"\xff"])
def test_a_torn_file_costs_a_second_and_no_more(tmp_path: Path, torn: bytes) -> None:
    store = FileSlotStore(tmp_path)
    limiter = SharedLimiter(store, "an-id", clock=Clock())
    limiter.reserve("webinar")
    [file] = tmp_path.glob("*.slots")
    file.write_bytes(torn)

    assert limiter.reserve("webinar") == pytest.approx(1.0)


def test_names_do_not_leave_the_folder(tmp_path: Path) -> None:
    limiter = SharedLimiter(FileSlotStore(tmp_path / "in"), "../../x", clock=Clock())
    limiter.reserve("a/b")

    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert len(list((tmp_path / "in").iterdir())) == 2


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="per_second"):
        SharedLimiter(MemorySlotStore(), "an-id", per_second=0)


def test_threads_never_get_the_same_slot(slot_store: SlotStore) -> None:
    limiter = SharedLimiter(slot_store, "an-id", clock=Clock())
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda: waits.extend(limiter.reserve("webinar") for _ in range(20))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(waits) == pytest.approx([n * 0.11 for n in range(120)], abs=1e-4)


def test_four_processes_never_share_a_slot(tmp_path: Path) -> None:
    outputs = children.run_together([children.start("reserve", str(tmp_path), "60") for _ in range(4)])
    slots = sorted(float(line) for output in outputs for line in output.split())

    assert len(slots) == 240
    assert min(later - earlier for earlier, later in pairwise(slots)) > 0.1099
    assert most_in_a_second(slots) <= 10
