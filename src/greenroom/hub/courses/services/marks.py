"""What instructors say of people, and what people say of themselves, and what follows from it."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.completion_rule import JoinClicked
from greenroom.hub.courses.models import Completion, Enrollment, ItemClick, Mark, SectionItem
from greenroom.hub.courses.services.completion import Cause, evaluate_event, evaluate_item, rule_of
from greenroom.hub.users.models import User

_COLUMNS = ("item_id", "user_id", "status", "reason", "marked_by_id", "marked_at")
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class NewMark:
    """What is said of one learner of an item's course."""

    user_id: int
    status: str
    reason: str


def mark(*, item: SectionItem, users: Collection[int], status: str, reason: str, actor: User) -> int:
    """
    Say how learners stand with an item; it holds whatever GoTo tells, until it is taken back.

    Returns:
        How many people it was said of: those among `users` who learn in the course.

    Raises:
        InvalidInputError: there is no reason, or no such status.
    """
    return keep_marks(item=item, marks=[NewMark(user_id, status, reason) for user_id in users], actor=actor)


def keep_marks(*, item: SectionItem, marks: Collection[NewMark], actor: User) -> int:
    """
    Say how each of these people stands with an item. A constant number of statements.

    Raises:
        InvalidInputError: a mark lacks a reason or has a status that does not exist; nothing is kept then.
    """
    for one in marks:
        check_mark(one.status, one.reason)
    learning = _learners(item, {one.user_id for one in marks})
    kept = {one.user_id: one for one in marks if one.user_id in learning}
    if not kept:
        return 0
    now, reasons = clock.now(), {user_id: one.reason.strip() for user_id, one in kept.items()}
    with transaction.atomic():
        rows = ((item.pk, user_id, one.status, reasons[user_id], actor.pk, now) for user_id, one in kept.items())
        upsert(Mark, _COLUMNS, rows, key=("item_id", "user_id"))
        evaluate_item(item=item, users=kept.keys(), cause=Cause(actor, reasons))
    return len(kept)


def take_back_marks(*, item: SectionItem, users: Collection[int], reason: str, actor: User) -> int:
    """
    Let the rule decide again about these people, and return how many marks there were.

    Raises:
        InvalidInputError: there is no reason.
    """
    check_mark(Completion.Status.COMPLETED, reason)
    with transaction.atomic():
        marks = Mark.objects.filter(item=item, user__in=users)
        marked = set(marks.values_list("user_id", flat=True))
        marks.delete()
        if marked:
            cause = Cause(actor, dict.fromkeys(marked, reason.strip()))
            evaluate_item(item=item, users=marked, cause=cause, keeps_old=False)
    return len(marked)


def check_mark(status: str, reason: str) -> None:
    """See whether a mark can be kept. Raises `InvalidInputError`, beside `status` or `reason`."""
    if status not in Completion.Status.values:
        raise InvalidInputError("Choose a result.", {"status": "Choose completed, partial, absent or excused."})
    if not reason.strip():
        raise InvalidInputError("Give a reason.", {"reason": "Say why, so that it can be understood later."})
    if len(reason.strip()) > _LONGEST_REASON:
        sentence = f"A reason has at most {_LONGEST_REASON} characters."
        raise InvalidInputError(sentence, {"reason": sentence})


def _learners(item: SectionItem, users: Collection[int]) -> set[int]:
    learning = Enrollment.objects.filter(
        course=item.section.lesson.course_id, role=Enrollment.Role.LEARNER, user__in=users
    )
    return set(learning.values_list("user_id", flat=True))


def note_click(*, item: SectionItem, user: User, kind: ItemClick.Kind) -> None:
    """Note that somebody joined, opened or has done something; the first time counts, and their standing follows."""
    _, is_first = ItemClick.objects.get_or_create(item=item, user=user, kind=kind, defaults={"clicked_at": clock.now()})
    if not is_first:
        return
    if kind == ItemClick.Kind.OPENED and item.recording:
        evaluate_event(event_id=item.recording.event_id, users=[user.pk])
    counts = kind == ItemClick.Kind.DONE or JoinClicked() in rule_of(item).conditions()
    # What nobody has to open is only noted; it counts once it is required.
    if counts or (kind == ItemClick.Kind.OPENED and item.is_required):
        evaluate_item(item=item, users=[user.pk])
