"""Who may do what in a course: every role beside every verb, in a course that is published and one that is not."""

import pytest
from tests.factories.courses import make_course, make_enrollment

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import Verb, get_course_for, list_courses_for, may
from greenroom.hub.courses.services import grant_results

EVERYTHING = {*Verb}
# By role: what may be done, what of it only once the course is published, and what more when assistants are trusted.
MATRIX = {
    "site admin": (EVERYTHING - {Verb.TAKE_PART}, set(), set()),
    "instructor": (EVERYTHING, set(), set()),
    "editor": ({Verb.VIEW, Verb.TAKE_PART, Verb.EDIT}, set(), set()),
    "assistant": ({Verb.VIEW, Verb.TAKE_PART, Verb.RESULTS, Verb.OBSERVE}, set(), {Verb.LEAD}),
    "learner": ({Verb.VIEW, Verb.TAKE_PART}, {Verb.VIEW, Verb.TAKE_PART}, set()),
    "observer": ({Verb.VIEW}, {Verb.VIEW}, set()),
    "observer with a grant": ({Verb.VIEW, Verb.OBSERVE}, {Verb.VIEW, Verb.OBSERVE}, set()),
    "nobody": (set(), set(), set()),
}


@pytest.mark.parametrize("is_published", [True, False])
@pytest.mark.parametrize("trusts_assistants", [True, False])
@pytest.mark.parametrize("role", MATRIX)
def test_each_role_does_what_it_may_and_nothing_else(lena, ada, role, trusts_assistants, is_published):
    course = make_course(is_published=is_published)
    course.trusts_assistants = trusts_assistants
    course.save()
    make_enrollment(make_course("First aid"), lena, "instructor")  # a role elsewhere counts for nothing here
    if role == "site admin":
        lena.is_site_admin = True
    elif role != "nobody":
        enrollment = make_enrollment(course, lena, role.removesuffix(" with a grant"))
        if role == "observer with a grant":
            grant_results(observer=enrollment, everybody=True, learners=[], actor=ada)
    always, when_published, when_trusted = MATRIX[role]
    expected = always - (set() if is_published else when_published) | (when_trusted if trusts_assistants else set())
    assert expected == {verb for verb in Verb if may(lena, verb, course)}
    assert expected == {verb for verb in Verb if course in list_courses_for(lena, verb)}
    for verb in EVERYTHING - expected:
        with pytest.raises(UnknownObjectError):
            get_course_for(lena, course.slug, verb)
