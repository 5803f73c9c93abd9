"""Which planned dates have taken place."""

from collections.abc import Iterable
from datetime import timedelta

from greenroom.hub.events.models import EventSession, EventTime

# Organizers open the room early; a session that began longer before is no longer that date's.
_OPENED_EARLY = timedelta(hours=1)


def list_dates_without_session(*, dates: Iterable[EventTime], sessions: Iterable[EventSession]) -> list[EventTime]:
    """
    Return the planned dates that no session belongs to.

    A session belongs to the date whose start is nearest to its own, if it began at most an hour early and before the
    planned end. GoTo does not tell which date a session was for (assumed).
    """
    dates = list(dates)
    held = set()
    for session in sessions:
        began_at = session.started_at
        fitting = [date for date in dates if date.starts_at - _OPENED_EARLY <= began_at < date.ends_at]
        if fitting:
            held.add(min(fitting, key=lambda date: abs(date.starts_at - began_at)).pk)
    return [date for date in dates if date.pk not in held]
