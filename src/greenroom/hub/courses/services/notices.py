"""
Telling people of changes to their events, once for each change and person, by the ways they chose.

A mail may carry the date into a calendar, and moves there what an earlier mail has put.
"""

import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.courses.calendars import CalendarDate, write_invitation
from greenroom.hub.courses.models import CalendarEntry, Enrollment, Notice, NoticeChoice, SectionItem
from greenroom.hub.courses.notices import Kind, News, read_news, say, write_dates
from greenroom.hub.courses.occurrences import items_showing
from greenroom.hub.courses.release import is_open, is_shown
from greenroom.hub.courses.services.calendars import keep_calendar
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import Ability, can
from greenroom.hub.jobs.registry import task
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.services import Attachment, Letter, queue_letters
from greenroom.hub.users.models import User

_AT_ONCE = 500
_MOST_INVITATIONS = 10
# Minutes before a date at which people can be reminded; `events.services.coming.LEADS` has more.
REMINDERS = (15, 30, 60, 1440)
_Role = Enrollment.Role


def may_concern(fact: Fact) -> bool:
    """Tell whether anybody could want to be told of a fact; most sign-ups are of people who do not sign in here."""
    if fact.kind == "starts_soon":
        return fact.data["minutes"] in REMINDERS
    is_of_one = fact.kind in {"registered", "approved", "cancelled"}
    return fact.user_id is not None if is_of_one else fact.event_id is not None


@task(queue="default")
def tell_people(fact_id: int) -> None:
    """Tell everybody whom a fact concerns. A handful of statements for each 500 people; it may be repeated."""
    fact = Fact.objects.get(pk=fact_id)
    event = Event.objects.filter(pk=fact.event_id).first() if fact.event_id else None
    if event is None:
        return
    keep_calendar(event_id=event.pk)  # the reader that does so may come after us
    news = read_news(fact, event)
    if news is None:
        return
    people, last = list_concerned(news), 0
    while batch := list(people.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        _tell(news, batch)
        last = batch[-1].pk


def list_concerned(news: News) -> QuerySet[User]:
    """
    Return whom news concerns: who is signed up, who learns where the event is shown, and who teaches or assists there.

    Of a date that is near, learners are told who may join then.
    """
    people = User.objects.filter(is_active=True)
    signed_up = _list_signed_up(news.event)
    if news.kind == Kind.REGISTERED:
        assert news.registrant_id is not None
        mine = signed_up.filter(pk=news.registrant_id, status=Registrant.Status.APPROVED)
        return people.filter(pk__in=mine.filter(registered_here_at__isnull=False).values("user"))
    if news.kind == Kind.WITHDRAWN:
        assert news.registrant_id is not None
        # Who was sent an invitation, and has not come back meanwhile or under another address.
        mine = Registrant.objects.filter(pk=news.registrant_id, registered_here_at__isnull=False)
        return people.filter(pk__in=mine.values("user")).exclude(pk__in=signed_up.values("user"))
    items = _list_items(news.event)
    now = clock.now()
    # Of dates to pick from, learners are told of their own only.
    shown = items.filter(
        is_open(now), is_open(now, "section__lesson__"), is_shown(now, "section__lesson__course__"), picks_date=False
    )
    learners = Enrollment.objects.filter(role=_Role.LEARNER, course__in=shown.values("section__lesson__course"))
    team = Enrollment.objects.filter(
        role__in=[_Role.INSTRUCTOR, _Role.ASSISTANT], course__in=items.values("section__lesson__course")
    )
    if news.kind == Kind.SOON and can(news.event.product, Ability.REGISTER):
        audience = Q(pk__in=signed_up.filter(status=Registrant.Status.APPROVED).values("user"))
    else:
        audience = Q(pk__in=signed_up.values("user")) | Q(pk__in=learners.values("user"))
    return people.filter(audience | Q(pk__in=team.values("user")))


def _list_signed_up(event: Event) -> QuerySet[Registrant]:
    signed_up = Registrant.objects.filter(event=event, gone_at=None, user__isnull=False)
    return signed_up.exclude(status=Registrant.Status.DENIED)


def _list_items(event: Event) -> QuerySet[SectionItem]:
    return SectionItem.objects.filter(items_showing(event), removed_at=None)


@dataclass(frozen=True, slots=True)
class _Person:
    """One person who is told: how they want to be, and how they stand with the event."""

    user: User
    choice: NoticeChoice
    is_registered: bool
    item: SectionItem | None  # where they find the event

    def wants(self, news: News) -> bool:
        if news.kind == Kind.SOON:
            return self.choice.reminder_minutes == news.minutes
        if news.kind == Kind.REGISTERED:
            return self.choice.invitations and self.item is not None
        return self.choice.invitations if news.kind == Kind.WITHDRAWN else True


def _tell(news: News, users: Sequence[User]) -> None:
    people = [one for one in _look_up(news.event, users) if one.wants(news)]
    entries = _list_entries(news)
    with transaction.atomic():
        Notice.objects.bulk_create([_make_notice(news, one) for one in people], ignore_conflicts=True)
        queue_letters(_write(news, one, entries) for one in people if one.choice.by_mail)


def _look_up(event: Event, users: Sequence[User]) -> list[_Person]:
    choices = {one.user_id: one for one in NoticeChoice.objects.filter(user__in=users)}
    signed_up = set(_list_signed_up(event).filter(user__in=users).values_list("user_id", flat=True))
    needs_none = not can(event.product, Ability.REGISTER)
    items = _find_items(event, users)
    return [
        _Person(
            user,
            choices.get(user.pk) or NoticeChoice(user=user),
            user.pk in signed_up or (needs_none and user.pk in items),
            items.get(user.pk),
        )
        for user in users
    ]


def _find_items(event: Event, users: Sequence[User]) -> Mapping[int, SectionItem]:
    """Return for each person an item of a course of theirs that shows the event."""
    items = {
        item.section.lesson.course_id: item
        for item in _list_items(event).select_related("section__lesson__course").order_by("-pk")
    }
    roles = Enrollment.objects.filter(user__in=users, course__in=items).order_by("-pk")
    return {user: items[course] for user, course in roles.values_list("user", "course")}


def _make_notice(news: News, person: _Person) -> Notice:
    return Notice(
        user=person.user,
        event=news.event,
        kind=news.kind,
        fact_id=news.fact_id,
        title=news.event.title,
        before=write_dates(news.before),
        after=write_dates(news.after),
        made_at=clock.now(),
        # Its card says already how they are registered.
        is_shown=person.choice.on_home and news.kind not in {Kind.REGISTERED, Kind.WITHDRAWN},
    )


def _list_entries(news: News) -> list[CalendarEntry]:
    """Return the dates in calendars that news is about."""
    entries = news.event.calendar_entries.all()
    if news.kind in {Kind.REGISTERED, Kind.WITHDRAWN}:
        entries = entries.filter(cancelled_at=None, ends_at__gt=clock.now())
    elif news.kind == Kind.SOON:
        entries = entries.none()
    else:
        entries = entries.filter(changed_at__gte=news.happened_at)
    return list(entries[:_MOST_INVITATIONS])


def _write(news: News, person: _Person, entries: Iterable[CalendarEntry]) -> Letter:
    words = say(news, zone=zoneinfo.ZoneInfo(person.user.time_zone), is_registered=person.is_registered)
    home = settings.PUBLIC_URL
    place = f"{home}/lessons/{person.item.section.lesson_id}/#item-{person.item.pk}" if person.item else home
    paragraphs = [words.text, place, f"Choose what you are told, and how: {home}/notices/"]
    return Letter(
        to=person.user.email,
        user=person.user.pk,
        subject=words.subject,
        text="\n\n".join(paragraphs) + "\n",
        attachments=_invite(news, person, entries) if person.choice.invitations else (),
        dedupe_key=f"notice:{news.fact_id}:{person.user.pk}",
        cause="A notice of an event",
    )


def _invite(news: News, person: _Person, entries: Iterable[CalendarEntry]) -> list[Attachment]:
    is_withdrawn = news.kind == Kind.WITHDRAWN
    if not person.is_registered and not is_withdrawn:
        return []
    organizer = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    attachments = []
    for entry in entries:
        date = CalendarDate(entry, person.item, is_certain=True, is_withdrawn=is_withdrawn)
        method, content = write_invitation(
            date=date, user=person.user, organizer=organizer, public_url=settings.PUBLIC_URL
        )
        attachments.append(Attachment("invitation.ics", f"text/calendar; method={method}", content))
    return attachments


def choose_notices(
    *, user: User, by_mail: bool, on_home: bool, invitations: bool, reminder_minutes: int | None
) -> None:
    """Set by which ways a person is told from now on."""
    chosen = {
        "by_mail": by_mail,
        "on_home": on_home,
        "invitations": invitations,
        "reminder_minutes": reminder_minutes,
    }
    NoticeChoice.objects.update_or_create(user=user, defaults=chosen)


def put_away(*, notices: QuerySet[Notice]) -> None:
    """Take notices off the home page of those they are for, and off the cards of their events."""
    notices.filter(Q(is_shown=True) | Q(seen_at=None)).update(is_shown=False, seen_at=clock.now())
