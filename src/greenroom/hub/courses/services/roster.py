"""Registering all learners of a course for an event of it, whoever comes later too, and taking off who leaves."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, RegistrationClosedError, StateConflictError
from greenroom.hub.courses.models import Course, Enrollment, RosterRegistration, SectionItem
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers, RegistrationForm
from greenroom.hub.events.services import cancel_registration, register
from greenroom.hub.jobs.registry import task
from greenroom.hub.users.models import User

# So many at once, and so long until the next: GoTo takes ten calls a second, and who registers meanwhile is not to
# stand behind a whole course.
_AT_ONCE, _PAUSE = 50, timedelta(seconds=5)
# What is known of everybody who signs in here.
NAMES = ("firstName", "lastName", "email")


def questions_for_all(event: Event) -> RegistrationForm | None:
    """Return what the organizer asks everybody for beside their name, to be answered once for all; None for nothing."""
    if not event.registration_form:
        return None
    form = RegistrationForm.from_json(event.registration_form)
    fields = tuple(one for one in form.fields if one.is_required and one.name not in NAMES)
    questions = tuple(one for one in form.questions if one.is_required)
    return RegistrationForm(fields, questions) if fields or questions else None


def start_roster(*, item: SectionItem, answers: Answers, actor: User) -> None:
    """
    Have all learners of an item's course registered for its event, now and whenever somebody comes.

    Starting again tries those anew whom GoTo refused. Who stepped back since they came is left alone.

    Args:
        answers: what is answered for everybody to `questions_for_all`.

    Raises:
        StateConflictError: the course has closed.
    """
    if item.section.lesson.course.has_closed(clock.now()):
        raise StateConflictError("This course has closed. Nobody new registers.")
    with transaction.atomic():
        RosterRegistration.objects.update_or_create(
            item=item,
            defaults={"answers": answers.to_json(), "problems": {}, "started_by": actor, "started_at": clock.now()},
        )
        _enqueue(item.pk)


def stop_roster(*, item: SectionItem) -> None:
    """Register nobody any more for an item. Whoever is registered stays."""
    RosterRegistration.objects.filter(item=item).delete()


def roster_key_of(item_id: int) -> str:
    """Return what the job that registers the learners of an item is known by."""
    return f"roster:{item_id}"


def _enqueue(item_id: int, *, after: timedelta = timedelta()) -> None:
    register_roster.enqueue(item_id=item_id, run_at=clock.now() + after, dedupe_key=roster_key_of(item_id))


@task(queue="default")
def register_roster(item_id: int) -> None:
    """Ask for a place for some of the learners who have none, and come back for the others."""
    rosters = RosterRegistration.objects.select_related("item__event__connection", "item__section__lesson__course")
    roster = rosters.filter(item=item_id, item__removed_at=None).first()
    if roster is None or roster.item.section.lesson.course.has_closed(clock.now()):
        return
    learners = list(_without_place(roster)[:_AT_ONCE])
    try:
        problems = dict(filter(None, (_register(roster, one.user) for one in learners)))
    except RegistrationClosedError:
        return
    with transaction.atomic():
        if problems:
            locked = RosterRegistration.objects.select_for_update().get(pk=roster.pk)
            locked.problems |= problems
            locked.save(update_fields=["problems"])
        if len(learners) == _AT_ONCE:
            _enqueue(item_id, after=_PAUSE)


def _without_place(roster: RosterRegistration) -> QuerySet[Enrollment]:
    """Return the learners who are not signed up, have not asked or stepped back since they came, and can be tried."""
    event = roster.item.event
    own = RegistrationRequest.objects.filter(event=event, user=OuterRef("user"), asked_at__gte=OuterRef("enrolled_at"))
    asked = own.exclude(state=RegistrationRequest.State.REFUSED, asked_at__lt=roster.started_at)
    there = Registrant.objects.filter(event=event, user=OuterRef("user"), gone_at=None)
    learners = Enrollment.objects.filter(course=roster.item.section.lesson.course_id, role=Enrollment.Role.LEARNER)
    free = (
        learners.exclude(Exists(there)).exclude(Exists(asked)).exclude(user__in=[int(one) for one in roster.problems])
    )
    return free.filter(user__is_active=True).select_related("user").order_by("pk")


def _register(roster: RosterRegistration, user: User) -> tuple[str, str] | None:
    """Ask for one person's place; return their id and why it cannot be asked for, if so."""
    known = {"firstName": user.first_name, "lastName": user.last_name, "email": user.email}
    given = Answers.from_json(roster.answers)
    answers = Answers(fields=given.fields | known, texts=given.texts, choices=given.choices)
    assert roster.item.event is not None
    try:
        register(event=roster.item.event, answers=answers, user=user)
    except InvalidInputError as error:
        return str(user.pk), " ".join(error.errors.values()) or str(error)
    return None


def register_newcomers(*, course: Course) -> None:
    """Have who has come into a course registered for what everybody there is registered for."""
    rosters = RosterRegistration.objects.filter(item__section__lesson__course=course, item__removed_at=None)
    for item_id in rosters.values_list("item", flat=True):
        _enqueue(item_id)


def take_leaver_off(*, course: Course, user: User) -> None:
    """
    Take a person who leaves a course off the events to come for which everybody there is registered.

    One that stands in another course in which they learn they keep.
    """
    shown = SectionItem.objects.filter(removed_at=None, event=OuterRef("pk"))
    mine = Enrollment.objects.filter(user=user, role=Enrollment.Role.LEARNER).exclude(course=course).values("course")
    to_come = Event.objects.filter(state=Event.State.SCHEDULED, ends_at__gt=clock.now())
    leaving = to_come.filter(
        Exists(shown.filter(section__lesson__course=course, roster_registration__isnull=False)),
        ~Exists(shown.filter(section__lesson__course__in=mine)),
    )
    signed_up = Q(registrants__user=user, registrants__gone_at=None)
    under_way = Q(requests__user=user, requests__state=RegistrationRequest.State.PENDING)
    for event in leaving.filter(signed_up | under_way).distinct():
        cancel_registration(event=event, user=user)
