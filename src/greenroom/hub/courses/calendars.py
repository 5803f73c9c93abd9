"""A person's dates, and how they are written for calendar programs (RFC 5545, and 7986 for how often to look)."""

import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from icalendar import Calendar, vDuration
from icalendar import Event as CalendarEvent

from greenroom.hub.core import clock
from greenroom.hub.core.tokens import digest_of
from greenroom.hub.courses.access import list_courses_for, list_shown_items
from greenroom.hub.courses.models import CalendarEntry, CalendarFeed, Course, SectionItem
from greenroom.hub.courses.notices import say_date
from greenroom.hub.courses.occurrences import find_dates
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import Ability, can
from greenroom.hub.events.selectors import Registration, find_registrations
from greenroom.hub.users.models import User

# How long what is over, and what was cancelled, stays in calendars.
_SHOWS_PAST_FOR = timedelta(days=90)
_SHOWS_CANCELLED_FOR = timedelta(days=30)
_LOOK_AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """One date in a person's calendar, and the item of a lesson it leads to."""

    entry: CalendarEntry
    item: SectionItem | None  # none where the person has left the course
    is_certain: bool  # the person is signed up, or nobody has to be
    is_withdrawn: bool = False  # they were signed up, and are no more

    @property
    def status(self) -> str:
        """Return the word of RFC 5545."""
        if self.entry.cancelled_at or self.is_withdrawn:
            return "CANCELLED"
        return "CONFIRMED" if self.is_certain else "TENTATIVE"


def find_feed(token: str) -> CalendarFeed | None:
    """Return the feed a secret address belongs to, while its person may sign in and see the course."""
    feeds = CalendarFeed.objects.select_related("user", "course")
    feed = feeds.filter(digest=digest_of(token), user__is_active=True).first()
    if feed and feed.course and not list_calendar_courses(feed.user).filter(pk=feed.course.pk).exists():
        return None
    return feed


def list_calendar_courses(user: User) -> QuerySet[Course]:
    """Return the courses of which a person may have a calendar: those they take part in, and can see."""
    return list_courses_for(user).filter(enrollments__user=user)


def list_calendar_dates(*, user: User, course: Course | None = None) -> list[CalendarDate]:
    """
    Return a person's dates in one course or in all of theirs, in order; an event in several places once.

    Four queries, whatever the number of dates.
    """
    courses = list_calendar_courses(user)
    if course:
        courses = courses.filter(pk=course.pk)
    items = list_shown_items(user).filter(section__lesson__course__in=courses, event__isnull=False)
    found = list(items.select_related("event", "section__lesson__course").order_by("-pk"))
    dates = find_dates(found)
    registrations = find_registrations(user=user, event_ids={one.pk for events in dates.values() for one in events})
    shown = _items_by_event(found, dates, registrations)
    now = clock.now()
    is_shown = Q(cancelled_at=None, ends_at__gt=now - _SHOWS_PAST_FOR) | Q(cancelled_at__gt=now - _SHOWS_CANCELLED_FOR)
    entries = CalendarEntry.objects.filter(is_shown, event__in=shown.keys()).select_related("event")
    return [
        CalendarDate(entry, shown[entry.event_id], _is_certain(entry.event, registrations.get(entry.event_id)))
        for entry in entries
    ]


def _items_by_event(
    items: Iterable[SectionItem], dates: Mapping[int, Sequence[Event]], registrations: Mapping[int, Registration]
) -> dict[int, SectionItem]:
    """Return where each event is found; of dates to pick from only those the person has picked."""
    return {
        event.pk: item
        for item in items
        for event in dates[item.pk]
        if not item.picks_date or registrations.get(event.pk, Registration()).is_open
    }


def _is_certain(event: Event, registration: Registration | None) -> bool:
    if not can(event.product, Ability.REGISTER):
        return True
    registrant = registration.registrant if registration else None
    return registrant is not None and registrant.status == Registrant.Status.APPROVED


def write_calendar(*, name: str, dates: Iterable[CalendarDate], time_zone: str, public_url: str) -> bytes:
    """
    Write dates as a calendar that is subscribed to. The same dates give the same bytes, until one of them is over.

    It leads to our own pages and never to a join link, which would let in whoever the calendar is shared with.
    """
    calendar = _empty_calendar("PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _LOOK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_LOOK_AGAIN_AFTER))
    for date in dates:
        stamped_at = date.entry.changed_at
        calendar.add_component(_write_date(date, zoneinfo.ZoneInfo(time_zone), public_url, stamped_at=stamped_at))
    return calendar.to_ical()


def _empty_calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Greenroom//Greenroom//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _write_date(date: CalendarDate, zone: zoneinfo.ZoneInfo, public_url: str, *, stamped_at: datetime) -> CalendarEvent:
    entry, item = date.entry, date.item
    address = f"{public_url}/lessons/{item.section.lesson_id}/#item-{item.pk}" if item else public_url
    lines = [say_date(zone, entry.starts_at, entry.ends_at)]
    if date.status == "CANCELLED" or clock.now() < entry.ends_at:
        lines.append(_NEXT[date.status])
    event = CalendarEvent()
    event.add("uid", str(entry.uid))
    event.add("dtstamp", stamped_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", (item and item.title) or entry.title)
    event.add("status", date.status)
    event.add("location", address)
    event.add("url", address)
    event.add("description", "\n".join([*lines, item.section.lesson.course.title] if item else lines))
    return event


_NEXT = {
    "CANCELLED": "This has been cancelled.",
    "CONFIRMED": "Open the lesson to join.",
    "TENTATIVE": "You are not registered. Open the lesson to register.",
}


def write_invitation(*, date: CalendarDate, user: User, organizer: str, public_url: str) -> tuple[str, bytes]:
    """
    Write one date as a mail carries it into a calendar, and return its method with it (RFC 5546).

    The same `uid` with a higher `sequence`, or with the same one and a later stamp, moves what an earlier one has put
    there, or takes it out.
    """
    method = "CANCEL" if date.status == "CANCELLED" else "REQUEST"
    calendar = _empty_calendar(method)
    event = _write_date(date, zoneinfo.ZoneInfo(user.time_zone), public_url, stamped_at=clock.now())
    event.add("organizer", f"mailto:{organizer}")
    event.add("attendee", f"mailto:{user.email}", parameters={"CN": user.get_full_name(), "PARTSTAT": "ACCEPTED"})
    calendar.add_component(event)
    return method, calendar.to_ical()
