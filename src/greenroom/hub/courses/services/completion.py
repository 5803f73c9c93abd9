"""
Who has completed what, from GoTo's attendance.

Computed anew from the attendance rows whenever they, the rule or the people change, so that late and corrected
attendance counts. A handful of statements per item, whatever the number of people.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Count, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.courses.completion_rule import CompletionRule, is_satisfied, percent_attended, read_rule
from greenroom.hub.courses.models import Completion, Course, Enrollment, SectionItem
from greenroom.hub.events.dates import list_dates_without_session
from greenroom.hub.events.models import Event, EventSession, Registrant
from greenroom.hub.events.selectors import list_presence
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User

_COLUMNS = ["status", "attended_seconds", "percent", "completed_at", "evaluated_at"]


def evaluate_event(*, event_id: int) -> None:
    """Compute everybody's standing in every item that shows this event."""
    for item in _live_items().filter(event=event_id):
        evaluate_item(item=item)


def evaluate_course(*, course: Course) -> None:
    """Compute everybody's standing in every live item of a course."""
    for item in _live_items().filter(section__lesson__course=course):
        evaluate_item(item=item)


def _live_items() -> QuerySet[SectionItem]:
    return SectionItem.objects.filter(kind=SectionItem.Kind.LIVE_EVENT, removed_at=None).select_related(
        "event", "section__lesson"
    )


def evaluate_item(*, item: SectionItem) -> None:
    """Compute everybody's standing in one live item."""
    event = item.event
    assert event is not None
    sessions = list(event.sessions.all())
    if not sessions:
        return
    total = sum(session.duration_seconds for session in sessions) + _seconds_to_come(event, sessions)
    presence = _presence_by_person(event, sessions, total)
    learners = set(
        Enrollment.objects.filter(course__lessons__sections=item.section_id, role=Enrollment.Role.LEARNER).values_list(
            "user_id", flat=True
        )
    )
    may_be_absent: set[int] = set()
    if all(session.is_final for session in sessions) and event.attendance_due_at is None:
        may_be_absent = _signed_up(event)
    rule = read_rule(item.completion_rule)
    with transaction.atomic():
        known = {one.user_id: one for one in Completion.objects.select_for_update().filter(item=item)}
        wanted = [
            _standing(item, user_id, rule, *presence.get(user_id, (0, total)), known.get(user_id))
            for user_id in learners
            if user_id in presence or user_id in may_be_absent
        ]
        _store(wanted, known)
        _tell_completions(item, [one for one in wanted if _is_newly_done(one, known.get(one.user_id))])
        # Corrected attendance may leave nothing to say of somebody who learns here.
        told = {one.user_id for one in wanted}
        Completion.objects.filter(item=item, user__in=learners & known.keys() - told).delete()


def _seconds_to_come(event: Event, sessions: list[EventSession]) -> int:
    """Return the length of the dates without a session: planned ones, and those GoTo may yet tell of."""
    if event.state == Event.State.CANCELLED:
        return 0
    last_end = max(session.ended_at for session in sessions)
    coming = list_dates_without_session(dates=event.times.all(), sessions=sessions)
    # A date before the last session did not take place; nor did any that is over when GoTo has said its last word.
    since = last_end if event.attendance_due_at else max(last_end, clock.now())
    return sum(int((date.ends_at - date.starts_at).total_seconds()) for date in coming if date.ends_at > since)


def _presence_by_person(event: Event, sessions: list[EventSession], total: int) -> dict[int, tuple[int, int]]:
    """
    Return for each person the seconds attended, and those of which they are a share.

    That is all the event's dates together; where it has no fixed dates, and so no last one, the time it was held that
    a person attended the largest share of.
    """
    attended = list_presence(event=event)
    if event.dates == Event.Dates.ANY_TIME:
        lengths = {session.pk: session.duration_seconds for session in sessions}
        attended.sort(key=lambda row: row[2] / max(1, lengths[row[1]]))
        return {user_id: (seconds, lengths[session_id]) for user_id, session_id, seconds in attended}
    sums: Counter[int] = Counter()
    for user_id, _, seconds in attended:
        sums[user_id] += seconds
    return {user_id: (seconds, total) for user_id, seconds in sums.items()}


def _signed_up(event: Event) -> set[int]:
    signed_up = Registrant.objects.filter(event=event, gone_at=None, user__isnull=False, status="APPROVED")
    return set(signed_up.values_list("user_id", flat=True))


def _standing(
    item: SectionItem, user_id: int, rule: CompletionRule, seconds: int, total: int, before: Completion | None
) -> Completion:
    now = clock.now()
    if is_satisfied(rule, attended_seconds=seconds, total_seconds=total):
        status = Completion.Status.COMPLETED
    else:
        status = Completion.Status.PARTIAL if seconds else Completion.Status.ABSENT
    completed_at = (before and before.completed_at) or now
    return Completion(
        item=item,
        user_id=user_id,
        status=status,
        attended_seconds=seconds,
        percent=percent_attended(attended_seconds=seconds, total_seconds=total),
        completed_at=completed_at if status == Completion.Status.COMPLETED else None,
        evaluated_at=now,
    )


def _is_newly_done(one: Completion, before: Completion | None) -> bool:
    done = Completion.Status.COMPLETED
    return one.status == done and (before is None or before.status != done)


def _tell_completions(item: SectionItem, done: list[Completion]) -> None:
    """Append who has done this item, and who has done the whole course by it; each once, whatever is corrected."""
    if not done:
        return
    course_id, now = item.section.lesson.course_id, clock.now()
    people = User.objects.in_bulk({one.user_id for one in done})
    append(
        NewFact(
            kind="item_completed",
            happened_at=now,
            dedupe_key=f"item_completed:{item.pk}:{user.pk}",
            connection_id=item.event.connection_id if item.event else None,
            event_id=item.event_id,
            user_id=user.pk,
            email=user.email,
            data={"course_id": course_id, "item_id": item.pk},
        )
        for user in people.values()
    )
    append(
        NewFact(
            kind="course_completed",
            happened_at=now,
            dedupe_key=f"course_completed:{course_id}:{user_id}",
            user_id=user_id,
            email=people[user_id].email,
            data={"course_id": course_id},
        )
        for user_id in _who_completed(course_id, people.keys())
    )


def _who_completed(course_id: int, users: Collection[int]) -> list[int]:
    """Return those of these people who have done all required items of a course. Two queries."""
    required = SectionItem.objects.filter(section__lesson__course=course_id, is_required=True, removed_at=None)
    done = Completion.objects.filter(item__in=required, user__in=users, status=Completion.Status.COMPLETED)
    counts = done.values_list("user").annotate(count=Count("pk"))
    return list(counts.filter(count=required.count()).values_list("user", flat=True))


def _store(wanted: Iterable[Completion], known: dict[int, Completion]) -> None:
    def told(one: Completion) -> tuple[object, ...]:
        return one.status, one.attended_seconds, one.percent

    Completion.objects.bulk_create(
        [one for one in wanted if one.user_id not in known or told(known[one.user_id]) != told(one)],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["item", "user"],
        update_fields=_COLUMNS,
    )
