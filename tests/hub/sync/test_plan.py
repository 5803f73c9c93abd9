"""When registrants are read next, as a table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.sync.plan import Outlook, is_due, look_every, next_reading, time_to_watch

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
        # After the end, whoever tells: a day and three days later
        (22 * HOURS, outlook(-3 * HOURS)),
        (22 * HOURS, outlook(-3 * HOURS, is_told=True)),
        (-1 * HOURS, outlook(-26 * HOURS, read_at=NOW - 2 * HOURS)),
        (47 * HOURS, outlook(-26 * HOURS)),
        (47 * HOURS, outlook(-26 * HOURS, is_told=True, read_at=NOW - 1 * HOURS)),
        (-1 * HOURS, outlook(-74 * HOURS, read_at=NOW - 50 * HOURS + 1 * HOURS)),
        (NEVER, outlook(-74 * HOURS)),
        (NEVER, outlook(-74 * HOURS, read_at=NOW - 1 * HOURS)),
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
        assert event.last_end + 3 * DAYS <= NOW
    else:
        assert 0 * MINUTES < planned - NOW <= (1 if NOW < event.last_end + 1 * DAYS else 2) * DAYS


@given(spans, st.booleans(), st.booleans())
def test_every_event_that_is_over_is_read_twice_more_and_then_left_alone(start, is_live, is_told):
    event = outlook(start, is_told=is_told)
    closings = [event.last_end + 1 * DAYS, event.last_end + 3 * DAYS]
    for closing, following in zip(closings, [closings[1], None], strict=True):
        after = outlook(start, is_told=is_told, read_at=closing, next_start=None)
        assert following == next_reading(after, closing)
        before = outlook(start, is_told=is_told, read_at=closing - 1 * MINUTES, next_start=None)
        assert closing == next_reading(before, closing + 300 * DAYS)


# How often one looks at what runs


@pytest.mark.parametrize(
    ("minutes", "dates"),
    [
        (0, []),
        (20 + 60 + 30, [(120, 180)]),
        (60 + 30, [(0, 60)]),
        (30, [(-60, 0)]),
        (0, [(-120, -30)]),
        # Two at once count once, and so does what lies between two that are near each other.
        (20 + 60 + 30, [(120, 180), (130, 170), (120, 180)]),
        (20 + 60 + 40 + 60 + 30, [(220, 280), (120, 180)]),
        (2 * (20 + 60 + 30), [(120, 180), (300, 360)]),
        # Midnight cuts.
        (20, [(600, 660)]),
        (600, [(-60, 6000)]),
        (0, [(620, 680)]),
    ],
)
def test_the_time_in_which_something_is_looked_at(minutes, dates):
    planned = [(NOW + start * MINUTES, NOW + end * MINUTES) for start, end in dates]
    assert minutes * MINUTES == time_to_watch(planned, NOW, NOW + 10 * HOURS)


@pytest.mark.parametrize(
    ("seconds", "hours", "calls_left"),
    [
        (10, 0, 9000),
        (10, 12, 9000),
        (10, 12, 8640),
        (20, 12, 4320),
        (16, 20, 9000),
        (40, 50, 9000),
        (300, 50, 900),
        (300, 1, 0),
        (10, 0, 0),
    ],
)
def test_looks_are_so_far_apart_that_the_day_s_calls_last(seconds, hours, calls_left):
    assert seconds == look_every(hours * HOURS, calls_left).total_seconds()
