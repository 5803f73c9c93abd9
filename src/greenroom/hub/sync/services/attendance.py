"""Which sessions took place and who was in them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from greenroom.goto import GoTo
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.models import Event, Listing
from greenroom.hub.events.products import Product
from greenroom.hub.events.products.base import SessionData
from greenroom.hub.events.services import (
    Place,
    plan_next_reading,
    session_data,
    set_aside,
    store_attendance,
    store_sessions,
)
from greenroom.hub.sync.services.patience import Patience

Sessions = Mapping[str, Sequence[SessionData]]


def find_sessions(goto: GoTo, connection: Connection, product: Product, events: Collection[Event]) -> Sessions:
    """Return the ended sessions of these events, by the event's key. No call when there are no events."""
    if not events:
        return {}
    now = clock.now()
    # One that was moved to a later date after it had taken place has sessions from before its dates.
    known_since = [at for event in events for at in (event.starts_at, event.first_seen_at) if at]
    since = min([now, *known_since]) - timedelta(days=1)
    keys = {event.event_key for event in events}
    found: dict[str, list[SessionData]] = {}
    goto.take_set_aside()
    for told in product.list_sessions(goto, connection.organizer_key, keys, since, now + timedelta(days=1)):
        found.setdefault(told.event_key, []).append(told)
    place = Place(connection=connection, product=product.code, listing=Listing.SESSIONS)
    set_aside(place=place, rows=goto.take_set_aside(), is_whole=False)
    return found


def has_new_session(event: Event, sessions: Sessions) -> bool:
    """Tell whether GoTo lists a session of an event that we do not know. One query, for an event with sessions."""
    told = {one.session_key for one in sessions.get(event.event_key, ())}
    return bool(told) and not told <= set(event.sessions.values_list("session_key", flat=True))


def read_attendance(
    goto: GoTo, product: Product, event: Event, sessions: Sessions, patience: Patience, *, with_final: bool = False
) -> None:
    """Read who was in an event's sessions, and plan the next look. Final attendance is asked for only if told so."""
    for session in store_sessions(event=event, found=sessions.get(event.event_key, ())):
        if with_final or not session.is_final:
            with patience.over(event):
                goto.take_set_aside()
                listing = product.list_attendance(goto, event.organizer_key, event.event_key, session_data(session))
                store_attendance(event=event, session=session, listing=listing, take_set_aside=goto.take_set_aside)
    reached("sync.attendance_read")
    plan_next_reading(event=event)
