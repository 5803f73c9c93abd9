"""Issuing certificates, revoking them and bringing them back."""

import secrets
import zoneinfo
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.courses.course_rule import is_cancelled, list_completable_items, policy_of
from greenroom.hub.courses.models import Certificate, CertificateChange, Completion, Course, CourseCompletion
from greenroom.hub.courses.points import Points, sum_points
from greenroom.hub.users.models import User

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
    "credits",
    "earned_points",
    "possible_points",
    "completed_on",
    "issued_at",
)


def make_code() -> str:
    """Return a code that nobody guesses: 16 of 30 letters, about 78 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def issue_certificates(*, course: Course) -> None:
    """
    Give everybody who has completed a course a certificate, if they have none that is valid. Nine statements.

    Whose certificate was revoked by hand gets no other one.
    """
    settled = Certificate.objects.filter(Q(revoked_at=None) | Q(is_withheld=True), course=course, user__isnull=False)
    without = CourseCompletion.objects.filter(course=course).exclude(user__in=settled.values("user"))
    people = without.select_related("user")
    if not people:
        return
    attended = Completion.objects.filter(item__section__lesson__course=course, item__removed_at=None)
    seconds = dict(attended.values_list("user_id").annotate(sum=Sum("attended_seconds")))
    worth, now = policy_of(course).credits, clock.now()
    points = _sum_points(course, people)
    rows = (
        (
            make_code(),
            course.pk,
            one.user_id,
            one.user.get_full_name(),
            course.title,
            seconds.get(one.user_id, 0),
            worth,
            points[one.user_id].earned,
            points[one.user_id].possible,
            one.completed_at.astimezone(zoneinfo.ZoneInfo(one.user.time_zone)).date(),
            now,
        )
        for one in people
    )
    upsert(Certificate, _COLUMNS, rows, key=("code",))


def _sum_points(course: Course, completed: QuerySet[CourseCompletion]) -> dict[int, Points]:
    """Return the points of these people for all of a course. Four queries, or two where it gives none."""
    giving = list_completable_items(course=course).exclude(points_for="").select_related("event")
    items = list(giving.prefetch_related("event__times"))
    cancelled = set(giving.filter(is_cancelled()).values_list("pk", flat=True))
    standings = Completion.objects.filter(item__in=items, user__in=completed.values("user"))
    known = {(one.user_id, one.item_id): one for one in standings}
    users = (one.user_id for one in completed)
    return {
        user: sum_points(((item, known.get((user, item.pk))) for item in items), cancelled=cancelled) for user in users
    }


def withdraw_certificates(*, course: Course, users: Collection[int]) -> None:
    """Revoke the certificates of people who have lost their completion."""
    valid = Certificate.objects.filter(course=course, user__in=users, revoked_at=None)
    now, found = clock.now(), list(valid.values_list("pk", flat=True))
    valid.update(revoked_at=now)
    reason = "The course counts as completed no more."
    CertificateChange.objects.bulk_create(
        CertificateChange(certificate_id=pk, is_revoked=True, reason=reason, changed_at=now) for pk in found
    )


def revoke_certificate(*, course: Course, user: User, reason: str, actor: User) -> None:
    """
    Revoke a person's certificate. The completion stays, and no other certificate is issued for it.

    Raises:
        StateConflictError: they have none that is valid.
    """
    with transaction.atomic():
        valid = Certificate.objects.select_for_update().filter(course=course, user=user, revoked_at=None).first()
        if valid is None:
            raise StateConflictError("There is no valid certificate to revoke.")
        valid.revoked_at, valid.is_withheld = clock.now(), True
        valid.save(update_fields=["revoked_at", "is_withheld"])
        _note(valid, reason, actor)


def restore_certificate(*, course: Course, user: User, reason: str, actor: User) -> None:
    """
    Make a certificate that was revoked by hand valid again, under its old code.

    Raises:
        StateConflictError: none was, or the person has lost the completion since.
    """
    with transaction.atomic():
        # Locked first: whoever takes the completion back now revokes the certificate after us.
        if not CourseCompletion.objects.select_for_update().filter(course=course, user=user).first():
            raise StateConflictError("This person has not completed the course, so there is nothing to certify.")
        withheld = Certificate.objects.select_for_update().filter(course=course, user=user, is_withheld=True).first()
        if withheld is None:
            raise StateConflictError("There is no revoked certificate to bring back.")
        withheld.revoked_at, withheld.is_withheld = None, False
        withheld.save(update_fields=["revoked_at", "is_withheld"])
        _note(withheld, reason, actor)


def _note(certificate: Certificate, reason: str, actor: User) -> None:
    certificate.changes.create(
        is_revoked=certificate.revoked_at is not None, reason=reason, changed_by=actor, changed_at=clock.now()
    )


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
