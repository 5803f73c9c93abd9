"""How far it is to have all learners of a course registered for an event."""

from collections.abc import Sequence
from dataclasses import dataclass

from greenroom.hub.courses.models import Enrollment, RosterRegistration, SectionItem
from greenroom.hub.courses.services.roster import roster_key_of
from greenroom.hub.events.models import Registrant, RegistrationRequest
from greenroom.hub.jobs.turns import find_in_line
from greenroom.hub.users.models import User

State = RegistrationRequest.State
_MOST_PROBLEMS = 50
_DENIED = "The organizer has not approved this registration."


@dataclass(frozen=True, slots=True)
class RosterStanding:
    """
    How many learners have a place, and why others have none.

    Attributes:
        waiting: those about whom the organizer has not decided.
        stepped_back: those who gave their place up themselves.
        problems: people who cannot be registered, with one sentence each; at most 50.
    """

    learners: int
    registered: int
    waiting: int
    under_way: int
    stepped_back: int
    refused: int
    problems: Sequence[tuple[User, str]]
    is_moving: bool

    @property
    def to_do(self) -> int:
        """How many have not been asked for yet."""
        told = self.registered + self.waiting + self.under_way + self.stepped_back + self.refused
        return self.learners - told

    @property
    def text(self) -> str:
        """Say it in words."""
        return f"{self.registered} of {self.learners} learners are registered"


def view_roster_standing(*, item: SectionItem, roster: RosterRegistration | None) -> RosterStanding:
    """Return how the learners of an item's course stand with its event. Five queries, however many they are."""
    event = item.event
    course = item.section.lesson.course_id
    enrollments = Enrollment.objects.filter(course=course, role=Enrollment.Role.LEARNER, user__is_active=True)
    learners = dict(enrollments.values_list("user", "enrolled_at"))
    there = Registrant.objects.filter(event=event, gone_at=None, user__in=enrollments.values("user"))
    signed_up = dict(there.values_list("user_id", "status"))
    denied = {pk: _DENIED for pk, status in signed_up.items() if status == Registrant.Status.DENIED}
    waiting = sum(status == Registrant.Status.WAITING for status in signed_up.values())
    requests = RegistrationRequest.objects.filter(event=event, user__in=enrollments.values("user")).order_by("pk")
    last = {one[0]: one for one in requests.values_list("user_id", "state", "refusal", "asked_at")}
    open_ones = {pk: one for pk, one in last.items() if pk not in signed_up and one[3] >= learners[pk]}
    refused = {pk: refusal for pk, state, refusal, _ in open_ones.values() if state == State.REFUSED}
    unasked = {int(pk): sentence for pk, sentence in (roster.problems if roster else {}).items()}
    problems = denied | refused | {pk: text for pk, text in unasked.items() if pk in learners and pk not in signed_up}
    under_way = sum(state == State.PENDING for _, state, _, _ in open_ones.values())
    people = User.objects.in_bulk(sorted(problems)[:_MOST_PROBLEMS])
    return RosterStanding(
        learners=len(learners),
        registered=len(signed_up) - len(denied) - waiting,
        waiting=waiting,
        under_way=under_way,
        stepped_back=len(open_ones) - len(refused) - under_way,
        refused=len(problems),
        problems=[(user, problems[pk]) for pk, user in people.items()],
        is_moving=under_way > 0 or bool(find_in_line([roster_key_of(item.pk)])),
    )
