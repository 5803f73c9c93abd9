"""What people's calendars show: the dates of events, and the secret addresses under which they are read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.core.tokens import digest_of, make_token
from greenroom.hub.courses.models import CalendarEntry, CalendarFeed, Course
from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User

Dates = Sequence[tuple[datetime, datetime]]


def keep_calendar(*, event_id: int) -> None:
    """
    Bring the calendar entries of an event up to its dates as GoTo has them now. It may be repeated.

    A date that is not there any more and a new one are one that was moved, in their order. What is over stays as it is.
    """
    with transaction.atomic():
        event = Event.objects.select_for_update().filter(pk=event_id).first()
        if event is None:
            return
        is_cancelled = event.state == Event.State.CANCELLED
        dates = [] if is_cancelled else list(event.times.values_list("starts_at", "ends_at"))
        plan = pair_dates(event.calendar_entries.all(), dates, clock.now())
        for entry, (starts_at, ends_at) in plan.kept:
            _change(entry, title=event.title, starts_at=starts_at, ends_at=ends_at, cancelled_at=None)
        for entry in plan.gone:
            _change(entry, cancelled_at=clock.now())
        CalendarEntry.objects.bulk_create(
            CalendarEntry(event=event, title=event.title, starts_at=start, ends_at=end, changed_at=clock.now())
            for start, end in plan.new
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Which entry stands for which date, which entries have lost theirs, and which dates have none."""

    kept: list[tuple[CalendarEntry, tuple[datetime, datetime]]]
    gone: list[CalendarEntry]
    new: Dates


def pair_dates(entries: Iterable[CalendarEntry], dates: Dates, now: datetime) -> Plan:
    """Pair the entries of an event with its dates: by their start first, what is left over in order of time."""
    entries = sorted(entries, key=lambda entry: (entry.cancelled_at is None, entry.starts_at))
    by_start = {entry.starts_at: entry for entry in entries}
    kept = [(by_start[date[0]], date) for date in dates if date[0] in by_start]
    taken = {entry.pk for entry, _ in kept}
    moved = [entry for entry in entries if entry.cancelled_at is None and entry.ends_at > now and entry.pk not in taken]
    new = sorted(date for date in dates if date[0] not in by_start)
    return Plan(kept + list(zip(moved, new, strict=False)), moved[len(new) :], new[len(moved) :])


def _change(entry: CalendarEntry, **columns: object) -> None:
    """Write what is different, as one more change in the calendar's count."""
    if all(getattr(entry, name) == value for name, value in columns.items()):
        return
    columns |= {"sequence": entry.sequence + 1, "changed_at": clock.now()}
    CalendarEntry.objects.filter(pk=entry.pk).update(**columns)


def open_feed(*, user: User, course: Course | None) -> str:
    """Make the address of a person's calendar, and return its token, this once. One that was there leads nowhere."""
    token = make_token()
    CalendarFeed.objects.update_or_create(
        user=user, course=course, defaults={"digest": digest_of(token), "made_at": clock.now()}
    )
    return token


def revoke_feed(*, user: User, course: Course | None) -> None:
    """Let the address of a person's calendar lead nowhere from now on."""
    CalendarFeed.objects.filter(user=user, course=course).delete()
