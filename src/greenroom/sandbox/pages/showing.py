"""How pages write times and lengths, and which state an event is in."""

from datetime import datetime

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Event
from greenroom.sandbox.times import zone_named


def show_when(instant: datetime, zone: str) -> str:
    """Write a time for people: `Tue 1 September 2026, 14:00 EDT`."""
    local = instant.astimezone(zone_named(zone))
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M %Z}"


def show_span(seconds: float) -> str:
    """Write a length for people: `1 h 20 min`."""
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


def state_of(core: Core, event: Event) -> str:
    if event.live_session_key is not None:
        return "live"
    return "over" if rooms.is_over(core, event) else "planned"
