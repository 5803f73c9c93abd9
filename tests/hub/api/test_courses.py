"""Programs add people to courses, as far as the maker of their key may."""

import json

import pytest

from greenroom.hub.automation.callers import Verb
from greenroom.hub.courses.models import Enrollment
from greenroom.hub.users.api_keys import create_key


@pytest.fixture
def add(call, course, world):
    """Add somebody to the course by somebody's key, and return the status and the role."""

    def send(by, email, connection_ids=None):
        key = create_key(user=by, name="Test", verbs=list(Verb), connection_ids=connection_ids)[1]
        answer = call("POST", f"/courses/{course.slug}/people", {"email": email}, key=key)
        return answer.status_code, json.loads(answer.content).get("role")

    return send


def test_somebody_is_added_once_and_keeps_their_role(add, course, ivan, otto):
    assert [(200, "learner")] * 2 == [add(ivan, otto.email.upper()) for _ in range(2)]
    assert (200, "instructor") == add(ivan, ivan.email)
    assert 1 == Enrollment.objects.filter(course=course, user=otto).count()


def test_who_does_not_sign_in_here_is_not_added(add, ivan):
    assert (404, None) == add(ivan, "nobody@example.com")


def test_only_who_looks_after_the_people_adds_them(add, course, connection, ada, eda, mara, otto):
    assert (404, None) == add(mara, otto.email) == add(eda, otto.email) == add(ada, otto.email, [connection.pk])
    assert not Enrollment.objects.filter(user=otto).exists()
    assert (200, "learner") == add(ada, otto.email)


def test_a_key_must_be_made_for_it(call, course, world, ada, otto):
    """Whoever may market, register or manage with it may not by that add people to courses."""
    for verbs, status in (([one for one in Verb if one != Verb.ENROLL], 403), ([Verb.ENROLL], 200)):
        key = create_key(user=ada, name="Test", verbs=verbs, connection_ids=None)[1]
        answer = call("POST", f"/courses/{course.slug}/people", {"email": otto.email}, key=key)
        assert status == answer.status_code
        assert (status == 200) == Enrollment.objects.filter(user=otto).exists()


def test_courses_are_listed_for_who_looks_after_their_people(call, course, world, ivan, mara):
    for user, expected in ((ivan, [course.slug]), (mara, [])):
        key = create_key(user=user, name="Test", verbs=[Verb.READ], connection_ids=None)[1]
        assert expected == [one["id"] for one in json.loads(call("GET", "/courses", key=key).content)]
