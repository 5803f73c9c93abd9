"""Whose results an observer sees: of those they were granted, and of nobody else."""

import pytest
from tests.factories.courses import make_course, make_enrollment
from tests.factories.users import make_user

from greenroom.hub.courses.access import list_observed_learners
from greenroom.hub.courses.models import Course, ObserverGrant
from greenroom.hub.courses.services import enroll, grant_results


def test_observer_sees_those_granted_in_that_course_alone(db, ada, ivan) -> None:
    obi, course, other = make_user("Obi"), make_course(), make_course("First aid")
    people = [make_enrollment(course, make_user(name)) for name in ("Ben", "Lena")]
    make_enrollment(other, make_user("Otto"))
    observer = make_enrollment(course, obi, "observer")
    make_enrollment(other, obi, "observer")

    def seen(course: Course) -> set[str]:
        return {one.user.first_name for one in list_observed_learners(obi, course)}

    counted = [seen(course)]
    for everybody, learners in ((False, people[:1]), (True, people[:1]), (False, [])):
        grant_results(observer=observer, everybody=everybody, learners=[one.pk for one in learners], actor=ivan)
        counted.append(seen(course))
        assert set() == seen(other)
    assert [set(), {"Ben"}, {"Ben", "Lena"}, set()] == counted


@pytest.mark.parametrize(("who", "role"), [("Obi", "learner"), ("Ben", "assistant")])
def test_grant_ends_with_the_role_and_does_not_come_back(db, ivan, who, role) -> None:
    course, people = make_course(), {name: make_user(name) for name in ("Obi", "Ben")}
    observer, learner = make_enrollment(course, people["Obi"], "observer"), make_enrollment(course, people["Ben"])
    grant_results(observer=observer, everybody=False, learners=[learner.pk], actor=ivan)
    enroll(course=course, user=people["Ben"], role="learner")  # as they are
    assert ObserverGrant.objects.exists()
    for one in (role, "observer" if who == "Obi" else "learner"):
        enroll(course=course, user=people[who], role=one)
    assert not list_observed_learners(people["Obi"], course).exists()
