"""Moments and lengths of time in words."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.dateformat import format as format_date

_DATE_FORMATS = {"long": "l j F Y", "short": "D j M", "time": ""}


@dataclass(frozen=True)
class Moment:
    """A moment, or a stretch of time, as one zone's clock on the wall tells it."""

    date: str
    time: str
    zone: str
    zone_title: str

    def __str__(self) -> str:
        """Put date, time and zone in one line."""
        return f"{self.date}, {self.time} {self.zone}" if self.date else f"{self.time} {self.zone}"


def find_zone(name: str | None) -> tzinfo | None:
    """Return the IANA zone of that name, or None when nobody knows it."""
    if not name:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def utc_offset_label(at: datetime) -> str:
    """Write the offset of an aware moment: `UTC+5:30`, `UTC`; west of Greenwich with a real minus sign."""
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"  # noqa: RUF001 - a real minus sign
    return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"


def zone_label(at: datetime) -> str:
    """Name the zone of an aware moment: `CET`, or the offset where the zone has only a number."""
    name = at.tzname() or ""
    return name if name.isalpha() else utc_offset_label(at)


def describe_moment(at: datetime, end: datetime | None, zone: tzinfo, style: str = "long") -> Moment:
    """Write a moment (and its end) in a zone; an end over midnight says so, one a day or more later tells its date."""
    start = at.astimezone(zone)
    title = f"{getattr(zone, 'key', zone)}, {utc_offset_label(start)}"
    if end is not None and end - at >= timedelta(days=1):
        return _describe_dates(start, end.astimezone(zone), title, style)
    time = f"{start:%H:%M}"
    if end is not None:
        local_end = end.astimezone(zone)
        days = (local_end.date() - start.date()).days
        time += f"–{local_end:%H:%M}"  # noqa: RUF001 - an en dash between times
        time += f" (+{days} day{'s' if days > 1 else ''})" if days else ""
    return Moment(format_date(start, _DATE_FORMATS[style]), time, zone_label(start), title)


def _describe_dates(start: datetime, end: datetime, title: str, style: str) -> Moment:
    dates = _DATE_FORMATS[style] or _DATE_FORMATS["short"]
    date = f"{format_date(start, dates)}, {start:%H:%M}, to {format_date(end, dates)}"
    return Moment(date, f"{end:%H:%M}", zone_label(end), title)


def describe_there(at: datetime, end: datetime | None, zone_name: str | None) -> Moment | None:
    """Write the moment on the organizer's wall; None when it shows the same, or the zone is unknown."""
    zone = find_zone(zone_name)
    here = at.astimezone(timezone.get_current_timezone())
    if zone is None or at.astimezone(zone).replace(tzinfo=None) == here.replace(tzinfo=None):
        return None
    is_other_day = at.astimezone(zone).date() != here.date()
    return describe_moment(at, end, zone, "short" if is_other_day else "time")


def describe_duration(seconds: float) -> str:
    """Write a length of time: `45 s`, `30 min`, `1 h 30 min`, `2 d 3 h`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    if minutes == 0:
        return f"{rest} s" if rest else "0 min"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    return " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min")) if n)
