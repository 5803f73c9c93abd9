"""
The order in which lessons, sections and items stand.

A move says where one thing goes, never how all of them stand: of two people who move at once neither undoes the other.
The course's row is locked meanwhile.
"""

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, QuerySet

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.models import Course, Lesson, Section, SectionItem

_GAP = 10

UP, DOWN = -1, 1


class Place(NamedTuple):
    """Where something stands now: `number` of `total`."""

    number: int
    total: int


def next_position(rows: QuerySet[Any]) -> int:
    """Return the place behind all of these."""
    return (rows.aggregate(last=Max("position"))["last"] or 0) + _GAP


def move_lesson(*, lesson: Lesson, before: int | None) -> Place:
    """Put a lesson before another one of its course, or at the end."""
    with transaction.atomic():
        _lock(lesson.course_id)
        return _put(lesson.course.lessons.all(), lesson.pk, before)


def move_section(*, section: Section, before: int | None) -> Place:
    """Put a section before another one of its lesson, or at the end."""
    with transaction.atomic():
        _lock(section.lesson.course_id)
        return _put(section.lesson.sections.all(), section.pk, before)


def move_item(*, item: SectionItem, section: Section, before: int | None) -> Place:
    """
    Put an item into a section of its course, before another item there or at the end.

    Raises:
        StateConflictError: that other item is no longer there.
    """
    with transaction.atomic():
        _lock(section.lesson.course_id)
        SectionItem.objects.filter(pk=item.pk).update(section=section)
        return _put(section.items.filter(removed_at=None), item.pk, before)


def step_lesson(*, lesson: Lesson, by: int) -> Place:
    """Move a lesson one place `UP` or `DOWN`."""
    with transaction.atomic():
        _lock(lesson.course_id)
        return _step(lesson.course.lessons.all(), lesson.pk, by)


def step_section(*, section: Section, by: int) -> Place:
    """Move a section one place `UP` or `DOWN` in its lesson."""
    with transaction.atomic():
        _lock(section.lesson.course_id)
        return _step(section.lesson.sections.all(), section.pk, by)


def step_item(*, item: SectionItem, by: int) -> Place:
    """Move an item one place `UP` or `DOWN`; over the edge of its section into the next one of the lesson."""
    with transaction.atomic():
        _lock(item.section.lesson.course_id)
        item.refresh_from_db(fields=["section"])
        order = _order(item.section.items.filter(removed_at=None))
        edge = order[:1] if by == UP else order[-1:]
        beyond = _beyond(item.section, by) if edge == [item.pk] else None
        if beyond is None:
            return _step(item.section.items.filter(removed_at=None), item.pk, by)
        first = beyond.items.filter(removed_at=None).first() if by == DOWN else None
        return move_item(item=item, section=beyond, before=first.pk if first else None)


def _lock(course_id: int) -> None:
    Course.objects.select_for_update(no_key=True).get(pk=course_id)


def _beyond(section: Section, by: int) -> Section | None:
    sections = list(section.lesson.sections.all())
    place = sections.index(section) + by
    return sections[place] if 0 <= place < len(sections) else None


def _put(rows: QuerySet[Any], pk: int, before: int | None) -> Place:
    order = [one for one in _order(rows) if one != pk]
    if before is not None and before not in order:
        raise StateConflictError("This has been changed meanwhile. Look at it again, then move it.")
    return _number(rows, pk, order, len(order) if before is None else order.index(before))


def _step(rows: QuerySet[Any], pk: int, by: int) -> Place:
    order = _order(rows)
    if pk not in order:
        raise StateConflictError("This has been changed meanwhile. Look at it again, then move it.")
    place = order.index(pk) + by
    order.remove(pk)
    return _number(rows, pk, order, min(max(place, 0), len(order)))


def _order(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _number(rows: QuerySet[Any], pk: int, others: list[int], place: int) -> Place:
    """Write the places of all anew. One statement, whatever their number."""
    order = [*others[:place], pk, *others[place:]]
    numbered = [rows.model(pk=one, position=_GAP * number) for number, one in enumerate(order, start=1)]
    rows.model._default_manager.bulk_update(numbered, ["position"])
    return Place(place + 1, len(order))
