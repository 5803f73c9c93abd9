"""A person's dates, and how they are written for calendar programs (RFC 5545, and 7986 for how often to look)."""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from icalendar import Calendar
from icalendar import Event as CalendarEvent

from greenroom.hub.core import clock
from greenroom.hub.core.tokens import digest_of
from greenroom.hub.courses.access import list_courses_for, list_shown_items
from greenroom.hub.courses.models import CalendarEntry, CalendarFeed, Course, SectionItem
from greenroom.hub.courses.notices import say_date
from greenroom.hub.events.models import Registrant
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
    item: SectionItem
    is_certain: bool  # the person is signed up, or nobody has to be

    @property
    def status(self) -> str:
        """Return the word of RFC 5545."""
        if self.entry.cancelled_at:
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
    items = _items_by_event(courses, user)
    now = clock.now()
    is_shown = Q(cancelled_at=None, ends_at__gt=now - _SHOWS_PAST_FOR) | Q(cancelled_at__gt=now - _SHOWS_CANCELLED_FOR)
    entries = CalendarEntry.objects.filter(is_shown, event__in=items.keys())
    registrations = find_registrations(user=user, event_ids=items.keys())
    return [
        CalendarDate(entry, items[entry.event_id], _is_certain(items[entry.event_id], registrations))
        for entry in entries
    ]


def _items_by_event(courses: QuerySet[Course], user: User) -> dict[int, SectionItem]:
    items = list_shown_items(user).filter(section__lesson__course__in=courses, event__isnull=False)
    return {
        item.event_id: item
        for item in items.select_related("event", "section__lesson__course").order_by("-pk")
        if item.event_id
    }


def _is_certain(item: SectionItem, registrations: dict[int, Registration]) -> bool:
    assert item.event is not None
    if not can(item.event.product, Ability.REGISTER):
        return True
    registrant = registrations.get(item.event.pk, Registration()).registrant
    return registrant is not None and registrant.status == Registrant.Status.APPROVED


def write_calendar(*, name: str, dates: Iterable[CalendarDate], time_zone: str, public_url: str) -> bytes:
    """
    Write dates as a calendar that is subscribed to. The same dates give the same bytes.

    It leads to our own pages and never to a join link, which would let in whoever the calendar is shared with.
    """
    calendar = _empty_calendar("PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _LOOK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _LOOK_AGAIN_AFTER)
    for date in dates:
        calendar.add_component(_write_date(date, zoneinfo.ZoneInfo(time_zone), public_url))
    return calendar.to_ical()


def _empty_calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Greenroom//Greenroom//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _write_date(date: CalendarDate, zone: zoneinfo.ZoneInfo, public_url: str) -> CalendarEvent:
    entry, item = date.entry, date.item
    address = f"{public_url}/lessons/{item.section.lesson_id}/#item-{item.pk}"
    event = CalendarEvent()
    event.add("uid", str(entry.uid))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", item.title or entry.title)
    event.add("status", date.status)
    event.add("location", address)
    event.add("url", address)
    event.add(
        "description",
        "\n".join(
            [say_date(zone, entry.starts_at, entry.ends_at), _NEXT[date.status], item.section.lesson.course.title]
        ),
    )
    return event


_NEXT = {
    "CANCELLED": "This has been cancelled.",
    "CONFIRMED": "Open the lesson to join.",
    "TENTATIVE": "You are not registered. Open the lesson to register.",
}


def write_invitation(*, date: CalendarDate, user: User, organizer: str, public_url: str) -> tuple[str, bytes]:
    """
    Write one date as a mail carries it into a calendar, and return its method with it (RFC 5546).

    The same `uid` with a higher `sequence` moves what an earlier one has put there, or takes it out.
    """
    method = "CANCEL" if date.entry.cancelled_at else "REQUEST"
    calendar = _empty_calendar(method)
    event = _write_date(date, zoneinfo.ZoneInfo(user.time_zone), public_url)
    event.add("organizer", f"mailto:{organizer}")
    event.add("attendee", f"mailto:{user.email}", parameters={"CN": user.get_full_name(), "PARTSTAT": "ACCEPTED"})
    calendar.add_component(event)
    return method, calendar.to_ical()
