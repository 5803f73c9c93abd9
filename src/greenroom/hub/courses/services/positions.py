"""
The order in which lessons, sections and items stand.

A move says where one thing goes, never how all of them stand: of two people who move at once neither undoes the other.
The course's row is locked meanwhile.
"""

from django.db import transaction

from greenroom.hub.core.positions import DOWN, UP, Place, list_in_order, put_before, step
from greenroom.hub.courses.models import Course, Lesson, Section, SectionItem


def move_lesson(*, lesson: Lesson, before: int | None) -> Place:
    """Put a lesson before another one of its course, or at the end."""
    with transaction.atomic():
        _lock(lesson.course_id)
        return put_before(lesson.course.lessons.all(), lesson.pk, before)


def move_section(*, section: Section, before: int | None) -> Place:
    """Put a section before another one of its lesson, or at the end."""
    with transaction.atomic():
        _lock(section.lesson.course_id)
        return put_before(section.lesson.sections.all(), section.pk, before)


def move_item(*, item: SectionItem, section: Section, before: int | None) -> Place:
    """
    Put an item into a section of its course, before another item there or at the end.

    Raises:
        StateConflictError: that other item is no longer there.
    """
    with transaction.atomic():
        _lock(section.lesson.course_id)
        SectionItem.objects.filter(pk=item.pk).update(section=section)
        return put_before(section.items.filter(removed_at=None), item.pk, before)


def step_lesson(*, lesson: Lesson, by: int) -> Place:
    """Move a lesson one place `UP` or `DOWN`."""
    with transaction.atomic():
        _lock(lesson.course_id)
        return step(lesson.course.lessons.all(), lesson.pk, by)


def step_section(*, section: Section, by: int) -> Place:
    """Move a section one place `UP` or `DOWN` in its lesson."""
    with transaction.atomic():
        _lock(section.lesson.course_id)
        return step(section.lesson.sections.all(), section.pk, by)


def step_item(*, item: SectionItem, by: int) -> Place:
    """Move an item one place `UP` or `DOWN`; over the edge of its section into the next one of the lesson."""
    with transaction.atomic():
        _lock(item.section.lesson.course_id)
        item.refresh_from_db(fields=["section"])
        order = list_in_order(item.section.items.filter(removed_at=None))
        edge = order[:1] if by == UP else order[-1:]
        beyond = _beyond(item.section, by) if edge == [item.pk] else None
        if beyond is None:
            return step(item.section.items.filter(removed_at=None), item.pk, by)
        first = beyond.items.filter(removed_at=None).first() if by == DOWN else None
        return move_item(item=item, section=beyond, before=first.pk if first else None)


def _lock(course_id: int) -> None:
    Course.objects.select_for_update(no_key=True).get(pk=course_id)


def _beyond(section: Section, by: int) -> Section | None:
    sections = list(section.lesson.sections.all())
    place = sections.index(section) + by
    return sections[place] if 0 <= place < len(sections) else None
