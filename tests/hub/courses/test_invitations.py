"""Invitations when many follow one at the same moment."""

import pytest
from tests.factories.courses import make_course
from tests.factories.users import make_user
from tests.hub.races import do_together

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.models import Invitation
from greenroom.hub.courses.services import accept_invitation, make_invitation


@pytest.mark.postgresql
def test_invitation_takes_in_no_more_than_it_is_for_when_many_come_at_once(postgresql, world):
    course, ivan = make_course(), make_user("Ivan")
    token = make_invitation(course=course, days=14, most_uses=3, actor=ivan)
    people = [make_user(name) for name in ("Lena", "Nora", "Nils", "Otto", "Pia", "Ruth")]

    def follow(user) -> bool:
        try:
            accept_invitation(token=token, user=user)
        except StateConflictError:
            return False
        return True

    assert 3 == sum(do_together(follow, people))
    assert 3 == course.enrollments.count() == Invitation.objects.get().uses
