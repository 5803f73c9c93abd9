"""Issuing certificates. Revoking is part of taking a completion back, see `course_completion`."""

import secrets

from django.db.models import Sum

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.courses.models import Certificate, Completion, Course, CourseCompletion

# Without letters that are read as another one.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16

_COLUMNS = (
    "code",
    "course_id",
    "user_id",
    "person_name",
    "course_title",
    "attended_seconds",
    "completed_at",
    "issued_at",
)


def make_code() -> str:
    """Return a code that nobody guesses: 16 of 30 letters, about 78 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def issue_certificates(*, course: Course) -> None:
    """Give everybody who has completed a course a certificate, if they have none that is valid. Four statements."""
    valid = Certificate.objects.filter(course=course, revoked_at=None)
    without = CourseCompletion.objects.filter(course=course).exclude(user__in=valid.values("user"))
    people = list(without.values_list("user_id", "user__first_name", "user__last_name", "completed_at"))
    if not people:
        return
    attended = Completion.objects.filter(item__section__lesson__course=course, item__removed_at=None)
    seconds = dict(attended.values_list("user_id").annotate(sum=Sum("attended_seconds")))
    now = clock.now()
    rows = (
        (make_code(), course.pk, user_id, f"{first} {last}".strip(), course.title, seconds.get(user_id, 0), at, now)
        for user_id, first, last, at in people
    )
    upsert(Certificate, _COLUMNS, rows, key=("code",))
