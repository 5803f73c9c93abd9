"""When a wait is over. Nothing here reads a clock or a database."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

_Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]
LONGEST_MINUTES = 5 * 366 * 24 * 60


class Wait(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """
    How long a contact stays.

    Attributes:
        minutes: so long from when they came; with an event so long after its start or end, negative for before.
        until: until this moment, in place of `minutes`.
        event: the event (id) by which `minutes` count.
        anchor: from which of its ends.
        from_hour, to_hour: only within these hours of the contact's day; 0 and 24 are the whole day.
        weekdays: only on these days of the contact's week, Monday being 0; without any, on all.
    """

    minutes: Annotated[int, msgspec.Meta(ge=-LONGEST_MINUTES, le=LONGEST_MINUTES)] = 0
    until: datetime | None = None
    event: int | None = None
    anchor: Literal["start", "end"] = "start"
    from_hour: _Hour = 0
    to_hour: _Hour = 24
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...] = ()

    @property
    def has_window(self) -> bool:
        """Whether the zone of the contact matters."""
        return bool(self.weekdays) or (self.from_hour, self.to_hour) != (0, 24)

    @property
    def can_be_late(self) -> bool:
        """Whether somebody may come when it is too late: it waits for a moment before an event."""
        return self.event is not None and self.minutes < 0


class Span(msgspec.Struct, frozen=True):
    """When an event is held; without moments when that is not known, or it is not held any more."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


def moment_of(wait: Wait, *, arrived_at: datetime, event: Span = Span()) -> datetime | None:  # noqa: B008 - immutable
    """Return the moment that is waited for, whatever the hours; None when there will be none."""
    if wait.until:
        return wait.until
    if wait.event is None:
        return arrived_at + timedelta(minutes=wait.minutes)
    anchor = event.starts_at if wait.anchor == "start" else event.ends_at
    return anchor + timedelta(minutes=wait.minutes) if anchor else None


def is_late(wait: Wait, *, moment: datetime, arrived_at: datetime, now: datetime, event: Span) -> bool:
    """Tell whether it is too late: they came after the moment before an event, or the event has begun."""
    if not wait.can_be_late:
        return False
    has_begun = event.starts_at is not None and wait.anchor == "start" and event.starts_at <= now
    return has_begun or moment < arrived_at


def fit(moment: datetime, wait: Wait, zone: ZoneInfo) -> datetime:
    """Return the first moment from this one on that lies in the hours and on the days, in UTC."""
    local = moment.astimezone(zone)
    for _ in range(9):  # a week, and the days cut off at both ends
        if _is_on(local, wait.weekdays):
            if local.hour < wait.from_hour:
                local = _at(local, wait.from_hour)
            if local.hour < wait.to_hour:
                return max(local.astimezone(UTC), moment.astimezone(UTC))
        local = _at(local + timedelta(days=1), 0)
    raise ValueError("No hour of the week is in the window")


def _is_on(local: datetime, weekdays: Sequence[int]) -> bool:
    return not weekdays or local.weekday() in weekdays


def _at(local: datetime, hour: int) -> datetime:
    # Made anew, so that the offset is that of the new day.
    return datetime.combine(local.date(), time(hour), tzinfo=local.tzinfo)
