"""What can be exported of events: the list of them, who signed up, who was there. Never a join link."""

from collections.abc import Iterator

from django.db.models import QuerySet

from greenroom.hub.courses.access import may_see_events, may_see_people_of
from greenroom.hub.courses.completion_rule import percent_attended
from greenroom.hub.events.models import Attendee, Event, Registrant
from greenroom.hub.events.products import get_product
from greenroom.hub.events.selectors import planned_seconds
from greenroom.hub.exports.tables import Params, Row, table
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


def _registrants(params: Params) -> QuerySet[Registrant]:
    return Registrant.objects.filter(event=params["event"])


def _attendees(params: Params) -> QuerySet[Attendee]:
    return Attendee.objects.filter(session__event=params["event"])


@table(
    "events",
    columns=["Event key", "Number", "Product", "Title", "Account", "State", "Starts", "Ends", "Time zone"],
    may=_may_see_events,
    count=lambda params: Event.objects.count(),
    file_name=lambda params: "events",
)
def events(params: Params, after: int) -> Iterator[Row]:
    """Yield every event of the connected accounts."""
    found = Event.objects.filter(pk__gt=after).select_related("connection").order_by("pk")
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
    found = _registrants(params).filter(pk__gt=after).defer("join_url").order_by("pk")
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
        "Session",
        "Session began",
        "E-mail",
        "First name",
        "Last name",
        "Registrant key",
        "Seconds attended",
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
    planned = planned_seconds(event=_events(params).get())
    found = _attendees(params).filter(pk__gt=after).select_related("session", "registrant").order_by("pk")
    for one in found.iterator(chunk_size=_CHUNK):
        yield (
            one.pk,
            [
                one.session.session_key,
                one.session.started_at,
                one.email,
                one.first_name,
                one.last_name,
                one.registrant.registrant_key if one.registrant else "",
                one.attended_seconds,
                _percent(one.attended_seconds, one.session.duration_seconds),
                _percent(one.attended_seconds, planned.get(one.session_id)),
                len(one.intervals),
            ],
        )
