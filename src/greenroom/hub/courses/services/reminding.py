"""Reminding learners who are not registered for an item that they can be."""

import zoneinfo
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.access import list_open_to_learners
from greenroom.hub.courses.models import Enrollment, SectionItem
from greenroom.hub.courses.notices import say_date
from greenroom.hub.courses.occurrences import list_dates_of
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.mailing.services import Letter, queue_letters
from greenroom.hub.users.models import User

# The states of an event in which people can register for it.
REGISTRABLE = (Event.State.SCHEDULED, Event.State.LIVE)
_MOST_DATES = 10


def list_open_dates(item: SectionItem) -> list[Event]:
    """Return the events of an item for which learners can register now; none where they do not see the item."""
    if not list_open_to_learners().filter(pk=item.pk).exists():
        return []
    return [one for one in list_dates_of(item) if one.state in REGISTRABLE]


def list_unregistered(*, item: SectionItem) -> QuerySet[User]:
    """
    Return the learners to remind of an item: who has no place, is not on the way to one, and wants mail.

    Who was denied a place or gave theirs up since they came is left alone.
    """
    dates = [one.pk for one in list_dates_of(item)]
    own = RegistrationRequest.objects.filter(
        event__in=dates, user=OuterRef("user"), asked_at__gte=OuterRef("enrolled_at")
    )
    asked = own.exclude(state=RegistrationRequest.State.REFUSED)
    there = Registrant.objects.filter(event__in=dates, user=OuterRef("user"), gone_at=None)
    learners = Enrollment.objects.filter(course=item.section.lesson.course_id, role=Enrollment.Role.LEARNER)
    free = learners.exclude(Exists(there)).exclude(Exists(asked))
    wants = Q(notice_choice=None) | Q(notice_choice__by_mail=True)
    return User.objects.filter(wants, pk__in=free.values("user"), is_active=True).order_by("pk")


def remind_unregistered(*, item: SectionItem, press: UUID) -> int:
    """
    Mail the learners who are not registered now, and return how many they are.

    Args:
        press: of the button; the same one mails nobody twice.

    Raises:
        StateConflictError: nobody can register for the item now.
    """
    dates = list_open_dates(item)
    if not dates:
        raise StateConflictError("Learners cannot register for this now, so nobody was reminded.")
    with transaction.atomic():
        people = list(list_unregistered(item=item))
        queue_letters(_write(item, dates, user, press) for user in people)
    return len(people)


def _write(item: SectionItem, dates: list[Event], user: User, press: UUID) -> Letter:
    zone, now, home = zoneinfo.ZoneInfo(user.time_zone), clock.now(), settings.PUBLIC_URL
    times = [time for event in dates for time in event.times.all() if time.ends_at > now][:_MOST_DATES]
    listed = "".join(f"\n  {say_date(zone, time.starts_at, time.ends_at)}" for time in times)
    paragraphs = [
        f"You are not registered for “{item.shown_title}” yet:{listed}",
        f"Register in the lesson:\n{home}/lessons/{item.section.lesson_id}/#item-{item.pk}",
        f"Choose what you are told, and how: {home}/notices/",
    ]
    return Letter(
        to=user.email,
        user=user.pk,
        subject=f"Not registered yet: {item.shown_title}",
        text="\n\n".join(paragraphs) + "\n",
        dedupe_key=f"reminder:{press}:{user.pk}",
        cause="A reminder to register",
    )
