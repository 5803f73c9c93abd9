"""Events of every product: finding, making, changing, cancelling and starting them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from greenroom.hub.automation.acting import (
    ACT_PENDING,
    as_reply,
    carry_out,
    find_account,
    key_of_act,
    ranges_of,
)
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import When, find_event, list_events_when
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registry import Reply, Visibility, operation
from greenroom.hub.automation.shapes.acts import Act, ActId, to_act
from greenroom.hub.automation.shapes.choices import Id, Label
from greenroom.hub.automation.shapes.events import (
    Date,
    EventDetails,
    EventId,
    ListedEvent,
    to_event_details,
    to_listed_event,
)
from greenroom.hub.core.errors import AccessDeniedError, UnknownObjectError
from greenroom.hub.courses.access import may_start_event
from greenroom.hub.events.models import EventAct
from greenroom.hub.events.planning import DESCRIPTION_LENGTH, MOST_DATES, TITLE_LENGTH
from greenroom.hub.events.products.base import EventWish
from greenroom.hub.events.services import get_start_url
from greenroom.hub.events.services.acts import cancel_event, create_event, update_event
from greenroom.hub.events.versions import version_of

_TAGS = ["Events"]

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Product = Literal["webinar", "training", "meeting"]
Title = Annotated[str, told("Title", "What it is called.", examples=["First aid"], max_length=TITLE_LENGTH)]
Description = Annotated[str, told("Description", "What it is about.", max_length=DESCRIPTION_LENGTH)]
Times = Annotated[list[Date], told("Times", "Its dates; most events have one.", max_length=MOST_DATES)]
TimeZone = Annotated[
    str,
    told("Time zone", "Such as Europe/Berlin; the organizer's when empty.", max_length=64, examples=["Europe/Berlin"]),
]


class EventsInput(PageInput, frozen=True, kw_only=True):
    """Which events."""

    when: Annotated[When, told("When", "Those to come, the soonest first; those past; or all, the latest first.")] = (
        "upcoming"
    )
    product: Annotated[
        Literal["", "webinar", "training", "meeting", "assist"], told("Product", "Only of this product.")
    ] = ""
    title_contains: Annotated[
        str, told("Title contains", "Only events whose title contains this, in upper or lower case.", max_length=200)
    ] = ""
    starts_after: Annotated[
        Moment | None, told("Starts after", "Only events whose first date begins then or later.")
    ] = None
    starts_before: Annotated[Moment | None, told("Starts before", "Only events whose first date begins before.")] = None


class EventInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which event."""

    event: EventId


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What to make."""

    product: Annotated[Product, told("Product", "webinar, training or meeting.")]
    title: Title
    times: Annotated[
        list[Date],
        told(
            "Times",
            "Its dates. Of a webinar with several dates people pick one; a training's sign-up is for all of them; "
            "a meeting has one.",
            max_length=MOST_DATES,
        ),
    ]
    description: Description = ""
    time_zone: TimeZone = ""
    connection_id: Annotated[
        str,
        told(
            "Account", "Which GoTo account; may be left out when there is one.", choices="ListAccounts", max_length=18
        ),
    ] = ""


class ChangedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Which event, and what to change. What is left out stays."""

    event: EventId
    title: Title | None = None
    description: Description | None = None
    times: Times | None = None
    time_zone: TimeZone | None = None
    version: Annotated[
        str,
        told(
            "Version",
            "As Get event told it: nothing is changed if somebody else was faster. Without it, this change wins.",
            max_length=64,
        ),
    ] = ""


class ActInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which act."""

    act_id: ActId


class AccountsInput(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class ListedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A GoTo account to choose."""

    id: Id
    label: Label


class StartLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where an organizer starts an event."""

    start_url: Annotated[
        str, told("Start URL", "Starts the event; of a meeting without a sign-in. Hand it to nobody but the organizer.")
    ]


@operation("ListEvents", "GET", "/events", summary="List events", verb=Verb.READ, tags=_TAGS)
def list_events(caller: Caller, wanted: EventsInput) -> Reply[list[ListedEvent]]:
    """Returns webinars, trainings and meetings of all connected accounts."""
    events, order = list_events_when(caller.list_events(), wanted.when)
    if wanted.product:
        events = events.filter(product=wanted.product)
    if wanted.title_contains:
        events = events.filter(title__icontains=wanted.title_contains)
    if wanted.starts_after:
        events = events.filter(starts_at__gte=wanted.starts_after)
    if wanted.starts_before:
        events = events.filter(starts_at__lt=wanted.starts_before)
    page, cursor = take_page(events, wanted, caller, order=order)
    return Reply(body=[to_listed_event(event) for event in page], next_cursor=cursor)


@operation("GetEvent", "GET", "/events/{event}", summary="Get event", verb=Verb.READ, tags=_TAGS)
def get_event(caller: Caller, wanted: EventInput) -> EventDetails:
    """Returns one event with its dates and how many people it has."""
    return to_event_details(find_event(caller, "", wanted.event))


@operation(
    "CreateEvent", "POST", "/events", summary="Create event", verb=Verb.MANAGE, other_statuses=ACT_PENDING, tags=_TAGS
)
def make_event(caller: Caller, wanted: NewEvent) -> Reply[Act]:
    """
    Makes a webinar, training or meeting at GoTo.

    Send an Idempotency-Key: a repeated call then never makes a second one.
    """
    connection, times = find_account(caller, wanted.connection_id), ranges_of(wanted.times)
    wish = EventWish(
        title=wanted.title, description=wanted.description, times=times, time_zone=wanted.time_zone or None
    )
    return as_reply(
        carry_out(
            lambda: create_event(
                connection=connection,
                product=wanted.product,
                wish=wish,
                idempotency_key=key_of_act(caller, "CreateEvent"),
                actor=caller.user,
            )
        )
    )


@operation(
    "UpdateEvent",
    "PATCH",
    "/events/{event}",
    summary="Update event",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def change_event(caller: Caller, wanted: ChangedEvent) -> Reply[Act]:
    """Changes title, description, dates or time zone of an event at GoTo; registrants are not mailed."""
    event = find_event(caller, "", wanted.event)
    wish = EventWish(
        title=wanted.title,
        description=wanted.description,
        times=None if wanted.times is None else ranges_of(wanted.times),
        time_zone=wanted.time_zone or None,
    )
    return as_reply(
        carry_out(
            lambda: update_event(
                event=event,
                wish=wish,
                version=wanted.version or version_of(event),
                idempotency_key=key_of_act(caller, "UpdateEvent"),
                actor=caller.user,
            )
        )
    )


@operation(
    "CancelEvent",
    "DELETE",
    "/events/{event}",
    summary="Cancel event",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def call_event_off(caller: Caller, wanted: EventInput) -> Reply[Act]:
    """Cancels an event at GoTo, which mails nobody. Of dates that people pick from, the others stay."""
    event = find_event(caller, "", wanted.event)
    key = key_of_act(caller, "CancelEvent")
    return as_reply(carry_out(lambda: cancel_event(event=event, idempotency_key=key, actor=caller.user)))


@operation("GetAct", "GET", "/acts/{act_id}", summary="Get act", verb=Verb.READ, tags=_TAGS)
def get_act(caller: Caller, wanted: ActInput) -> Act:
    """Tells how something stands that was asked to be done at GoTo."""
    acts = EventAct.objects.select_related("event").filter(connection__in=caller.list_connections())
    found = acts.filter(pk=int(wanted.act_id)).first() if wanted.act_id.isdecimal() else None
    if found is None:
        raise UnknownObjectError("There is no such act. Give the id that was answered.")
    return to_act(found)


@operation("GetStartLink", "POST", "/events/{event}/start-link", summary="Get start link", verb=Verb.HOST, tags=_TAGS)
def start_link(caller: Caller, wanted: EventInput) -> StartLink:
    """
    Returns the link with which the organizer starts an event. It is asked for anew each time, and kept nowhere.

    A meeting's starts it without a sign-in, so only a key of who runs the account is given it.
    """
    event = find_event(caller, "", wanted.event)
    if not may_start_event(caller.user, event):
        raise AccessDeniedError("Only who runs the account may start this event. Ask its organizer.")
    return StartLink(start_url=get_start_url(event=event))


@operation(
    "ListAccounts",
    "GET",
    "/accounts",
    summary="List accounts",
    verb=Verb.READ,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def list_accounts(caller: Caller, wanted: AccountsInput) -> list[ListedAccount]:
    """Returns the GoTo accounts of which something can be asked."""
    accounts = caller.list_connections().order_by("pk")
    return [ListedAccount(id=str(one.pk), label=str(one)) for one in accounts]
