"""When a call that failed is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.automation.hooks.retrying import ATTEMPTS, WAITS, next_attempt_at

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
JITTERS = st.floats(-1, 1)


def test_ten_attempts_as_the_specification_shows() -> None:
    assert 10 == ATTEMPTS
    assert [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400] == [wait.total_seconds() for wait in WAITS]


def _attempts(jitters: list[float]) -> list[datetime]:
    """Return when all attempts are made, each as soon as it is due."""
    times = [BEGAN]
    for number, jitter in enumerate(jitters, start=1):
        times.append(next_attempt_at(began_at=BEGAN, attempts=number, now=times[-1], jitter=jitter))
    return times


@given(st.lists(JITTERS, min_size=9, max_size=9))
def test_each_wait_is_within_a_fifth_and_the_last_attempt_after_three_days(jitters: list[float]) -> None:
    times = _attempts(jitters)
    for wait, before, after in zip(WAITS, times, times[1:], strict=False):
        assert 0.8 * wait <= after - before <= 1.2 * wait
    assert times[-1] - BEGAN > timedelta(hours=73)


@given(JITTERS, st.integers(1, 9), st.floats(0, 200))
def test_who_is_late_still_waits(jitter: float, attempts: int, hours: float) -> None:
    now = BEGAN + timedelta(hours=hours)
    due = next_attempt_at(began_at=BEGAN, attempts=attempts, now=now, jitter=jitter)
    assert due - now >= 0.8 * WAITS[attempts - 1]


def test_after_the_last_there_is_none() -> None:
    assert next_attempt_at(began_at=BEGAN, attempts=10, now=BEGAN, jitter=0) is None


@pytest.mark.parametrize(("asked", "given_"), [(1, 300), (400, 400), (599, 599), (10**6, 600)])
def test_what_the_other_side_asks_for_is_believed_within_bounds(asked: int, given_: int) -> None:
    due = next_attempt_at(began_at=BEGAN, attempts=2, now=BEGAN, jitter=0, retry_after=timedelta(seconds=asked))
    assert timedelta(seconds=given_) == due - BEGAN
