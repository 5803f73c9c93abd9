"""
Who has completed what: from what people did, each item's rule, and what instructors said.

Computed anew whenever one of them changes, so that late and corrected attendance counts. A number of statements that
does not depend on the number of people.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.courses.completion_rule import CompletionRule, Confirmed, Opened, percent_attended, read_rule
from greenroom.hub.courses.evidence import NOTHING, Findings, gather
from greenroom.hub.courses.models import Completion, CompletionChange, Course, Enrollment, Mark, SectionItem
from greenroom.hub.courses.occurrences import items_showing
from greenroom.hub.courses.services.course_completion import settle_course
from greenroom.hub.events.models import Event
from greenroom.hub.ledger.services import append_select
from greenroom.hub.users.models import User

# So long GoTo's corrections can take a completion away; afterwards only an instructor, or another rule, can.
GRACE = timedelta(days=7)

_CHANGE_COLUMNS = ("item_id", "user_id", "was", "became", "reason", "changed_by_id", "changed_at")
_DONE = Completion.Status.COMPLETED


class _Standing(NamedTuple):
    """How somebody stands with one item: the columns of a `Completion`, which costs ten times as much to make."""

    item_id: int
    user_id: int
    status: str
    basis: str
    attended_seconds: int
    attended_dates: int
    percent: Decimal
    completed_at: datetime | None
    evaluated_at: datetime


@dataclass(frozen=True, slots=True)
class Cause:
    """Why results are computed: who changed something, and what they said of each person."""

    actor: User
    reasons: Mapping[int, str]


def evaluate_event(*, event_id: int, users: Collection[int] | None = None) -> None:
    """Compute the standing of everybody, or of these people, in every item that shows this event."""
    for item in _items().filter(items_showing(Event.objects.get(pk=event_id))):
        evaluate_item(item=item, users=users)


def evaluate_course(*, course: Course, users: Collection[int] | None = None) -> None:
    """Compute the standing of everybody, or of these people, in every item of a course."""
    for item in _items().filter(section__lesson__course=course):
        evaluate_item(item=item, users=users)


def _items() -> QuerySet[SectionItem]:
    return SectionItem.objects.filter(removed_at=None).select_related("event", "section__lesson__course")


def evaluate_item(
    *, item: SectionItem, users: Collection[int] | None = None, cause: Cause | None = None, keeps_old: bool = True
) -> None:
    """
    Compute everybody's standing in one item.

    Args:
        users: only these people.
        cause: who said what about them; it is written into their history, also where nothing changes.
        keeps_old: whether what was completed longer ago than `GRACE` stays, whatever is known now.
    """
    rule = rule_of(item)
    found = gather(item=item, rule=rule, users=users)
    learners = _learners(item, users)
    with transaction.atomic():
        known = {one.user_id: one for one in _only(Completion.objects.select_for_update(), item, users)}
        marks = dict(_only(Mark.objects.all(), item, users).values_list("user_id", "status"))
        judge = _Judge(item, rule, found, marks, clock.now(), keeps_old)
        wanted = [one for user_id in learners if (one := judge.standing(user_id, known.get(user_id)))]
        _store(wanted, known)
        told = {one.user_id for one in wanted}
        gone = [one for user_id, one in known.items() if user_id in learners and user_id not in told]
        # Corrected attendance may leave nothing to say of somebody who learns here.
        Completion.objects.filter(pk__in=[one.pk for one in gone]).delete()
        _keep_history(item, wanted, gone, known, cause)
        lost = {one.user_id for one in known.values() if one.status == _DONE} - {
            one.user_id for one in wanted if one.status == _DONE
        }
        _tell_completions(item, judge.now)
        settle_course(course=item.section.lesson.course, lost=lost & learners)


def rule_of(item: SectionItem) -> CompletionRule:
    """Return when an item is done; of what is no live event, a text has to be read and all else to be opened."""
    if item.event_id:
        return read_rule(item.completion_rule)
    return Confirmed() if item.kind == SectionItem.Kind.TEXT else Opened()


def _only(rows: QuerySet[Any], item: SectionItem, users: Collection[int] | None) -> QuerySet[Any]:
    rows = rows.filter(item=item)
    return rows if users is None else rows.filter(user__in=users)


def _learners(item: SectionItem, users: Collection[int] | None) -> set[int]:
    learning = Enrollment.objects.filter(course=item.section.lesson.course_id, role=Enrollment.Role.LEARNER)
    if users is not None:
        learning = learning.filter(user__in=users)
    return set(learning.values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class _Judge:
    """What decides the standing of each person with one item."""

    item: SectionItem
    rule: CompletionRule
    found: Findings
    marks: dict[int, str]
    now: datetime
    keeps_old: bool

    def standing(self, user_id: int, before: Completion | None) -> _Standing | None:
        """Return how somebody stands; None when there is nothing to say."""
        mark = self.marks.get(user_id)
        status = mark or self._by_rule(user_id)
        if not mark and self._is_kept(before):
            status = _DONE
        if status is None:
            return None
        evidence = self.found.evidence.get(user_id, NOTHING)
        held = self.found.held_for.get(user_id, self.found.held)
        return _Standing(
            item_id=self.item.pk,
            user_id=user_id,
            status=status,
            basis=Completion.Basis.MARK if mark else Completion.Basis.RULE,
            attended_seconds=evidence.attended_seconds,
            attended_dates=evidence.attended_dates,
            percent=percent_attended(attended_seconds=evidence.attended_seconds, total_seconds=held.actual_seconds),
            completed_at=self._completed_at(user_id, before) if status == _DONE else None,
            evaluated_at=self.now,
        )

    def _by_rule(self, user_id: int) -> str | None:
        evidence = self.found.evidence.get(user_id, NOTHING)
        if self.rule.holds(evidence, self.found.held_for.get(user_id, self.found.held)):
            return _DONE
        if evidence.attended_seconds:
            return Completion.Status.PARTIAL
        return Completion.Status.ABSENT if user_id in self.found.expected else None

    def _is_kept(self, before: Completion | None) -> bool:
        """Tell whether somebody completed it by the rule so long ago that no correction takes it away."""
        if not self.keeps_old or before is None or before.basis != Completion.Basis.RULE:
            return False
        return before.completed_at is not None and self.now - before.completed_at > GRACE

    def _completed_at(self, user_id: int, before: Completion | None) -> datetime:
        if before and before.completed_at:
            return before.completed_at
        return min(self.now, self.found.last_session_ends.get(user_id, self.now))


def _store(wanted: Iterable[_Standing], known: Mapping[int, Completion]) -> None:
    def told(one: _Standing | Completion) -> tuple[object, ...]:
        return one.status, one.basis, one.attended_seconds, one.attended_dates, one.percent

    changed = (one for one in wanted if one.user_id not in known or told(known[one.user_id]) != told(one))
    upsert(Completion, _Standing._fields, changed, key=("item_id", "user_id"))


def _keep_history(
    item: SectionItem,
    wanted: Iterable[_Standing],
    gone: Iterable[Completion],
    known: dict[int, Completion],
    cause: Cause | None,
) -> None:
    """Write down what has changed for whom; what somebody said always."""
    steps = [(one.user_id, known[one.user_id].status if one.user_id in known else "", one.status) for one in wanted]
    steps += [(one.user_id, one.status, "") for one in gone]
    reasons, actor = (cause.reasons, cause.actor.pk) if cause else ({}, None)
    now = clock.now()
    rows = [(item.pk, *step, reasons.get(step[0], ""), actor, now) for step in steps if cause or step[1] != step[2]]
    upsert(CompletionChange, _CHANGE_COLUMNS, rows, key=("user_id", "item_id", "changed_at"))


def _tell_completions(item: SectionItem, now: datetime) -> None:
    """Append who has done this item; each once, whatever is corrected."""
    append_select(
        ("kind", "happened_at", "dedupe_key", "connection_id", "event_id", "user_id", "email", "data"),
        """
        SELECT 'item_completed', %s, 'item_completed:' || item_id || ':' || user_id, %s, %s, user_id, email, %s
        FROM courses_completion JOIN users_user ON users_user.id = user_id
        WHERE item_id = %s AND status = 'completed' AND evaluated_at = %s
        ORDER BY user_id
        """,
        [
            now,
            item.event.connection_id if item.event else None,
            item.event_id,
            json.dumps({"course_id": item.section.lesson.course_id, "item_id": item.pk}),
            item.pk,
            now,
        ],
    )
