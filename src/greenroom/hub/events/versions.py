"""Which version of an event somebody has seen: a digest of what people can change of it."""

import hashlib
import html
from collections.abc import Iterable
from datetime import datetime

import msgspec

from greenroom.hub.events.models import Event
from greenroom.hub.events.products.base import EventData

# Of each event by key: its texts, and its dates.
Versions = dict[str, tuple[str, str]]


def list_dates_together(event: Event) -> list[Event]:
    """Return the events that are changed together: the dates that people pick one from, or the event alone."""
    if event.dates != Event.Dates.PICK_ONE or not event.recurrence_key:
        return [event]
    sisters = Event.objects.filter(
        connection=event.connection_id, product=event.product, recurrence_key=event.recurrence_key
    )
    gone = [Event.State.CANCELLED, Event.State.MISSING]
    return list(sisters.exclude(state__in=gone).select_related("connection").order_by("starts_at", "pk"))


def versions_here(events: Iterable[Event]) -> Versions:
    """Return the version of each event as we know it. One query for each."""
    return {
        event.event_key: (
            texts_version(event.title, event.description),
            dates_version(event.time_zone, event.times.values_list("starts_at", "ends_at")),
        )
        for event in events
    }


def versions_at_goto(found: Iterable[EventData]) -> Versions:
    """Return the version of each event as GoTo has it."""
    return {
        one.event_key: (texts_version(one.title, one.description), dates_version(one.time_zone, one.times))
        for one in found
    }


def version_of(event: Event) -> str:
    """Return the version of an event, and of the dates it is changed with, as one word for a page to carry."""
    return _digest(sorted(versions_here(list_dates_together(event)).items()))


def same_text(there: str, wanted: str | None) -> bool:
    """Compare what GoTo has with what it was sent: it may escape what means something in HTML (observed)."""
    return html.unescape(there).split() == html.unescape(wanted or "").split()


def texts_version(title: str, description: str) -> str:
    """Return the version of what is said of an event."""
    return _digest((title, description))


def dates_version(time_zone: str, times: Iterable[tuple[datetime, datetime]]) -> str:
    """Return the version of when an event is."""
    return _digest((time_zone, sorted((start.timestamp(), end.timestamp()) for start, end in times)))


def _digest(told: object) -> str:
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]
