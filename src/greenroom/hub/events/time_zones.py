"""The time zones that GoTo takes, and which of them stands for another one."""

import zoneinfo
from datetime import UTC, datetime, timedelta

from greenroom.hub.core import clock

# Source: the list that two integrators carry (observed). A zone of the nineties that no computer knows is left out.
_LISTED = """
    Africa/Cairo Africa/Casablanca Africa/Harare Africa/Malabo Africa/Nairobi America/Anchorage America/Bogota
    America/Buenos_Aires America/Caracas America/Chicago America/Denver America/Halifax America/Indianapolis
    America/Los_Angeles America/Mexico_City America/New_York America/Phoenix America/Santiago America/Sao_Paulo
    America/St_Johns Asia/Baghdad Asia/Bangkok Asia/Calcutta Asia/Colombo Asia/Dhaka Asia/Irkutsk Asia/Jakarta
    Asia/Jerusalem Asia/Kabul Asia/Karachi Asia/Katmandu Asia/Krasnoyarsk Asia/Kuwait Asia/Magadan Asia/Muscat
    Asia/Novosibirsk Asia/Rangoon Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tbilisi Asia/Tehran
    Asia/Tokyo Asia/Vladivostok Asia/Yakutsk Asia/Yekaterinburg Atlantic/Azores Atlantic/Cape_Verde
    Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Perth Australia/Sydney
    Europe/Amsterdam Europe/Athens Europe/Brussels Europe/Bucharest Europe/Helsinki Europe/London Europe/Moscow
    Europe/Prague Europe/Warsaw GMT Pacific/Auckland Pacific/Fiji Pacific/Guam Pacific/Honolulu Pacific/Tongatapu
"""
# What the zones with old names are called today.
_RENAMED = {
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
}
GOTO_TIME_ZONES = tuple(_LISTED.split())


def list_time_zones() -> list[tuple[str, str]]:
    """Return the zones that GoTo takes with the names they have today, by name."""
    named = ((zone, _RENAMED.get(zone, zone).replace("_", " ")) for zone in GOTO_TIME_ZONES)
    return sorted(named, key=lambda pair: pair[1])


def find_goto_zone(name: str) -> str:
    """
    Return the zone to send to GoTo for one that people choose: itself, its old name, or one whose clocks agree.

    Empty when GoTo has none like it. Clocks agree when they do for the coming year, day by day.
    """
    if name in GOTO_TIME_ZONES:
        return name
    for old, new in _RENAMED.items():
        if new == name:
            return old
    try:
        offsets = _offsets(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return next((zone for zone in GOTO_TIME_ZONES if _offsets(zone) == offsets), "")


def _offsets(name: str) -> list[timedelta | None]:
    zone, today = zoneinfo.ZoneInfo(name), clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    days = (today.astimezone(UTC) + timedelta(days=day) for day in range(366))
    return [datetime.astimezone(day, zone).utcoffset() for day in days]
