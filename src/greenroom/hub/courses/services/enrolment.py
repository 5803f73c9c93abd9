"""Who takes and who teaches a course."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.courses.models import Course, Enrollment, ObserverGrant
from greenroom.hub.courses.services.completion import evaluate_course
from greenroom.hub.courses.services.roster import register_newcomers, take_leaver_off
from greenroom.hub.events.services import link_sign_ups
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User

CLOSED = "This course has closed: nobody new takes part. Whoever edits it can let it close later, in its settings."


def enroll(*, course: Course, user: User, role: str) -> Enrollment:
    """
    Give a person a role in a course, or another one.

    Raises:
        StateConflictError: they would be a new learner of a course that has closed.
    """
    if role == Enrollment.Role.LEARNER and not course.enrollments.filter(user=user, role=role).exists():
        check_takes_people(course)
    with transaction.atomic():
        enrollment, _ = Enrollment.objects.update_or_create(
            course=course,
            user=user,
            defaults={"role": role},
            create_defaults={"role": role, "enrolled_at": clock.now()},
        )
        _end_grants(course)
        append([_enrolled(enrollment)])
        register_newcomers(course=course)
    link_sign_ups(user=user)
    evaluate_course(course=course, users=[user.pk])  # what they attended before counts
    return enrollment


def enroll_many(*, course: Course, roles: Collection[tuple[User, str]]) -> None:
    """Give many people their roles in a course at once. A number of statements that does not grow with them."""
    with transaction.atomic():
        Enrollment.objects.bulk_create(
            [Enrollment(course=course, user=user, role=role, enrolled_at=clock.now()) for user, role in roles],
            update_conflicts=True,
            unique_fields=["course", "user"],
            update_fields=["role"],
        )
        _end_grants(course)
        users = [user for user, _ in roles]
        enrolled = Enrollment.objects.filter(course=course, user__in=users).select_related("user").order_by("pk")
        append(map(_enrolled, enrolled))
        register_newcomers(course=course)
    evaluate_course(course=course)


def _end_grants(course: Course) -> None:
    """Take back what was granted to whoever observes no longer, or of whoever learns no longer."""
    observes = Q(observer__role=Enrollment.Role.OBSERVER)
    learns = Q(learner=None) | Q(learner__role=Enrollment.Role.LEARNER)
    ObserverGrant.objects.filter(observer__course=course).exclude(observes & learns).delete()


def grant_results(*, observer: Enrollment, everybody: bool, learners: Collection[int], actor: User) -> None:
    """Let an observer see the results of these learners of their course, by enrollment, or of everybody."""
    chosen: list[int | None] = [None] if everybody else list(learners)
    with transaction.atomic():
        lock_course(observer.course)
        observer.grants.all().delete()
        ObserverGrant.objects.bulk_create(
            ObserverGrant(observer=observer, learner_id=learner, granted_by=actor, granted_at=clock.now())
            for learner in chosen
        )


def _enrolled(enrollment: Enrollment) -> NewFact:
    """Make the fact that a person has a role in a course; one for each role they ever had there."""
    return NewFact(
        kind="enrolled",
        happened_at=clock.now(),
        dedupe_key=f"enrolled:{enrollment.pk}:{enrollment.role}",
        user_id=enrollment.user_id,
        email=enrollment.user.email,
        data={"course_id": enrollment.course_id, "role": enrollment.role},
    )


def change_enrollment(*, course: Course, is_open: bool, capacity: int | None, trusts_assistants: bool) -> None:
    """Set who may take themselves into a course, how many learners there may be then, and what assistants may."""
    course.is_open, course.capacity, course.trusts_assistants = is_open, capacity, trusts_assistants
    course.save(update_fields=["is_open", "capacity", "trusts_assistants"])


def take_part(*, course: Course, user: User) -> None:
    """
    Take a person into an open course, as a learner; whoever has a role there keeps it.

    Raises:
        UnknownObjectError: the course is not open any more.
        StateConflictError: it is full, or has closed to whoever is new.
    """
    with transaction.atomic():
        course = lock_course(course)
        if Enrollment.objects.filter(course=course, user=user).exists():
            return
        if not (course.is_open and course.is_shown(clock.now())):
            raise UnknownObjectError("There is nothing here, or nothing that you may see.")
        check_room(course)
        enroll(course=course, user=user, role=Enrollment.Role.LEARNER)


def lock_course(course: Course) -> Course:
    """Return a course as it is now, with nobody else changing it until the transaction ends."""
    return Course.objects.select_for_update(no_key=True).get(pk=course.pk)


def check_takes_people(course: Course) -> None:
    """Refuse a new learner of a course that has closed."""
    if course.has_closed(clock.now()):
        raise StateConflictError(CLOSED)


def check_room(course: Course) -> None:
    """Refuse one more learner who takes themselves in, where there is no room. The course is to be locked."""
    if course.capacity is None:
        return
    if course.enrollments.filter(role=Enrollment.Role.LEARNER).count() >= course.capacity:
        raise StateConflictError("This course is full. Ask whoever teaches it whether there is room for you.")


def unenroll(*, course: Course, user: User) -> None:
    """
    Take a person's role in a course away. What they completed is kept.

    They are taken off the events for which everybody there is registered.
    """
    with transaction.atomic():
        Enrollment.objects.filter(course=course, user=user).delete()
        take_leaver_off(course=course, user=user)


def leave(*, course: Course, user: User) -> None:
    """
    Let a learner leave a course of their own accord.

    Raises:
        UnknownObjectError: they are not a learner there.
    """
    if not Enrollment.objects.filter(course=course, user=user, role=Enrollment.Role.LEARNER).exists():
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    unenroll(course=course, user=user)
