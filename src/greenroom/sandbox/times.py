"""Reading and writing instants the way GoTo does."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Unpadded parts ("2023-1-5T9:0:0Z") are sent by integrations in production and taken by GoTo (observed).
_INSTANT = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d{2}:?\d{2})",
    re.IGNORECASE,
)


def parse_instant(text: str) -> datetime:
    """
    Read an ISO 8601 instant into aware UTC.

    Raises:
        ValueError: not an instant, or one without a zone.
    """
    found = _INSTANT.fullmatch(text.strip())
    if found is None:
        raise ValueError("not an ISO 8601 instant such as 2026-09-01T14:00:00Z")
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    micro = (found[7] or "").ljust(6, "0")
    instant = datetime(year, month, day, hour, minute, int(found[6] or 0), int(micro), tzinfo=_zone_of(found[8]))
    return instant.astimezone(UTC)


def has_offset(text: str) -> bool:
    """Tell whether an instant is written with an offset other than zero."""
    found = _INSTANT.fullmatch(text.strip())
    return found is not None and found[8].upper() != "Z" and found[8].replace(":", "")[1:] != "0000"


def _zone_of(text: str) -> timezone:
    if text.upper() == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def write_instant(instant: datetime) -> str:
    """Write whole seconds, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_instant_ms(instant: datetime) -> str:
    """Write milliseconds, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def whole_seconds(instant: datetime) -> datetime:
    """Drop the fraction of a second: GoTo answers carry none."""
    return instant.replace(microsecond=0)


@cache
def listed_time_zones() -> frozenset[str]:
    """The 71 zone ids GoTo's products are known to take (observed in two integrations)."""
    return frozenset(json.loads((Path(__file__).parent / "time_zones.json").read_text()))


def is_zone(name: str) -> bool:
    """Tell whether tzdata knows a zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def zone_named(name: str) -> ZoneInfo:
    """Find a zone to show times in; UTC for an unknown one (`MIT` is an old Java id tzdata lacks)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
