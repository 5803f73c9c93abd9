"""What can be exported of events and courses: the list, who signed up, who was there, results. Never a join link."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.db.models import QuerySet

from greenroom.hub.courses.access import Verb, list_events_for, may, may_see_events, may_see_people_of
from greenroom.hub.courses.completion_rule import percent_attended
from greenroom.hub.courses.models import Completion, Course, Enrollment, Mark
from greenroom.hub.courses.points import asks_points, count_points
from greenroom.hub.courses.results import (
    CourseItem,
    list_course_items,
    list_learners,
    list_learners_of_item,
    list_out_of_reach,
)
from greenroom.hub.events.models import Attendee, Event, Registrant
from greenroom.hub.events.products import get_product
from greenroom.hub.events.selectors import (
    list_attendees,
    list_events,
    list_registrants,
    person_of_attendee,
    planned_seconds,
)
from greenroom.hub.exports.tables import Cell, Params, Row, table
from greenroom.hub.users.models import User

_CHUNK = 1000


def _may_see_events(user: User, params: Params) -> bool:
    return may_see_events(user)


def _may_see_people(user: User, params: Params) -> bool:
    event = _events(params).first() if "event" in params else None
    return event is not None and may_see_people_of(user, event)


def _events(params: Params) -> QuerySet[Event]:
    return Event.objects.filter(pk=params["event"])


def _named(what: str, params: Params) -> str:
    return f"{what}-{_events(params).values_list('title', flat=True).get()}"


def _list_events(params: Params) -> QuerySet[Event]:
    """Return the events that fit; for a person those that they may know of."""
    found = list_events(
        text=params.get("q", ""),
        product=params.get("product", ""),
        state=params.get("state", ""),
        connection=params.get("account"),
        when=params.get("when", ""),
    )
    return list_events_for(User.objects.get(pk=params["user"]), found) if "user" in params else found


def _registrants(params: Params) -> QuerySet[Registrant]:
    return list_registrants(event=_events(params).get(), text=params.get("q", ""))


def _attendees(params: Params) -> QuerySet[Attendee]:
    return list_attendees(event=_events(params).get(), text=params.get("q", ""))


@table(
    "events",
    columns=["Event key", "Number", "Product", "Title", "Account", "State", "Starts", "Ends", "Time zone"],
    may=_may_see_events,
    count=lambda params: _list_events(params).count(),
    file_name=lambda params: "events",
)
def events(params: Params, after: int) -> Iterator[Row]:
    """Yield the events of the connected accounts."""
    found = _list_events(params).filter(pk__gt=after).order_by("pk")
    for one in found.iterator(chunk_size=_CHUNK):
        yield (
            one.pk,
            [
                one.event_key,
                one.event_number,
                get_product(one.product).words.one,
                one.title,
                str(one.connection),
                one.get_state_display(),
                one.starts_at,
                one.ends_at,
                one.time_zone,
            ],
        )


@table(
    "registrants",
    columns=["Registrant key", "E-mail", "First name", "Last name", "Status", "Registered", "Gone"],
    may=_may_see_people,
    count=lambda params: _registrants(params).count(),
    file_name=lambda params: _named("registrants", params),
)
def registrants(params: Params, after: int) -> Iterator[Row]:
    """Yield who signed up for an event, also those who are gone."""
    found = _registrants(params).filter(pk__gt=after).order_by("pk")
    for one in found.iterator(chunk_size=_CHUNK):
        yield (
            one.pk,
            [
                one.registrant_key,
                one.email,
                one.first_name,
                one.last_name,
                one.status,
                one.registered_at,
                one.gone_at,
            ],
        )


def _percent(attended_seconds: int, of_seconds: int | None) -> float | None:
    if not of_seconds:
        return None
    return float(percent_attended(attended_seconds=attended_seconds, total_seconds=of_seconds))


@table(
    "attendance",
    columns=[
        "Event key",
        "Session",
        "Session began",
        "Session ended",
        "Person",
        "E-mail",
        "First name",
        "Last name",
        "Registrant key",
        "Registration",
        "Registered",
        "First joined",
        "Last left",
        "Seconds attended",
        "Seconds GoTo reports",
        "Percent of the session",
        "Percent of the plan",
        "Stays",
    ],
    may=_may_see_people,
    count=lambda params: _attendees(params).count(),
    file_name=lambda params: _named("attendance", params),
)
def attendance(params: Params, after: int) -> Iterator[Row]:
    """Yield who was in an event, a row for each session."""
    event = _events(params).get()
    planned = planned_seconds(event=event)
    found = _attendees(params).filter(pk__gt=after).annotate(person=person_of_attendee(event=event)).order_by("pk")
    for one in found.select_related("session", "registrant").iterator(chunk_size=_CHUNK):
        began, registrant = one.session.started_at, one.registrant
        yield (
            one.pk,
            [
                event.event_key,
                one.session.session_key,
                began,
                one.session.ended_at,
                one.person,
                one.email,
                one.first_name,
                one.last_name,
                registrant.registrant_key if registrant else "",
                registrant.status if registrant else "",
                registrant.registered_at if registrant else None,
                began + timedelta(seconds=one.intervals[0][0]) if one.intervals else None,
                began + timedelta(seconds=one.intervals[-1][1]) if one.intervals else None,
                one.attended_seconds,
                one.reported_seconds,
                _percent(one.attended_seconds, one.session.duration_seconds),
                _percent(one.attended_seconds, planned.get(one.session_id)),
                len(one.intervals),
            ],
        )


def _course(params: Params) -> Course | None:
    return Course.objects.filter(pk=params["course"]).first() if "course" in params else None


def _may_see_results(user: User, params: Params) -> bool:
    course = _course(params)
    return course is not None and may(user, Verb.RESULTS, course)


def _learners(params: Params) -> QuerySet[Enrollment]:
    course, text = Course.objects.get(pk=params["course"]), params.get("q", "")
    if result := params.get("result", ""):
        item = next((one.item for one in _items(params)), None)
        return list_learners_of_item(item=item, text=text, result=result) if item else Enrollment.objects.none()
    learners = list_learners(course=course, text=text)
    if params.get("reach") == "out":
        lost = list_out_of_reach(course=course, users=[one.user for one in learners])
        return learners.filter(user__in=[one.user for one in lost])
    return learners


def _items(params: Params) -> list[CourseItem]:
    course = _course(params)
    items = list_course_items(course=course) if course else []
    return [one for one in items if params.get("item") in {None, one.item.pk}]


def _name_results(params: Params) -> str:
    course = _course(params)
    names = [course.title if course else "", *(one.item.shown_title for one in _items(params) if "item" in params)]
    return "-".join(["results", *names])


@table(
    "results",
    columns=[
        "Lesson",
        "Section",
        "Item",
        "Required",
        "Event key",
        "Person",
        "E-mail",
        "First name",
        "Last name",
        "Enrolled",
        "Registrant key",
        "Registration",
        "Registered",
        "Seconds attended",
        "Dates attended",
        "Percent of the session",
        "Points",
        "Points of",
        "Result",
        "Completed",
        "Rests on",
        "Marked by",
        "Reason",
    ],
    may=_may_see_results,
    count=lambda params: _learners(params).count() * len(_items(params)),
    file_name=_name_results,
)
def results(params: Params, after: int) -> Iterator[Row]:
    """Yield how learners stand with each item of a course or one; person by person, a few queries for a thousand."""
    items = _items(params)
    numbered = len(items) or 1
    found = _learners(params).filter(pk__gte=after // numbered).select_related("user").order_by("pk")
    learners = found.iterator(chunk_size=_CHUNK)
    while batch := list(islice(learners, _CHUNK)):
        users = [one.user_id for one in batch]
        pks = [one.item.pk for one in items]
        standings = {(one.user_id, one.item_id): one for one in Completion.objects.filter(item__in=pks, user__in=users)}
        marks = Mark.objects.filter(item__in=pks, user__in=users).select_related("marked_by")
        said = {(one.user_id, one.item_id): one for one in marks}
        events = [event.pk for one in items for event in one.events]
        signed_up = Registrant.objects.filter(event__in=events, user__in=users, gone_at=None).defer("join_url")
        registrants = {(one.user_id, one.event_id): one for one in signed_up}
        for enrollment in batch:
            for place, one in enumerate(items):
                number = enrollment.pk * numbered + place
                if number > after:
                    key = (enrollment.user_id, one.item.pk)
                    mine = [registrants.get((enrollment.user_id, event.pk)) for event in one.events]
                    registrant = next(filter(None, reversed(mine)), None)  # of several dates the last one
                    yield number, _result(enrollment, one, standings.get(key), said.get(key), registrant)


def _result(
    enrollment: Enrollment,
    one: CourseItem,
    standing: Completion | None,
    mark: Mark | None,
    registrant: Registrant | None,
) -> list[Cell]:
    item, user = one.item, enrollment.user
    points = count_points(item, standing)
    return [
        item.section.lesson.title,
        item.section.title,
        item.shown_title or item.get_kind_display(),
        one.is_required,
        item.event.event_key if item.event else "",
        user.pk,
        user.email,
        user.first_name,
        user.last_name,
        enrollment.enrolled_at,
        registrant.registrant_key if registrant else "",
        registrant.status if registrant else "",
        registrant.registered_at if registrant else None,
        standing.attended_seconds if standing else 0,
        standing.attended_dates if standing else 0,
        float(standing.percent) if standing else 0.0,
        float(points) if points is not None else None,
        item.max_points if asks_points(item, standing, one.is_cancelled) else None,
        standing.status if standing else "",
        standing.completed_at if standing else None,
        standing.basis if standing else "",
        mark.marked_by.get_full_name() if mark and mark.marked_by else "",
        mark.reason if mark else "",
    ]
