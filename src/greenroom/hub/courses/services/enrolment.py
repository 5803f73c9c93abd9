"""Who takes and who teaches a course."""

from greenroom.hub.courses.models import Course, Enrollment
from greenroom.hub.courses.services.completion import evaluate_course
from greenroom.hub.events.services import link_sign_ups
from greenroom.hub.users.models import User


def enroll(*, course: Course, user: User, role: str) -> Enrollment:
    """Give a person a role in a course, or another one."""
    enrollment, _ = Enrollment.objects.update_or_create(course=course, user=user, defaults={"role": role})
    link_sign_ups(user=user)
    evaluate_course(course=course)  # what they attended before counts
    return enrollment


def unenroll(*, course: Course, user: User) -> None:
    """Take a person's role in a course away. What they completed is kept."""
    Enrollment.objects.filter(course=course, user=user).delete()
