"""Many at once for the last places of an open course."""

import pytest
from tests.factories.courses import make_course
from tests.factories.users import make_user
from tests.hub.races import do_together

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.services import take_part


@pytest.mark.postgresql
def test_only_as_many_get_in_as_there_are_places(postgresql):
    course = make_course()
    type(course).objects.update(is_open=True, capacity=3)

    def enter(user) -> bool:
        try:
            take_part(course=course, user=user)
        except StateConflictError:
            return False
        return True

    assert 3 == sum(do_together(enter, [make_user(f"Learner{number}") for number in range(10)]))
    assert 3 == course.enrollments.count()
