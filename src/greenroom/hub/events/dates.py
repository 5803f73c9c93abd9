"""Which planned dates have taken place."""

from collections.abc import Iterable
from datetime import timedelta

from greenroom.hub.events.models import EventSession, EventTime

# Organizers open the room early; a session that began longer before is no longer that date's.
_OPENED_EARLY = timedelta(hours=1)


def find_date(*, session: EventSession, dates: Iterable[EventTime]) -> EventTime | None:
    """
    Return the planned date that a session belongs to.

    That is the date whose start is nearest to its own, if it began at most an hour early and before the planned end.
    GoTo does not tell which date a session was for (assumed).
    """
    began_at = session.started_at
    fitting = [date for date in dates if date.starts_at - _OPENED_EARLY <= began_at < date.ends_at]
    return min(fitting, key=lambda date: abs(date.starts_at - began_at), default=None)


def list_dates_without_session(*, dates: Iterable[EventTime], sessions: Iterable[EventSession]) -> list[EventTime]:
    """Return the planned dates that no session belongs to."""
    dates = list(dates)
    found = [find_date(session=session, dates=dates) for session in sessions]
    held = {date.pk for date in found if date}
    return [date for date in dates if date.pk not in held]
