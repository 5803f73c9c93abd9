"""Making a course anew from one that was given before: the same lessons, at other dates, with other events."""

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import models, transaction

from greenroom.hub.core import clock
from greenroom.hub.courses.access import Verb, may
from greenroom.hub.courses.models import Course, CoursePolicy, Enrollment, Lesson, Section, SectionItem
from greenroom.hub.courses.services.authoring import free_slug, titled
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Ability, can
from greenroom.hub.sync.services import keep_registration_form_fresh
from greenroom.hub.users.models import User

_Row = TypeVar("_Row", bound=models.Model)

_TEAM = (Enrollment.Role.INSTRUCTOR, Enrollment.Role.EDITOR, Enrollment.Role.ASSISTANT)


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many days dates move, on the clock of a zone: nine o'clock stays nine o'clock when clocks change."""

    days: int
    zone: zoneinfo.ZoneInfo

    def move(self, moment: datetime | None) -> datetime | None:
        """Return a moment so many days later."""
        return moment and moment.astimezone(self.zone) + timedelta(days=self.days)


def find_first_day(*, course: Course, zone: zoneinfo.ZoneInfo) -> date | None:
    """Return the first day a course has: of what opens or takes place in it; None where it has no dates."""
    items = SectionItem.objects.filter(section__lesson__course=course, removed_at=None)
    moments = (
        course.lessons.aggregate(first=models.Min("available_from"))["first"],
        *items.aggregate(models.Min("available_from"), models.Min("event__starts_at")).values(),
    )
    first = min((one for one in moments if one), default=None)
    return first.astimezone(zone).date() if first else None


def list_live_items(*, course: Course) -> list[SectionItem]:
    """Return the live items of a course in their order, with their events."""
    items = SectionItem.objects.filter(section__lesson__course=course, removed_at=None, event__isnull=False)
    order = ("section__lesson__position", "section__lesson", "section__position", "section", "position", "pk")
    return list(items.select_related("event", "section__lesson").order_by(*order))


def copy_course(
    *, course: Course, title: str, shift: Shift, events: Mapping[int, Event], with_team: bool, actor: User
) -> Course:
    """
    Copy a course as a draft: lessons, sections, items with their rules, and when they open; not who learns there.

    Args:
        events: by the id of each live item that is to be copied, the event it shows then. The others are left out.
        with_team: also take over who teaches, edits and assists; whoever copies teaches in any case, unless they only
            edit the course: they see no more of people in the copy than here.
    """
    with transaction.atomic():
        copied = Course.objects.create(
            title=titled(title),
            summary=course.summary,
            slug=free_slug(title),
            trusts_assistants=course.trusts_assistants,
            publish_at=shift.move(course.publish_at),
            close_at=shift.move(course.close_at),
        )
        _copy_team(course, copied, actor, with_team)
        for policy in CoursePolicy.objects.filter(course=course):
            _insert(policy, course=copied, complete_by=shift.move(policy.complete_by))
        for lesson in course.lessons.prefetch_related("sections__items"):
            _copy_lesson(lesson, copied, shift, events, actor)
    for event in {event.pk: event for event in events.values()}.values():
        if event.state != Event.State.ENDED and can(event.product, Ability.REGISTER):
            keep_registration_form_fresh(event=event)
    return copied


def _copy_team(course: Course, copied: Course, actor: User, with_team: bool) -> None:
    team = course.enrollments.filter(role__in=_TEAM).exclude(user=actor) if with_team else ()
    role = Enrollment.Role.INSTRUCTOR if may(actor, Verb.PEOPLE, course) else Enrollment.Role.EDITOR
    Enrollment.objects.create(course=copied, user=actor, role=role)
    Enrollment.objects.bulk_create(Enrollment(course=copied, user_id=one.user_id, role=one.role) for one in team)


def _copy_lesson(lesson: Lesson, course: Course, shift: Shift, events: Mapping[int, Event], actor: User) -> None:
    sections: Iterable[Section] = list(lesson.sections.all())
    copied = _insert(lesson, course=course, **_opening(lesson, shift))
    for section in sections:
        items = [item for item in section.items.all() if item.removed_at is None]
        copied_section = _insert(section, lesson=copied)
        for item in items:
            if item.event_id is None or item.pk in events:
                more = {"event": events[item.pk]} if item.event_id else {}
                _insert(
                    item, section=copied_section, added_by=actor, added_at=clock.now(), **_opening(item, shift), **more
                )


def _opening(thing: Lesson | SectionItem, shift: Shift) -> dict[str, datetime | None]:
    return {name: shift.move(getattr(thing, name)) for name in ("available_from", "available_until")}


def _insert(row: _Row, **others: object) -> _Row:
    """Insert a copy of a row that differs in some columns. Files are kept once: nothing ever changes or deletes one."""
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copied = type(row)(**columns | {row._meta.pk.attname: None})
    for name, value in others.items():
        setattr(copied, name, value)
    copied.save(force_insert=True)
    return copied
