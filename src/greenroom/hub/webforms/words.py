"""How events are named to visitors, of whom we know no time zone."""

import zoneinfo
from datetime import UTC, tzinfo

from django.utils.dateformat import format as format_date

from greenroom.hub.events.models import Event


def name_event(event: Event) -> str:
    """Name an event with its first date, by the organizer's clock, and whose clock that is."""
    if event.starts_at is None:
        return f"{event.title}, no fixed date"
    zone = _find_zone(event.time_zone)
    place = event.time_zone.rpartition("/")[2].replace("_", " ") if zone is not UTC else "UTC"
    return f"{event.title}, {format_date(event.starts_at.astimezone(zone), 'D j M Y, H:i')} ({place})"


def _find_zone(name: str) -> tzinfo:
    try:
        return zoneinfo.ZoneInfo(name) if name else UTC
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
