"""When a course is completed: which of its items count, how many are needed, and by when."""

import math
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from greenroom.hub.courses.models import Completion, Course, CoursePolicy, SectionItem
from greenroom.hub.events.models import Event

_DEADLINE = "item__section__lesson__course__policy__complete_by"

# Of `Completion`: done before the course's deadline, or said to be done by an instructor.
DONE_IN_TIME = Q(status=Completion.Status.COMPLETED) & (
    Q(**{_DEADLINE: None}) | Q(completed_at__lte=F(_DEADLINE)) | Q(basis=Completion.Basis.MARK)
)


def policy_of(course: Course) -> CoursePolicy:
    """Return when a course is completed; all required items at any time, unless somebody has said otherwise."""
    return CoursePolicy.objects.filter(course=course).first() or CoursePolicy(course=course)


def list_completable_items(*, course: Course) -> QuerySet[SectionItem]:
    """Return the items that people can complete: live events, and whatever is required."""
    items = SectionItem.objects.filter(section__lesson__course=course, removed_at=None)
    return items.filter(Q(event__isnull=False) | Q(is_required=True))


def list_required_items(*, courses: Iterable[Course]) -> QuerySet[SectionItem]:
    """Return the items that courses ask for. One whose event was cancelled cannot be done by anybody and is none."""
    items = SectionItem.objects.filter(section__lesson__course__in=courses, is_required=True, removed_at=None)
    return items.exclude(is_cancelled())


def is_cancelled() -> Q:
    """Return the condition that an item's event, or each date to pick from, was cancelled before it took place."""
    cancelled = Event.objects.filter(state=Event.State.CANCELLED, sessions=None)
    others = Event.objects.exclude(pk__in=cancelled).filter(
        connection=OuterRef("event__connection"),
        product=OuterRef("event__product"),
        recurrence_key=OuterRef("event__recurrence_key"),
    )
    return Q(event__in=cancelled) & (Q(picks_date=False) | Q(~Exists(others)))


def count_needed(*, percent: int, required: int, excused: int) -> int:
    """Return how many items somebody must do: that share of those they are not excused from, never rounded down."""
    return math.ceil(percent * (required - excused) / 100)
