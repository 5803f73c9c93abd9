"""When registrants are read next, as a table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.sync.plan import Outlook, is_due, next_reading

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEVER = None


def outlook(start: timedelta | None = None, end: timedelta | None = None, **more) -> Outlook:
    """Make an event with one date, so long from now, whose registrants have just been read."""
    last_end = end if end is not None or start is None else start + HOURS
    is_over = last_end is not None and last_end <= timedelta(0)
    known = {
        "read_at": NOW,
        "next_start": None if start is None or is_over else NOW + start,
        "last_end": None if last_end is None else NOW + last_end,
    }
    return Outlook(**known | more)


@pytest.mark.parametrize(
    ("wait", "event"),
    [
        (0 * DAYS, outlook(30 * DAYS, read_at=None)),
        (0 * DAYS, outlook(-9 * DAYS, read_at=None)),
        # Before
        (15 * MINUTES, outlook(0 * HOURS)),
        (15 * MINUTES, outlook(48 * HOURS)),
        (1 * HOURS, outlook(48 * HOURS + 1 * MINUTES)),
        (1 * HOURS, outlook(14 * DAYS)),
        (1 * DAYS, outlook(14 * DAYS + 1 * MINUTES)),
        (1 * DAYS, outlook(900 * DAYS)),
        (1 * DAYS, outlook(None)),
        # While it runs, as planned, early, or longer than planned
        (15 * MINUTES, outlook(-30 * MINUTES)),
        (15 * MINUTES, outlook(30 * DAYS, is_live=True)),
        (15 * MINUTES, outlook(-3 * HOURS, is_live=True)),
        # Between two dates
        (1 * HOURS, outlook(7 * DAYS, end=70 * DAYS)),
        # With webhooks
        (1 * DAYS, outlook(1 * HOURS, is_told=True)),
        (1 * DAYS, outlook(10 * DAYS, is_told=True)),
        (1 * DAYS, outlook(-30 * MINUTES, is_live=True, is_told=True)),
        # After the end, whoever tells: once
        (22 * HOURS, outlook(-3 * HOURS)),
        (22 * HOURS, outlook(-3 * HOURS, is_told=True)),
        (-1 * HOURS, outlook(-26 * HOURS, read_at=NOW - 2 * HOURS)),
        (NEVER, outlook(-26 * HOURS)),
        (NEVER, outlook(-26 * HOURS, read_at=NOW - 1 * HOURS)),
    ],
)
def test_the_nearer_an_event_the_sooner_it_is_read_again(wait, event):
    assert (None if wait is None else NOW + wait) == next_reading(event, NOW)


@pytest.mark.parametrize(
    ("is_read", "event", "due_in"),
    [
        (True, outlook(5 * DAYS), 0 * MINUTES),
        (True, outlook(5 * DAYS), -3 * DAYS),
        # The nearest run counts: the next one would come later after it than this one before.
        (True, outlook(5 * DAYS), 7 * MINUTES),
        (False, outlook(5 * DAYS), 8 * MINUTES),
        # Pulled nearer than planned, after the end too
        (True, outlook(-26 * HOURS), 0 * MINUTES),
        (False, outlook(-26 * HOURS), None),
        # Webhooks told of it when the plan was made, and do no longer
        (True, outlook(1 * HOURS, read_at=NOW - 15 * MINUTES), 23 * HOURS),
        (False, outlook(1 * HOURS, read_at=NOW - 15 * MINUTES, is_told=True), 23 * HOURS),
    ],
)
def test_a_run_reads_what_is_due_about_now(is_read, event, due_in):
    assert is_read == is_due(event, None if due_in is None else NOW + due_in, NOW)


spans = st.integers(-60 * 24 * 60, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(spans, st.booleans(), st.booleans())
def test_no_event_is_read_more_often_than_every_run_or_less_than_once_a_day(start, is_live, is_told):
    event = outlook(start, is_live=is_live, is_told=is_told)
    planned = next_reading(event, NOW)
    if planned is None:
        assert event.last_end + DAYS <= NOW
    else:
        assert 0 * MINUTES < planned - NOW <= 1 * DAYS


@given(spans, st.booleans(), st.booleans())
def test_every_event_that_is_over_is_read_once_more_and_then_left_alone(start, is_live, is_told):
    event = outlook(start, is_told=is_told)
    closing = event.last_end + DAYS
    after = outlook(start, is_told=is_told, read_at=closing, next_start=None)
    assert next_reading(after, closing) is None
    before = outlook(start, is_told=is_told, read_at=closing - 1 * MINUTES, next_start=None)
    assert closing == next_reading(before, closing + 300 * DAYS)
