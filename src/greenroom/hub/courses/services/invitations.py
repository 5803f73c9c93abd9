"""Links by which people take themselves into a course: they expire, take in so many, and can be revoked."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.core.tokens import digest_of, make_token
from greenroom.hub.courses.models import Course, Enrollment, Invitation
from greenroom.hub.courses.services.enrolment import check_room, check_takes_people, enroll, lock_course
from greenroom.hub.users.models import User


def make_invitation(*, course: Course, days: int, most_uses: int, actor: User) -> str:
    """Make an invitation that is good for some days and people, and return its token, this once."""
    token = make_token()
    now = clock.now()
    Invitation.objects.create(
        course=course,
        digest=digest_of(token),
        made_by=actor,
        made_at=now,
        expires_at=now + timedelta(days=days),
        most_uses=most_uses,
    )
    return token


def revoke_invitation(*, invitation: Invitation) -> None:
    """Let an invitation lead nowhere from now on. Whoever came by it stays."""
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=clock.now())


def get_invitation(token: str) -> Invitation:
    """
    Return the invitation of a token, with its course.

    Raises:
        UnknownObjectError: there is none, or it was revoked.
        StateConflictError: it has expired, has taken in as many as it may, or its course has closed.
    """
    invitations = Invitation.objects.select_related("course")
    invitation = invitations.filter(digest=digest_of(token), revoked_at=None).first()
    if invitation is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    if invitation.expires_at <= clock.now():
        raise StateConflictError("This invitation has expired. Ask whoever sent it for a new one.")
    if invitation.uses >= invitation.most_uses:
        raise StateConflictError("This invitation has been used up. Ask whoever sent it for a new one.")
    check_takes_people(invitation.course)
    return invitation


def accept_invitation(*, token: str, user: User) -> Course:
    """
    Take a person into the course of an invitation, as a learner; whoever has a role there keeps it, and uses nothing.

    Raises:
        UnknownObjectError, StateConflictError: as `get_invitation` says; or the course is full.
    """
    with transaction.atomic():
        invitation = get_invitation(token)
        if Enrollment.objects.filter(course=invitation.course, user=user).exists():
            return invitation.course
        check_room(lock_course(invitation.course))
        # Among many at the same moment, only as many as it is for get a place.
        unused = Invitation.objects.filter(pk=invitation.pk, revoked_at=None, uses__lt=F("most_uses"))
        if not unused.update(uses=F("uses") + 1):
            raise StateConflictError("This invitation has been used up. Ask whoever sent it for a new one.")
        enroll(course=invitation.course, user=user, role=Enrollment.Role.LEARNER)
    return invitation.course
