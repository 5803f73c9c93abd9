"""How somebody stands with each date of an event that one registration holds for."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from greenroom.hub.core import clock
from greenroom.hub.courses.evidence import dates_to_come
from greenroom.hub.courses.item_state import Code, ItemState
from greenroom.hub.events.dates import find_date
from greenroom.hub.events.models import Event, EventSession, EventTime

_AWAITED = "Attendance follows"
_NO_MORE = {Event.State.ENDED, Event.State.CANCELLED}


@dataclass(frozen=True, slots=True)
class DateState:
    """One of several dates: the word of it, and its colour."""

    starts_at: datetime
    ends_at: datetime
    word: str
    variant: str

    @property
    def is_awaited(self) -> bool:
        """Whether it took place, and GoTo has yet to tell who was there."""
        return self.word == _AWAITED


def count_words(dates: Sequence[DateState]) -> str:
    """Say how many dates there are of each word, in the order in which they first come."""
    return ", ".join(f"{number} {word.lower()}" for word, number in Counter(one.word for one in dates).items())


def list_date_states(
    *, event: Event, state: ItemState, attended: Collection[int], is_expected: bool
) -> tuple[DateState, ...]:
    """
    Return the dates of an event in their order; none where there is one, or no fixed one.

    Args:
        event: with its `times` and `sessions`.
        state: how the person stands with the event; the date that runs now says the same.
        attended: the sessions in which the person was.
        is_expected: whether they are signed up, or would be let in without; nobody else misses anything.
    """
    dates, sessions = list(event.times.all()), list(event.sessions.all())
    if len(dates) < 2 or event.dates == Event.Dates.ANY_TIME:
        return ()
    held: dict[int, list[EventSession]] = defaultdict(list)
    for session in sessions:
        if date := find_date(session=session, dates=dates):
            held[date.pk].append(session)
    untold = {date.pk for date in dates_to_come(event=event, sessions=sessions, dates=dates)}

    def say(date: EventTime) -> tuple[str, str]:
        if date.starts_at == state.starts_at and (state.variant == "live" or state.code == Code.STARTING):
            return state.word, state.variant
        if not _is_over(date, held[date.pk]):
            return _say_ahead(date, event)
        if held[date.pk]:
            return _say_held(held[date.pk], attended, is_expected)
        if date.pk in untold:
            return (_AWAITED, "info") if is_expected else ("Over", "quiet")
        return "Not held", "quiet"

    return tuple(DateState(date.starts_at, date.ends_at, *say(date)) for date in dates)


def _is_over(date: EventTime, sessions: Sequence[EventSession]) -> bool:
    """Tell whether a date is over; a session that ended in its first half may have been a start that failed."""
    middle = date.starts_at + (date.ends_at - date.starts_at) / 2
    return clock.now() >= date.ends_at or any(session.ended_at >= middle for session in sessions)


def _say_ahead(date: EventTime, event: Event) -> tuple[str, str]:
    if event.state in _NO_MORE:
        return ("Cancelled", "bad") if event.state == Event.State.CANCELLED else ("Not held", "quiet")
    return ("Now", "info") if clock.now() >= date.starts_at else ("Upcoming", "info")


def _say_held(sessions: Sequence[EventSession], attended: Collection[int], is_expected: bool) -> tuple[str, str]:
    if any(session.pk in attended for session in sessions):
        return "Attended", "ok"
    if not is_expected:
        return "Over", "quiet"
    return ("Missed", "warn") if all(session.is_final for session in sessions) else (_AWAITED, "info")
