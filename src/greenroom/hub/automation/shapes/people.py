"""People who signed up, and how a sign-up stands, of every product."""

from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.services.joining import links_of

RegistrantKey = Annotated[
    str,
    told(
        "Registrant key",
        "What GoTo calls the registrant.",
        examples=["4120873459187342336"],
        min_length=1,
        max_length=64,
    ),
]
Email = Annotated[str, told("Email", "The address.", examples=["lena@example.com"], max_length=254)]
FirstName = Annotated[str, told("First name", "The first name.", examples=["Lena"], max_length=128)]
LastName = Annotated[str, told("Last name", "The last name.", examples=["Lind"], max_length=128)]
JoinUrl = Annotated[
    str, told("Join URL", "The link with which this person, and nobody else, joins; empty when they are off.")
]
ConfirmationUrl = Annotated[str, told("Confirmation URL", "This person's page that confirms the sign-up.")]
RegistrationId = Annotated[
    str, told("Registration Id", "With this, Get registration tells how it stands.", examples=["7"], max_length=20)
]
Message = Annotated[str, told("Message", "How it stands, in a sentence.")]
Status = Annotated[
    str,
    told(
        "Status",
        "APPROVED, WAITING or DENIED; PENDING until GoTo has answered; CANCELLING, CANCELLED or REFUSED.",
        examples=["APPROVED"],
    ),
]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody signed up for an event."""

    id: Id
    event_key: Annotated[str, told("Event key", "What GoTo calls the event.")]
    registrant_key: Annotated[str, told("Registrant key", "What GoTo calls the registrant.")]
    email: Email
    first_name: FirstName
    last_name: LastName
    status: Annotated[str, told("Status", "APPROVED, WAITING or DENIED.")]
    registered_at: Annotated[datetime | None, told("Registered at", "When they signed up, in UTC.")]
    cancelled_at: Annotated[datetime | None, told("Cancelled at", "When they were taken off, in UTC, if they were.")]
    join_url: JoinUrl
    confirmation_url: ConfirmationUrl


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-up that was asked for, and how it stands."""

    id: RegistrationId
    event_key: Annotated[str, told("Event key", "What GoTo calls the event.")]
    email: Email
    status: Status
    message: Message
    registrant_key: Annotated[str, told("Registrant key", "What GoTo calls the registrant; empty while pending.")]
    join_url: JoinUrl
    confirmation_url: ConfirmationUrl


class AddedRegistrant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A sign-up, with the names Microsoft's connectors gave its members."""

    join_url: Annotated[str, told("Join Url", "The link with which this person joins.")]
    confirmation_url: Annotated[str, told("Confirmation Url", "The page that confirms the sign-up.")]
    registrant_key: Annotated[str, told("Registrant Key", "What GoTo calls the registrant; empty while pending.")]
    status: Status
    registration_id: RegistrationId
    message: Message


def to_person(event: Event, registrant: Registrant) -> Person:
    """Tell of a registrant. No query."""
    links = links_of(registrant)
    return Person(
        id=registrant.registrant_key,
        event_key=event.event_key,
        registrant_key=registrant.registrant_key,
        email=registrant.email,
        first_name=registrant.first_name,
        last_name=registrant.last_name,
        status=registrant.status,
        registered_at=registrant.registered_at,
        cancelled_at=registrant.gone_at,
        join_url=links.join,
        confirmation_url=links.confirmation,
    )


State = RegistrationRequest.State
_ABOUT_STATE: dict[str, str] = {
    State.PENDING: "This is kept, and on its way to GoTo. Ask again in a while.",
    State.CANCELLING: "This person is being taken off.",
    State.CANCELLED: "This person was taken off.",
}
_ABOUT_STATUS: dict[str, str] = {
    Registrant.Status.WAITING: "Registered. The organizer has yet to approve it.",
    Registrant.Status.DENIED: "The organizer did not approve this.",
}


def to_registration(request: RegistrationRequest) -> Registration:
    """Tell how a sign-up stands. No query when event and registrant are there."""
    registrant, links = request.registrant, links_of(request.registrant)
    if registrant and request.state == State.DELIVERED:
        status, message = registrant.status, _ABOUT_STATUS.get(registrant.status, "Registered.")
    else:
        status, message = request.state.upper(), request.refusal or _ABOUT_STATE.get(request.state, "")
    return Registration(
        id=str(request.pk),
        event_key=request.event.event_key,
        email=request.email,
        status=status,
        message=message,
        registrant_key=registrant.registrant_key if registrant else "",
        join_url=links.join,
        confirmation_url=links.confirmation,
    )


def to_added(registration: Registration) -> AddedRegistrant:
    """Tell of a sign-up as Microsoft's connectors do."""
    return AddedRegistrant(
        join_url=registration.join_url,
        confirmation_url=registration.confirmation_url,
        registrant_key=registration.registrant_key,
        status=registration.status,
        registration_id=registration.id,
        message=registration.message,
    )
