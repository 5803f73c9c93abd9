"""
Who may do what in a course. Deny by default; what somebody may not know of does not exist for them.

| verb   | site admin | instructor | editor | learner         |
|--------|------------|------------|--------|-----------------|
| view   | yes        | yes        | yes    | when published  |
| edit   | yes        | yes        | yes    | no              |
| people | yes        | yes        | no     | no              |
"""

from enum import StrEnum
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.connections.selectors import list_connections_usable_by_any, list_usable_connections
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.models import Course, Enrollment, Lesson, Section, SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.users.access import may_market
from greenroom.hub.users.models import User


class Verb(StrEnum):
    """What can be done in a course."""

    VIEW = "view"
    EDIT = "edit"
    PEOPLE = "people"


_Row = TypeVar("_Row", bound=Model)

_ROLES = {
    Verb.VIEW: {Enrollment.Role.INSTRUCTOR, Enrollment.Role.EDITOR, Enrollment.Role.LEARNER},
    Verb.EDIT: {Enrollment.Role.INSTRUCTOR, Enrollment.Role.EDITOR},
    Verb.PEOPLE: {Enrollment.Role.INSTRUCTOR},
}


def list_courses_for(user: User, verb: Verb = Verb.VIEW) -> QuerySet[Course]:
    """Return the courses in which a person may do something."""
    if user.is_site_admin:
        return Course.objects.all()
    roles = Enrollment.objects.filter(user=user, role__in=_ROLES[verb])
    learns = roles.filter(role=Enrollment.Role.LEARNER).values("course")
    teaches = roles.exclude(role=Enrollment.Role.LEARNER).values("course")
    return Course.objects.filter(Q(pk__in=teaches) | Q(pk__in=learns, is_published=True))


def may(user: User, verb: Verb, course: Course) -> bool:
    """Tell whether a person may do something in a course."""
    return list_courses_for(user, verb).filter(pk=course.pk).exists()


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
    """Return an item that has not been removed, with all above it, if the person may do that there."""
    items = SectionItem.objects.select_related(
        "section__lesson__course", "event__connection", "recording__event__connection"
    )
    return _first(items.filter(pk=pk, removed_at=None, section__lesson__course__in=list_courses_for(user, verb)))


def _first(rows: QuerySet[_Row]) -> _Row:
    found = rows.first()
    if found is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return found


def may_create_course(user: User) -> bool:
    """Tell whether a person may make courses: site admins, and whoever teaches one."""
    return user.is_site_admin or Enrollment.objects.filter(user=user, role=Enrollment.Role.INSTRUCTOR).exists()


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
    """Leave out the events a person may not know of: of other accounts, and not in a course that they edit either."""
    if may_market(user):
        return events
    shown = SectionItem.objects.filter(
        section__lesson__course__in=list_courses_for(user, Verb.EDIT), removed_at=None, event__isnull=False
    )
    return events.filter(Q(connection__in=list_accounts_seen_by(user)) | Q(pk__in=shown.values("event")))


def list_items_for(user: User, event: Event) -> QuerySet[SectionItem]:
    """Return where an event stands in the courses a person may see, with all above."""
    items = SectionItem.objects.filter(event=event, removed_at=None, section__lesson__course__in=list_courses_for(user))
    return items.select_related("section__lesson__course")


def may_see_people_of(user: User, event: Event) -> bool:
    """Tell whether a person may see who signed up for an event; see `list_events_with_people_for`."""
    return list_events_with_people_for(user).filter(pk=event.pk).exists()


def list_events_with_people_for(user: User) -> QuerySet[Event]:
    """
    Return the events of which a person may see who signed up.

    Site admins may of all; others of those in courses that they teach, and of those in the account that they run.
    """
    if user.is_site_admin:
        return Event.objects.all()
    taught = SectionItem.objects.filter(section__lesson__course__in=list_courses_for(user, Verb.PEOPLE))
    return Event.objects.filter(Q(pk__in=taught.values("event")) | Q(connection__in=list_accounts_run_by(user)))


def get_event_with_people_for(user: User, pk: int) -> Event:
    """Return an event, if the person may see who signed up. Raises `UnknownObjectError` otherwise."""
    return _first(list_events_with_people_for(user).select_related("connection").filter(pk=pk))


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
