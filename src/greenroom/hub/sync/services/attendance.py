"""Which sessions took place and who was in them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from greenroom.goto import GoTo
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Product
from greenroom.hub.events.products.base import SessionData
from greenroom.hub.events.services import plan_next_reading, session_data, store_attendance, store_sessions
from greenroom.hub.sync.services.patience import Patience


def collect_attendance(
    *,
    goto: GoTo,
    connection: Connection,
    product: Product,
    events: Iterable[Event],
    errors: list[dict[str, Any]],
    progress: Callable[[], None] = lambda: None,
) -> None:
    """
    Read the ended sessions of these events and who was in them, and plan the next look at each.

    What goes wrong with single events is added to `errors`.
    """
    by_key = {event.event_key: event for event in events}
    if not by_key:
        return
    now = clock.now()
    since = min((event.starts_at for event in by_key.values() if event.starts_at), default=now) - timedelta(days=1)
    found: dict[str, list[SessionData]] = {}
    for told in product.list_sessions(goto, connection.organizer_key, by_key.keys(), since, now + timedelta(days=1)):
        found.setdefault(told.event_key, []).append(told)
    patience = Patience(errors)
    for key, event in by_key.items():
        with patience.over(event):
            for session in store_sessions(event=event, found=found.get(key, [])):
                if not session.is_final:
                    listing = product.list_attendance(goto, event.organizer_key, key, session_data(session))
                    store_attendance(event=event, session=session, listing=listing)
        plan_next_reading(event=event)
        progress()
