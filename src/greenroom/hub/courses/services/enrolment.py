"""Who takes and who teaches a course."""

from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.courses.models import Course, Enrollment
from greenroom.hub.courses.services.completion import evaluate_course
from greenroom.hub.events.services import link_sign_ups
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User


def enroll(*, course: Course, user: User, role: str) -> Enrollment:
    """Give a person a role in a course, or another one."""
    with transaction.atomic():
        enrollment, _ = Enrollment.objects.update_or_create(course=course, user=user, defaults={"role": role})
        append([_enrolled(enrollment)])
    link_sign_ups(user=user)
    evaluate_course(course=course, users=[user.pk])  # what they attended before counts
    return enrollment


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


def unenroll(*, course: Course, user: User) -> None:
    """Take a person's role in a course away. What they completed is kept."""
    Enrollment.objects.filter(course=course, user=user).delete()
