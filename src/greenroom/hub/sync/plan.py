"""
When an event is looked at closely, and when its registrants are read next: soon where it is near, seldom where it is
far. Pure functions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

RUN_EVERY = timedelta(minutes=15)
# An event is looked at closely, every few seconds, from so long before each start until so long after its end;
# the runs see to all the rest.
WATCHED_BEFORE, WATCHED_FOR_AFTER = timedelta(minutes=20), timedelta(minutes=30)
LOOK_EVERY = timedelta(seconds=10)
# Less often than this there is no use in looking between the runs.
_LOOK_AT_LEAST_EVERY = timedelta(minutes=5)
# The other half of the calls that are left of a day is for the runs.
_SHARE_OF_LOOKS = 0.5
_NEAR, _NEAR_EVERY = timedelta(hours=48), RUN_EVERY
_COMING, _COMING_EVERY = timedelta(days=14), timedelta(hours=1)
_SELDOM = timedelta(days=1)
# Late sign-ups, and what the organizer decided afterwards, are seen by a reading each so long after the end.
_CLOSINGS = (timedelta(days=1), timedelta(days=3))
# An end further back changes no plan.
PLANNED_FOR = _CLOSINGS[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """
    What is known of an event that its plan depends on.

    Attributes:
        read_at: when its registrants were read last.
        next_start: start of the first date that is not over; None when all are, or when no date is known.
        last_end: end of the last date, or of the last session if that was later; None when no date is known.
        is_live: whether it runs now.
        is_told: whether GoTo's webhooks tell us of sign-ups, so that reading only has to make sure.
    """

    read_at: datetime | None
    next_start: datetime | None
    last_end: datetime | None
    is_live: bool = False
    is_told: bool = False


def next_reading(outlook: Outlook, now: datetime) -> datetime | None:
    """
    Return when the registrants are read next, which may be in the past; None when nothing more is to come.

    Live or starting within two days: every quarter of an hour. Within a fortnight: every hour. Later, without a date,
    or when webhooks tell: once a day. After the end: a day and three days later.
    """
    if outlook.read_at is None:
        return now
    if outlook.last_end and outlook.last_end <= now and not outlook.is_live:
        closings = (outlook.last_end + wait for wait in _CLOSINGS)
        return next((closing for closing in closings if outlook.read_at < closing), None)
    return outlook.read_at + _interval(outlook, now)


def _interval(outlook: Outlook, now: datetime) -> timedelta:
    if outlook.is_told:
        return _SELDOM
    if outlook.is_live:
        return _NEAR_EVERY
    if outlook.next_start is None:
        return _SELDOM
    ahead = outlook.next_start - now
    if ahead <= _NEAR:
        return _NEAR_EVERY
    return _COMING_EVERY if ahead <= _COMING else _SELDOM


def is_due(outlook: Outlook, due_at: datetime | None, now: datetime) -> bool:
    """
    Tell whether the run at `now` reads the registrants: it is the run nearest to when they are due.

    Args:
        due_at: what was planned when they were read last, or nearer since somebody signed up; None when nothing was.
            What was planned may be too far off by now, such as when the webhooks it relied on have failed.
    """
    moments = [at for at in (due_at, next_reading(outlook, now)) if at]
    return due_at is not None and min(moments) <= now + RUN_EVERY / 2


def time_to_watch(dates: Iterable[tuple[datetime, datetime]], now: datetime, until: datetime) -> timedelta:
    """Return for how long, of the time from now on, at least one of these dates (start, end) is looked at closely."""
    total, reached = timedelta(0), now
    for starts_at, ends_at in sorted(dates):
        begins, ends = max(starts_at - WATCHED_BEFORE, reached), min(ends_at + WATCHED_FOR_AFTER, until)
        if ends > begins:
            total, reached = total + (ends - begins), ends
    return total


def look_every(to_watch: timedelta, calls_left: int) -> timedelta:
    """
    Return how far apart looks have to be for the calls that are left of the day to last through all it is to see.

    Args:
        to_watch: how long there is something to look at, summed over the connections; a look is one call.
        calls_left: how many calls background work may still make.
    """
    affordable = to_watch / max(1.0, calls_left * _SHARE_OF_LOOKS)
    return min(max(affordable, LOOK_EVERY), _LOOK_AT_LEAST_EVERY)
