"""What may be waited for of the courses of this hub."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.narrowing import NoFilter
from greenroom.hub.automation.registry import About, Trigger, register_trigger
from greenroom.hub.courses.models import Course, SectionItem
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User


class LearnerItem(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a course."""

    course: Annotated[str, told("Course", "The course as its address has it.")]
    course_title: Annotated[str, told("Course title", "The course's title.")]
    email: Annotated[str, told("Email", "The person's address.")]
    first_name: Annotated[str, told("First name", "The person's first name.")]
    last_name: Annotated[str, told("Last name", "The person's last name.")]


class EnrolledItem(LearnerItem, frozen=True, kw_only=True):
    """Somebody who was given a role in a course."""

    role: Annotated[str, told("Role", "learner, instructor, editor, assistant or observer.")]


class CompletedItemItem(LearnerItem, frozen=True, kw_only=True):
    """Somebody who has done one item of a course."""

    item_id: Annotated[str, told("Item id", "What this hub calls the item.")]
    item_title: Annotated[str, told("Item title", "The item's title.")]


def _people(facts: Sequence[Fact]) -> list[dict[str, Any] | None]:
    """Return the members of a `LearnerItem` for each fact. Two queries."""
    courses = Course.objects.in_bulk({one.data["course_id"] for one in facts if "course_id" in one.data})
    users = User.objects.in_bulk({one.user_id for one in facts if one.user_id})
    return [_of_learner(courses.get(one.data.get("course_id")), users.get(one.user_id)) for one in facts]


def _of_learner(course: Course | None, user: User | None) -> dict[str, Any] | None:
    if course is None or user is None:
        return None
    return {
        "course": course.slug,
        "course_title": course.title,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
    }


def _enrolled(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
    people = zip(facts, _people(facts), strict=True)
    return [EnrolledItem(**one, role=fact.data["role"]) if one else None for fact, one in people]


def _completed(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
    return [LearnerItem(**one) if one else None for one in _people(facts)]


def _completed_items(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
    """Make the items of those who have done an item. One query more, for what they have done."""
    wanted = {one.data["item_id"] for one in facts if "item_id" in one.data}
    items = SectionItem.objects.select_related("event", "recording__event").in_bulk(wanted)
    people = zip(facts, _people(facts), strict=True)
    return [_completed_item(one, items.get(fact.data.get("item_id"))) for fact, one in people]


def _completed_item(person: dict[str, Any] | None, item: SectionItem | None) -> CompletedItemItem | None:
    if person is None or item is None:
        return None
    return CompletedItemItem(**person, item_id=str(item.pk), item_title=item.shown_title)


_SAMPLES: list[dict[str, Any]] = [
    {
        "course": "safety-basics",
        "course_title": "Safety basics",
        "email": f"{first.lower()}@example.com",
        "first_name": first,
        "last_name": last,
    }
    for first, last in (("Lena", "Fischer"), ("Ben", "Okoro"), ("Chris", "Novak"))
]

register_trigger(
    Trigger(
        name="course.enrolled",
        operation_id="OnCourseEnrolled",
        summary="When somebody is enrolled in a course",
        description="This operation triggers when somebody is given a role in a course of this hub.",
        kinds=("enrolled",),
        data=EnrolledItem,
        filter=NoFilter,
        build=_enrolled,
        samples=[EnrolledItem(**one, role="learner") for one in _SAMPLES],
        about=About.COURSE,
        tags=("Courses",),
    )
)
register_trigger(
    Trigger(
        name="course.completed",
        operation_id="OnCourseCompleted",
        summary="When somebody completes a course",
        description="This operation triggers when somebody has done all required items of a course, once for each "
        "person and course.",
        kinds=("course_completed",),
        data=LearnerItem,
        filter=NoFilter,
        build=_completed,
        samples=[LearnerItem(**one) for one in _SAMPLES],
        about=About.COURSE,
        tags=("Courses",),
    )
)
register_trigger(
    Trigger(
        name="course.item_completed",
        operation_id="OnCourseItemCompleted",
        summary="When somebody completes an item of a course",
        description="This operation triggers when somebody has attended enough of a live event in a course, once for "
        "each person and item.",
        kinds=("item_completed",),
        data=CompletedItemItem,
        filter=NoFilter,
        build=_completed_items,
        samples=[CompletedItemItem(**one, item_id="7", item_title="Safe lifting") for one in _SAMPLES],
        about=About.COURSE,
        tags=("Courses",),
    )
)
