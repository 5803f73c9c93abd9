"""How people stand with a course and its items, for themselves and for those who teach. Queries do not grow."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.courses.completion_rule import CompletionRule
from greenroom.hub.courses.course_rule import count_needed, is_cancelled, list_completable_items, policy_of
from greenroom.hub.courses.models import (
    Certificate,
    CertificateChange,
    Completion,
    CompletionChange,
    Course,
    CourseCompletion,
    CoursePolicy,
    Enrollment,
    Mark,
    SectionItem,
)
from greenroom.hub.courses.occurrences import find_dates, list_dates_of
from greenroom.hub.courses.points import asks_points, sum_points
from greenroom.hub.courses.reach import find_obstacle
from greenroom.hub.courses.selectors import list_people
from greenroom.hub.courses.services.completion import rule_of
from greenroom.hub.events.decisions import list_unmatched_attendees
from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant
from greenroom.hub.events.selectors import person_of_attendee
from greenroom.hub.users.models import User

OPEN = "open"  # nothing is said yet


@dataclass(frozen=True, slots=True)
class CourseItem:
    """An item that people can complete, with what is asked."""

    item: SectionItem
    rule: CompletionRule
    is_required: bool
    is_cancelled: bool  # before it took place, so that nobody can do it
    events: Sequence[Event] = ()  # one, or several to pick from; none where it is no live event


@dataclass(frozen=True, slots=True)
class Cell:
    """How one person stands with one item."""

    of: CourseItem
    standing: Completion | None
    obstacle: str  # why it is not completed and cannot be any more; empty when it can or is

    @property
    def is_lost(self) -> bool:
        """Whether it is not completed and cannot be any more."""
        return bool(self.obstacle)

    @property
    def status(self) -> str:
        """Return the result, `open` while there is none."""
        return self.standing.status if self.standing else OPEN

    @property
    def points(self) -> str:
        """Say how many points of how many; empty where there are none, or nothing is said yet."""
        if self.standing is None or not asks_points(self.of.item, self.standing, self.of.is_cancelled):
            return ""
        return sum_points([(self.of.item, self.standing)]).words


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands with a course."""

    user: User
    cells: list[Cell]
    policy: CoursePolicy
    completed_at: datetime | None

    @property
    def required(self) -> list[Cell]:
        """Return what counts for this person."""
        return [cell for cell in self.cells if cell.of.is_required and cell.status != Completion.Status.EXCUSED]

    @property
    def needed(self) -> int:
        """Return how many of those have to be done."""
        return count_needed(percent=self.policy.percent, required=len(self.required), excused=0)

    @property
    def done(self) -> int:
        """Return how many of those are done in time."""
        return sum(_counts(cell, self.policy.complete_by) for cell in self.required)

    @property
    def missing(self) -> list[Cell]:
        """Return what is not done and can be."""
        return [cell for cell in self.required if not self._is_done(cell) and not cell.is_lost]

    @property
    def lost(self) -> list[Cell]:
        """Return what can no longer be done."""
        return [cell for cell in self.required if cell.is_lost]

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the course can no longer be completed, unless somebody helps."""
        return self.completed_at is None and self.done + len(self.missing) < self.needed

    @property
    def text(self) -> str:
        """Say how far they are."""
        return f"{min(self.done, self.needed)} of {self.needed} required items done"

    @property
    def points(self) -> str:
        """Say how many points of all that the course gives; empty where it gives none."""
        cancelled = {cell.of.item.pk for cell in self.cells if cell.of.is_cancelled}
        return sum_points(((cell.of.item, cell.standing) for cell in self.cells), cancelled=cancelled).words

    def _is_done(self, cell: Cell) -> bool:
        return _counts(cell, self.policy.complete_by)


def _counts(cell: Cell, deadline: datetime | None) -> bool:
    standing = cell.standing
    if standing is None or standing.status != Completion.Status.COMPLETED:
        return False
    is_late = deadline and standing.completed_at and standing.completed_at > deadline
    return not is_late or standing.basis == Completion.Basis.MARK


def list_course_items(*, course: Course) -> list[CourseItem]:
    """Return the items that can be completed, in the order of the course."""
    completable = list_completable_items(course=course)
    items = (
        completable.select_related("event", "recording__event", "section__lesson")
        .prefetch_related("event__times", "event__sessions")
        .order_by("section__lesson__position", "section__lesson", "section__position", "section", "position", "pk")
    )
    cancelled = set(completable.filter(is_cancelled()).values_list("pk", flat=True))
    found = list(items)
    dates = find_dates(found)
    return [
        CourseItem(
            item,
            rule_of(item),
            item.is_required and item.pk not in cancelled,
            item.pk in cancelled,
            dates.get(item.pk, []),
        )
        for item in found
    ]


def list_standings(*, course: Course, users: Sequence[User]) -> list[Standing]:
    """Return how these people stand with a course. Seven queries, whatever the number of people and items."""
    items, policy, now = list_course_items(course=course), policy_of(course), clock.now()
    known: dict[tuple[int, int], Completion] = {
        (one.user_id, one.item_id): one
        for one in Completion.objects.filter(item__in=[one.item.pk for one in items], user__in=users)
    }
    completed = dict(
        CourseCompletion.objects.filter(course=course, user__in=users).values_list("user_id", "completed_at")
    )
    # Whoever has done nothing with an item can do the same as everybody else who has done nothing.
    untouched = {one.item.pk: _obstacle(one, None, policy, now) for one in items}
    return [
        Standing(
            user,
            [
                Cell(one, standing, _obstacle(one, standing, policy, now) if standing else untouched[one.item.pk])
                for one in items
                for standing in [known.get((user.pk, one.item.pk))]
            ],
            policy,
            completed.get(user.pk),
        )
        for user in users
    ]


def list_out_of_reach(*, course: Course, users: Sequence[User]) -> list[Standing]:
    """Return how those of these people stand who can no longer complete a course. Seven queries."""
    return [one for one in list_standings(course=course, users=users) if one.is_out_of_reach]


def _obstacle(one: CourseItem, standing: Completion | None, policy: CoursePolicy, now: datetime) -> str:
    if one.is_cancelled:
        return ""  # nobody asks for it
    if standing and standing.status in {Completion.Status.COMPLETED, Completion.Status.EXCUSED}:
        return ""
    return find_obstacle(events=one.events, rule=one.rule, standing=standing, now=now, deadline=policy.complete_by)


def view_standing(*, course: Course, user: User) -> Standing:
    """Return how one person stands with a course."""
    (standing,) = list_standings(course=course, users=[user])
    return standing


def list_changes(*, course: Course, user: User) -> QuerySet[CompletionChange]:
    """Return how it came to a person's results in a course, the latest first."""
    changes = CompletionChange.objects.filter(item__section__lesson__course=course, user=user)
    return changes.select_related("changed_by", "item__event", "item__recording__event")


def find_certificate(*, course: Course, user: User) -> Certificate | None:
    """Return a person's certificate that is valid."""
    return Certificate.objects.filter(course=course, user=user, revoked_at=None).first()


def list_certificate_changes(*, course: Course, user: User) -> QuerySet[CertificateChange]:
    """Return how a person's certificates of a course were revoked and brought back, the latest first."""
    changes = CertificateChange.objects.filter(certificate__course=course, certificate__user=user)
    return changes.select_related("certificate", "changed_by")


def has_withheld_certificate(*, course: Course, user: User) -> bool:
    """Tell whether a person's certificate was revoked by hand, so that it can be brought back."""
    return Certificate.objects.filter(course=course, user=user, is_withheld=True).exists()


def list_learners(*, course: Course, text: str = "") -> QuerySet[Enrollment]:
    """Return who learns in a course, by name; those whose name or address holds the text."""
    return list_people(course=course, text=text).filter(role=Enrollment.Role.LEARNER)


def list_learners_of_item(*, item: SectionItem, text: str = "", result: str = "") -> QuerySet[Enrollment]:
    """Return who learns in the course of an item; those with this result, `open` for those without any."""
    learners = list_learners(course=item.section.lesson.course, text=text)
    results = Completion.objects.filter(item=item, user=OuterRef("user"))
    if result == OPEN:
        return learners.exclude(Exists(results))
    return learners.filter(Exists(results.filter(status=result))) if result else learners


def count_unmatched(*, item: SectionItem) -> list[tuple[int, int]]:
    """Return the events of an item with attendance that no registration explains, and of how many people each."""
    there = list_unmatched_attendees().filter(session__event__in=list_dates_of(item)).order_by("session__event")
    return list(there.values_list("session__event").annotate(people=Count("pk")))


@dataclass(frozen=True, slots=True)
class Stay:
    """The times somebody was in one session, in seconds from its start."""

    session: EventSession
    intervals: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One learner of a course and how they stand with one item."""

    user: User
    registrant: Registrant | None
    completion: Completion | None
    mark: Mark | None
    stays: list[Stay] = field(default_factory=list)


def view_roster(*, item: SectionItem, users: Sequence[User]) -> list[RosterRow]:
    """Return these learners with their sign-up, result and presence. Four queries."""
    completions = {one.user_id: one for one in Completion.objects.filter(item=item, user__in=users)}
    marks = {one.user_id: one for one in Mark.objects.filter(item=item, user__in=users).select_related("marked_by")}
    events = list_dates_of(item)
    registrants = _registrants(events, users)
    stays: dict[int, list[Stay]] = defaultdict(list)
    for event in events:
        for user_id, there in list_stays(event=event, users=users).items():
            stays[user_id] += there
    return [
        RosterRow(user, registrants.get(user.pk), completions.get(user.pk), marks.get(user.pk), stays.get(user.pk, []))
        for user in users
    ]


def _registrants(events: Collection[Event], users: Collection[User]) -> dict[int, Registrant]:
    """Return who is signed up, of several dates for the last one."""
    signed_up = Registrant.objects.filter(event__in=events, gone_at=None, user__in=users).defer("join_url")
    signed_up = signed_up.select_related("event").order_by("event__starts_at", "pk")
    return {one.user_id: one for one in signed_up if one.user_id}


def list_stays(*, event: Event, users: Collection[User]) -> dict[int, list[Stay]]:
    """Return when these people were in an event's sessions. One query."""
    there = Attendee.objects.filter(session__event=event, attended_seconds__gt=0).select_related("session")
    people = there.annotate(person=person_of_attendee(event=event)).filter(person__in=[user.pk for user in users])
    stays: dict[int, list[Stay]] = defaultdict(list)
    for one in people.order_by("session__started_at", "pk"):
        stays[one.person].append(Stay(one.session, one.intervals))
    return dict(stays)
