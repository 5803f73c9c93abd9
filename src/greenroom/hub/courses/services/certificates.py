"""Issuing certificates. Revoking is part of taking a completion back, see `course_completion`."""

import secrets
import zoneinfo

from django.db.models import Sum

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.core.errors import UnknownObjectError
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
    "completed_on",
    "issued_at",
)


def make_code() -> str:
    """Return a code that nobody guesses: 16 of 30 letters, about 78 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def issue_certificates(*, course: Course) -> None:
    """Give everybody who has completed a course a certificate, if they have none that is valid. Four statements."""
    valid = Certificate.objects.filter(course=course, revoked_at=None)
    without = CourseCompletion.objects.filter(course=course).exclude(user__in=valid.values("user"))
    people = list(without.select_related("user"))
    if not people:
        return
    attended = Completion.objects.filter(item__section__lesson__course=course, item__removed_at=None)
    seconds = dict(attended.values_list("user_id").annotate(sum=Sum("attended_seconds")))
    now = clock.now()
    rows = (
        (
            make_code(),
            course.pk,
            one.user_id,
            one.user.get_full_name(),
            course.title,
            seconds.get(one.user_id, 0),
            one.completed_at.astimezone(zoneinfo.ZoneInfo(one.user.time_zone)).date(),
            now,
        )
        for one in people
    )
    upsert(Certificate, _COLUMNS, rows, key=("code",))


def get_certificate(code: str) -> Certificate:
    """
    Return a certificate by its code, as people type it.

    Raises:
        UnknownObjectError: no certificate was ever issued under this code.
    """
    certificate = Certificate.objects.filter(code=code.replace("-", "").replace(" ", "").upper()).first()
    if certificate is None:
        raise UnknownObjectError("There is no certificate with this code. Look at each letter of it once more.")
    return certificate
