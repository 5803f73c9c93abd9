"""Looking closely at what is about to begin, runs, or has just ended."""

from datetime import timedelta
from typing import Any

import structlog
from django.db.models import QuerySet

from greenroom.goto import GoTo
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.services import mark_live
from greenroom.hub.sync.selectors import list_events_there
from greenroom.hub.sync.services.attendance import find_sessions, read_attendance
from greenroom.hub.sync.services.patience import Patience

log = structlog.get_logger(__name__)


def close_past_events() -> int:
    """Turn events whose planned end is behind us, and which are not running, into ended ones. One statement."""
    now = clock.now()
    return Event.objects.filter(state=Event.State.SCHEDULED, ends_at__lt=now).update(state=Event.State.ENDED)


def watch(*, connection: Connection, product: str) -> None:
    """
    Look at what is running now: which events have begun or ended, and the attendance of those that have.

    One call for all events of an organizer, or one per running event where the product does not tell what is live.
    """
    kind = get_product(product).for_one_run()
    with open_goto(connection, sets_aside=True) as goto:
        ended = look_what_is_live(goto, connection, kind) if kind.tells_when_live else []
        there = list_events_there().filter(connection=connection, product=product)
        due = there.filter(attendance_due_at__lte=clock.now())
        running = [] if kind.tells_when_live else _running_untold(there)
        events = {event.pk: event for event in [*ended, *due, *running]}.values()
        errors: list[dict[str, Any]] = []
        sessions, patience = find_sessions(goto, connection, kind, events), Patience(errors)
        for event in events:
            read_attendance(goto, kind, event, sessions, patience)
    for error in errors:
        log.warning("watch.event_failed", connection=connection.pk, event_id=error["event"], code=error["code"])


def look_what_is_live(goto: GoTo, connection: Connection, product: Product) -> list[Event]:
    """Look what runs now, and return what runs no more; nothing follows where a row of it cannot be read. One call."""
    goto.take_set_aside()
    keys = product.list_live_keys(goto, connection.organizer_key)
    if goto.take_set_aside():
        return []
    return mark_live(connection=connection, product=product.code, live_keys=keys)


def _running_untold(events: QuerySet[Event]) -> QuerySet[Event]:
    """Return those that may have ended early without anybody telling, and were not looked at just now."""
    now = clock.now()
    # In one call: in two, a date in the past and another one to come would count as one that is running.
    running = events.filter(times__starts_at__lte=now, times__ends_at__gte=now)
    return running.exclude(attendance_read_at__gt=now - timedelta(minutes=2)).distinct()
