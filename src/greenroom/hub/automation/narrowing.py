"""
What somebody waits for: everything of a trigger, or one event, one product, a part of a title, a number of minutes;
one segment, form or e-mail.

The filter of a trigger is a struct of some of these members, all of which have the same names everywhere.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import find_event
from greenroom.hub.automation.registry import About, Trigger
from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.access import Verb as CourseVerb
from greenroom.hub.courses.access import list_courses_for
from greenroom.hub.events.models import Event
from greenroom.hub.ledger.models import Fact

OneEvent = Annotated[
    str,
    told(
        "Event",
        "Only this event: chosen from the list, or its key or nine-digit id. Any event when empty.",
        choices="ListEvents",
        max_length=64,
    ),
]
OneProduct = Annotated[
    Literal["", "webinar", "training", "meeting", "assist"], told("Product", "Only events of this product.")
]
TitlePart = Annotated[
    str, told("Title contains", "Only events whose title contains this, in upper or lower case.", max_length=200)
]
Minutes = Annotated[
    Literal[5, 10, 15, 30, 60, 1440],
    told("Minutes", "How many minutes before the start: 5, 10, 15, 30, 60 or 1440.", examples=[15]),
]
OneSegment = Annotated[
    str,
    told("Segment", "Only this segment; any when empty.", choices="ListSegments", pattern=r"^\d*$", max_length=18),
]
OneForm = Annotated[
    str, told("Form", "Only this form; any when empty.", choices="ListForms", pattern=r"^\d*$", max_length=18)
]
OneMail = Annotated[
    str, told("E-mail", "Only this e-mail; any when empty.", choices="ListEmails", pattern=r"^\d*$", max_length=18)
]
# Members that name one of our own things, and where the data of facts has its number.
PLACES_IN_FACTS = {"segment_id": "segment_id", "form_id": "form_id", "email_id": "email"}


class Narrowing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that can narrow a trigger; each takes some of it."""

    product: OneProduct = ""
    event: OneEvent = ""
    title_contains: TitlePart = ""
    minutes: Minutes | None = None
    segment_id: OneSegment = ""
    form_id: OneForm = ""
    email_id: OneMail = ""


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One event, or any that fits."""

    product: OneProduct = ""
    event: OneEvent = ""
    title_contains: TitlePart = ""


class NewEventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Any new event that fits."""

    product: OneProduct = ""
    title_contains: TitlePart = ""


class TitleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Any new event of one product whose title fits."""

    title_contains: TitlePart = ""


class SoonFilter(EventFilter, frozen=True, kw_only=True):
    """How long before, and which events."""

    minutes: Minutes = 15


class SegmentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One segment, or any."""

    segment_id: OneSegment = ""


class WebFormFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One form, or any."""

    form_id: OneForm = ""


class MailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One e-mail, or any."""

    email_id: OneMail = ""


class NoFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything."""


def read_filter(trigger: Trigger, given: Mapping[str, Any]) -> Narrowing:
    """
    Return what somebody waits for; numbers may be texts, as in a query.

    Raises:
        InvalidInputError: a member that this trigger does not take, or that is missing or wrong.
    """
    names = {one.encode_name: one for one in msgspec.structs.fields(trigger.filter)}
    errors = {f"/{name}": "This trigger does not take this." for name in given.keys() - names.keys()}
    values: dict[str, Any] = {}
    for name, member in names.items():
        if name not in given:
            if member.required:
                errors[f"/{name}"] = "This is needed."
            elif member.default is not None:
                values[name] = member.default
            continue
        try:
            values[name] = msgspec.convert(given[name], member.type, strict=False)
        except msgspec.ValidationError as error:
            errors[f"/{name}"] = f"{error}."
    if errors:
        raise InvalidInputError("What narrows the trigger is missing or wrong; see errors.", errors)
    return Narrowing(**values)


def list_wanted_events(trigger: Trigger, wanted: Narrowing, caller: Caller) -> QuerySet[Event]:
    """
    Return the events somebody waits for news of, among those that they may touch. One query more for one event.

    Raises:
        UnknownObjectError: the one event that is named is none of them.
    """
    product = trigger.product or wanted.product
    if wanted.event:
        events = Event.objects.filter(pk=find_event(caller, product, wanted.event).pk)
    else:
        events = caller.list_events()
        if product:
            events = events.filter(product=product)
    return events.filter(title__icontains=wanted.title_contains) if wanted.title_contains else events


def narrow(facts: QuerySet[Fact], trigger: Trigger, wanted: Narrowing, caller: Caller) -> QuerySet[Fact]:
    """
    Leave of some facts those that somebody waits for and may know of.

    Raises:
        UnknownObjectError: as `list_wanted_events`.
    """
    facts = facts.filter(kind__in=trigger.kinds)
    if wanted.minutes is not None:
        facts = facts.filter(data__minutes=wanted.minutes)
    for member, place in PLACES_IN_FACTS.items():
        if named := getattr(wanted, member):
            facts = facts.filter(**{f"data__{place}": int(named)})
    if trigger.about is About.CONTACT:
        return facts if caller.may_market else facts.none()
    if trigger.about is About.ACCOUNT:
        return facts.filter(connection_id__in=caller.list_connections().order_by().values("pk"))
    if trigger.about is About.COURSE:
        return _narrow_to_courses(facts, caller)
    if trigger.about is About.HOOK:
        return facts.filter(data__owner=caller.owner)
    events = list_wanted_events(trigger, wanted, caller).order_by().values("pk")
    return _leave_history_out(facts).filter(event_id__in=events)


_EVER = Value(datetime(1, 1, 1, tzinfo=UTC), output_field=DateTimeField())


def _leave_history_out(facts: QuerySet[Fact]) -> QuerySet[Fact]:
    """Leave what happened since an account was connected: its past is new to us, and to nobody else."""
    connected = Connection.objects.filter(pk=OuterRef("connection_id")).values("first_connected_at")
    return facts.filter(happened_at__gte=Coalesce(Subquery(connected), _EVER))


def _narrow_to_courses(facts: QuerySet[Fact], caller: Caller) -> QuerySet[Fact]:
    """Leave what happened in courses whose people the caller may see; courses belong to no account of GoTo's."""
    if caller.connection_ids is not None:
        return facts.none()
    if caller.user.is_site_admin:
        return facts
    courses = list_courses_for(caller.user, CourseVerb.RESULTS)
    return facts.filter(data__course_id__in=list(courses.values_list("pk", flat=True)))
