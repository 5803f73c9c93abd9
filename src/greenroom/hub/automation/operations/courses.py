"""Courses: finding them, and adding people."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.operations.contacts import ChoicesInput, NamedThing
from greenroom.hub.automation.registry import operation
from greenroom.hub.automation.shapes.people import Email
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import Verb as CourseVerb
from greenroom.hub.courses.access import get_course_for, list_courses_for
from greenroom.hub.courses.models import Enrollment
from greenroom.hub.courses.services import enroll
from greenroom.hub.users.models import User

_TAGS = ["Courses"]


class NewLearner(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to add to which course."""

    course: Annotated[
        str,
        told(
            "Course",
            "The course: chosen from the list, or as its address has it.",
            choices="ListCourses",
            examples=["safety-basics"],
            min_length=1,
            max_length=200,
        ),
    ]
    email: Email


class CourseRole(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is in a course."""

    course: Annotated[str, told("Course", "The course as its address has it.")]
    email: Email
    role: Annotated[str, told("Role", "learner, or what they were in the course already.")]


@operation("ListCourses", "GET", "/courses", summary="List courses", verb=Verb.READ, tags=_TAGS)
def list_courses(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the courses whose people the maker of the key looks after, by title."""
    if caller.connection_ids is not None:
        return []  # courses belong to no account of GoTo's
    courses = list_courses_for(caller.user, CourseVerb.PEOPLE).order_by("title", "pk")
    return [NamedThing(id=one.slug, label=one.title) for one in courses]


@operation("AddToCourse", "POST", "/courses/{course}/people", summary="Add to course", verb=Verb.ENROLL, tags=_TAGS)
def add_to_course(caller: Caller, wanted: NewLearner) -> CourseRole:
    """Makes somebody who signs in here a learner of a course. Whoever has a role in it already keeps it."""
    if caller.connection_ids is not None:
        raise UnknownObjectError("There is no such course for this key: courses are for keys for all accounts.")
    course = get_course_for(caller.user, wanted.course, CourseVerb.PEOPLE)
    user = User.objects.filter(email__iexact=wanted.email.strip(), is_active=True).first()
    if user is None:
        raise UnknownObjectError("Nobody signs in here with this address. Have them added, or send them an invitation.")
    enrollment = Enrollment.objects.filter(course=course, user=user).first()
    enrollment = enrollment or enroll(course=course, user=user, role=Enrollment.Role.LEARNER)
    return CourseRole(course=course.slug, email=user.email, role=enrollment.role)
