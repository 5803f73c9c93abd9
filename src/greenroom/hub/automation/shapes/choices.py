"""What every list of things to choose from has: an id to send, and a label to read."""

import zoneinfo
from typing import Annotated

from greenroom.hub.automation.fields import told
from greenroom.hub.events.models import Event

Id = Annotated[str, told("Id", "What to give where this is chosen.")]
Label = Annotated[
    str, told("Label", "Title and start, as people read them.", examples=["First aid - 2026-03-04 10:00 Europe/Berlin"])
]


def label_of(event: Event) -> str:
    """Return an event as a list shows it: title, start and zone. The zone is the organizer's."""
    if event.starts_at is None:
        return f"{event.title} - no fixed date"
    zone = _known_zone(event.time_zone or event.connection.time_zone)
    return f"{event.title} - {event.starts_at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def _known_zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")
