"""
Who may do what in a course. Deny by default; what somebody may not know of does not exist for them.

| verb      | site admin | instructor | editor | assistant    | learner        | observer       |
|-----------|------------|------------|--------|--------------|----------------|----------------|
| view      | yes        | yes        | yes    | yes          | when published | when published |
| take part | no         | yes        | yes    | yes          | when published | no             |
| edit      | yes        | yes        | yes    | no           | no             | no             |
| results   | yes        | yes        | no     | yes          | no             | no             |
| observe   | yes        | yes        | no     | yes          | no             | when granted   |
| lead      | yes        | yes        | no     | when trusted | no             | no             |
| people    | yes        | yes        | no     | no           | no             | no             |

An observer observes those learners whose results they were granted, once the course is published; who sees all results,
observes everybody. A site admin who wants to take part has a role in the course, like everybody else.
"""

from enum import StrEnum
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.connections.selectors import list_connections_usable_by_any, list_usable_connections
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.models import Course, Enrollment, Lesson, ObserverGrant, Section, SectionItem
from greenroom.hub.courses.occurrences import events_shown_by, items_showing
from greenroom.hub.courses.release import find_closed, is_open, is_shown, takes_people
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import can
from greenroom.hub.events.products.base import Ability
from greenroom.hub.users.access import may_market
from greenroom.hub.users.models import User


class Verb(StrEnum):
    """What can be done in a course."""

    VIEW = "view"
    TAKE_PART = "take_part"  # register, join, step back
    EDIT = "edit"
    RESULTS = "results"  # see who registered and attended, and export it
    OBSERVE = "observe"  # see how those stand of whom one may know it, and change nothing
    LEAD = "lead"  # start events, judge what people did
    PEOPLE = "people"  # take people in and out


_Row = TypeVar("_Row", bound=Model)
_NOTHING = "There is nothing here, or nothing that you may see."

_Role = Enrollment.Role
_ROLES = {
    Verb.VIEW: set(_Role),
    Verb.TAKE_PART: set(_Role) - {_Role.OBSERVER},
    Verb.EDIT: {_Role.INSTRUCTOR, _Role.EDITOR},
    Verb.RESULTS: {_Role.INSTRUCTOR, _Role.ASSISTANT},
    Verb.OBSERVE: {_Role.INSTRUCTOR, _Role.ASSISTANT, _Role.OBSERVER},
    Verb.LEAD: {_Role.INSTRUCTOR, _Role.ASSISTANT},
    Verb.PEOPLE: {_Role.INSTRUCTOR},
}
# They see a course once it is published.
_AUDIENCE = {_Role.LEARNER, _Role.OBSERVER}


def list_courses_for(user: User, verb: Verb = Verb.VIEW) -> QuerySet[Course]:
    """Return the courses in which a person may do something."""
    if user.is_site_admin and verb != Verb.TAKE_PART:
        return Course.objects.all()
    mine = Enrollment.objects.filter(user=user, role__in=_ROLES[verb])
    if verb == Verb.LEAD:
        mine = mine.exclude(role=_Role.ASSISTANT, course__trusts_assistants=False)
    if verb == Verb.OBSERVE:
        mine = mine.exclude(~Exists(ObserverGrant.objects.filter(observer=OuterRef("pk"))), role=_Role.OBSERVER)
    shown = mine.filter(~Q(role__in=_AUDIENCE) | is_shown(clock.now(), "course__"))
    return Course.objects.filter(pk__in=shown.values("course"))


def list_observed_learners(
    user: User, course: Course, *, among: QuerySet[Enrollment] | None = None
) -> QuerySet[Enrollment]:
    """Return the learners of a course, of all or of some, whose results a person may see."""
    learners = (Enrollment.objects.all() if among is None else among).filter(course=course, role=_Role.LEARNER)
    if may(user, Verb.RESULTS, course):
        return learners
    grants = ObserverGrant.objects.filter(observer__user=user, observer__course=course, observer__role=_Role.OBSERVER)
    return learners.filter(Exists(grants.filter(Q(learner=None) | Q(learner=OuterRef("pk")))))


def list_team_courses(user: User) -> QuerySet[Course]:
    """Return the courses of which a person sees everything at any time, and not only what is open to learners."""
    if user.is_site_admin:
        return Course.objects.all()
    team = Enrollment.objects.filter(user=user).exclude(role__in=_AUDIENCE)
    return Course.objects.filter(pk__in=team.values("course"))


def list_shown_items(user: User) -> QuerySet[SectionItem]:
    """Return the items of all courses that have not been removed; of learners' and observers' only what is open now."""
    now = clock.now()
    is_shown = is_open(now) & is_open(now, "section__lesson__") | Q(section__lesson__course__in=list_team_courses(user))
    return SectionItem.objects.filter(is_shown, removed_at=None)


def list_open_to_learners() -> QuerySet[SectionItem]:
    """Return the items that learners find open now, in courses that have not closed."""
    now, course = clock.now(), "section__lesson__course__"
    shown = is_open(now) & is_open(now, "section__lesson__") & is_shown(now, course)
    return SectionItem.objects.filter(shown, takes_people(now, course), removed_at=None)


def sees_all(user: User, course: Course) -> bool:
    """Tell whether a person sees everything in a course, also what is not open to learners now."""
    return list_team_courses(user).filter(pk=course.pk).exists()


def may(user: User, verb: Verb, course: Course) -> bool:
    """Tell whether a person may do something in a course."""
    return list_courses_for(user, verb).filter(pk=course.pk).exists()


def learns(user: User, course: Course) -> bool:
    """Tell whether a person is a learner of a course, so that what they do there counts for them."""
    return Enrollment.objects.filter(course=course, user=user, role=Enrollment.Role.LEARNER).exists()


def get_course_for(user: User, slug: str, verb: Verb = Verb.VIEW) -> Course:
    """Return a course, if the person may do that there. Raises `UnknownObjectError` otherwise."""
    return _first(list_courses_for(user, verb).filter(slug=slug))


def get_lesson_for(user: User, pk: int, verb: Verb = Verb.VIEW) -> Lesson:
    """Return a lesson with its course, if the person may do that there."""
    return _first(Lesson.objects.select_related("course").filter(pk=pk, course__in=list_courses_for(user, verb)))


def get_section_for(user: User, pk: int, verb: Verb = Verb.VIEW) -> Section:
    """Return a section with its lesson and course, if the person may do that there."""
    sections = Section.objects.select_related("lesson__course")
    return _first(sections.filter(pk=pk, lesson__course__in=list_courses_for(user, verb)))


def get_item_for(user: User, pk: int, verb: Verb = Verb.VIEW) -> SectionItem:
    """
    Return an item that has not been removed, with all above it, if the person may do that there.

    For learners and observers it has to be open now, but for the results of it. A few short queries: to compose and
    to plan one that asks all of it would take longer.
    """
    items = SectionItem.objects.filter(removed_at=None, pk=pk).select_related("section__lesson__course")
    item = _first(items.select_related("event__connection").prefetch_related("recording__event__connection").order_by())
    lesson, now = item.section.lesson, clock.now()
    if not may(user, verb, lesson.course):
        raise UnknownObjectError(_NOTHING)
    is_closed = find_closed(lesson, now) or find_closed(item, now)
    if is_closed and verb != Verb.OBSERVE and not sees_all(user, lesson.course):
        raise UnknownObjectError(_NOTHING)
    return item


def _first(rows: QuerySet[_Row]) -> _Row:
    found = rows.first()
    if found is None:
        raise UnknownObjectError(_NOTHING)
    return found


def may_create_course(user: User) -> bool:
    """Tell whether a person may make courses: site admins, and whoever teaches one."""
    return user.is_site_admin or Enrollment.objects.filter(user=user, role=_Role.INSTRUCTOR).exists()


def may_see_events(user: User) -> bool:
    """
    Tell whether a person may look at the events of the connected accounts.

    Those may who put them into lessons, and those who market them.
    """
    return may_market(user) or Enrollment.objects.filter(user=user, role__in=_ROLES[Verb.EDIT]).exists()


def list_accounts_for(course: Course) -> QuerySet[Connection]:
    """Return the GoTo accounts whose events may be put into a course, whatever state they are in."""
    return list_usable_connections(used_by=ConnectionUse.UsedBy.COURSE, object_id=course.pk)


def list_accounts_seen_by(user: User) -> QuerySet[Connection]:
    """Return the GoTo accounts that a person may know of: marketers of all, others of those open to their courses."""
    if may_market(user):
        return Connection.objects.all()
    courses = list_courses_for(user, Verb.EDIT)
    return list_connections_usable_by_any(used_by=ConnectionUse.UsedBy.COURSE, objects=courses)


def list_events_for(user: User, events: QuerySet[Event]) -> QuerySet[Event]:
    """
    Leave out the events a person may not know of.

    Editors know of those in the accounts open to their courses and of those in the courses, assistants of the latter.
    """
    if may_market(user):
        return events
    courses = list_courses_for(user, Verb.EDIT) | list_courses_for(user, Verb.RESULTS)
    shown = SectionItem.objects.filter(section__lesson__course__in=courses, removed_at=None)
    accounts = list_accounts_seen_by(user) if may_see_events(user) else Connection.objects.none()
    return events.filter(Q(connection__in=accounts) | events_shown_by(shown))


def list_items_for(user: User, event: Event) -> QuerySet[SectionItem]:
    """Return where an event stands in the courses a person may see, with all above."""
    items = SectionItem.objects.filter(
        items_showing(event), removed_at=None, section__lesson__course__in=list_courses_for(user)
    )
    return items.select_related("section__lesson__course")


def may_see_people_of(user: User, event: Event) -> bool:
    """Tell whether a person may see who signed up for an event; see `list_events_with_people_for`."""
    return list_events_with_people_for(user).filter(pk=event.pk).exists()


def list_events_with_people_for(user: User) -> QuerySet[Event]:
    """
    Return the events of which a person may see who signed up.

    Site admins may of all; others of those in courses where they see results, and of those in the account they run.
    """
    if user.is_site_admin:
        return Event.objects.all()
    taught = SectionItem.objects.filter(section__lesson__course__in=list_courses_for(user, Verb.RESULTS))
    return Event.objects.filter(events_shown_by(taught) | Q(connection__in=list_accounts_run_by(user)))


def get_event_with_people_for(user: User, pk: int) -> Event:
    """Return an event, if the person may see who signed up. Raises `UnknownObjectError` otherwise."""
    return _first(list_events_with_people_for(user).select_related("connection").filter(pk=pk))


def may_lead_event(user: User, event: Event) -> bool:
    """Tell whether a person may start an event: who leads a course that shows it, or runs its account."""
    shown = SectionItem.objects.filter(
        items_showing(event), section__lesson__course__in=list_courses_for(user, Verb.LEAD)
    )
    return shown.exists() or may_change_event(user, event)


def may_start_event(user: User, event: Event) -> bool:
    """Tell whether a person may have the start link; where GoTo asks for no sign-in, only who runs the account."""
    return may_change_event(user, event) if can(event.product, Ability.OPEN_START) else may_lead_event(user, event)


def list_accounts_run_by(user: User) -> QuerySet[Connection]:
    """
    Return the GoTo accounts in which a person may make, change and cancel events.

    Site admins may in all of them; who edits a course may in the one that is their own, by the address they sign in
    with: what they do there is done in the organizer's name.
    """
    accounts = list_accounts_seen_by(user)
    if user.is_site_admin:
        return accounts
    return accounts.filter(organizer_email__iexact=user.email) if may_see_events(user) else accounts.none()


def may_change_event(user: User, event: Event) -> bool:
    """Tell whether a person may change and cancel an event, and put people on its team."""
    return list_accounts_run_by(user).filter(pk=event.connection_id).exists()


def get_event_to_change(user: User, pk: int) -> Event:
    """Return an event, if the person may change it. Raises `UnknownObjectError` otherwise."""
    events = Event.objects.select_related("connection")
    return _first(events.filter(pk=pk, connection__in=list_accounts_run_by(user)))
