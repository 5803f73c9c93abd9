"""People who sign up, whatever the product."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import find_event, find_registrant, list_registrants
from greenroom.hub.automation.naming import renamed
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registering import (
    MOST_AT_ONCE,
    PENDING,
    Response,
    as_reply,
    cancel,
    get_request,
    read_answers,
    sign_up,
    sign_up_later,
)
from greenroom.hub.automation.registry import Reply, operation
from greenroom.hub.automation.shapes.events import EventId
from greenroom.hub.automation.shapes.people import (
    Email,
    FirstName,
    LastName,
    Person,
    RegistrantKey,
    Registration,
    RegistrationId,
    to_person,
    to_registration,
)
from greenroom.hub.core.errors import HubError, InvalidInputError, UnknownObjectError
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.events.registration_form import Answers

_TAGS = ["Registrants"]
# How the members of a person are called here, by GoTo's names.
_NAMES = {"firstName": "first_name", "lastName": "last_name"}


class RegistrantsInput(PageInput, frozen=True, kw_only=True):
    """Of which event, and which page."""

    event: EventId


class RegistrantInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which registrant of which event."""

    event: EventId
    registrant_key: RegistrantKey


class FindRegistrantInput(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to look for."""

    event: EventId
    email: Email


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to sign up."""

    email: Email
    first_name: FirstName
    last_name: LastName
    fields: Annotated[
        dict[str, str], told("Fields", "Other fields that the organizer asks for, by the names of the schema.")
    ] = {}
    responses: Annotated[list[Response], told("Responses", "Answers to the organizer's own questions.")] = []

    def answers_for(self, event: Event) -> Answers:
        """Return what goes to GoTo. Raises `InvalidInputError`, naming members as they are called here."""
        basic = {"email": self.email, "firstName": self.first_name, "lastName": self.last_name}
        return read_answers(event, self.fields | basic, self.responses)


class RegisterInput(NewPerson, frozen=True, kw_only=True):
    """Whom to sign up for which event."""

    event: EventId


class BulkInput(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to sign up for which event."""

    event: EventId
    registrants: Annotated[
        list[NewPerson], told("Registrants", "At most 500 people.", min_length=1, max_length=MOST_AT_ONCE)
    ]


class BulkRow(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one person of many."""

    index: Annotated[int, told("Index", "Which one, counted from 0.")]
    email: Email
    is_taken: Annotated[bool, told("Taken", "Whether they are registered, or will be without further doing.")]
    registration: Annotated[Registration | None, told("Registration", "How it stands, if it was taken.")] = None
    code: Annotated[str, told("Code", "Why it was not taken, for programs.")] = ""
    message: Annotated[str, told("Message", "Why it was not taken, in a sentence.")] = ""
    errors: Annotated[dict[str, str], told("Errors", "What is wrong with it, by member.")] = {}


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of many people, in the order in which they were sent."""

    taken: Annotated[int, told("Taken", "How many are registered, or will be without further doing.")]
    refused: Annotated[int, told("Refused", "How many were not taken.")]
    rows: Annotated[list[BulkRow], told("Rows", "What became of each.")]


class RegistrationInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which sign-up."""

    registration_id: RegistrationId


@operation(
    "ListRegistrants",
    "GET",
    "/events/{event}/registrants",
    summary="List registrants of an event",
    verb=Verb.READ,
    tags=_TAGS,
)
def list_people(caller: Caller, wanted: RegistrantsInput) -> Reply[list[Person]]:
    """Returns everybody who is signed up for an event, page by page."""
    event = find_event(caller, "", wanted.event)
    page, cursor = take_page(list_registrants(event), wanted, caller)
    return Reply(body=[to_person(event, one) for one in page], next_cursor=cursor)


@operation(
    "FindRegistrant",
    "GET",
    "/events/{event}/registrants/find",
    summary="Find registrant by email",
    verb=Verb.READ,
    tags=_TAGS,
)
def find_person(caller: Caller, wanted: FindRegistrantInput) -> list[Person]:
    """Returns who is signed up under an address: one person, or an empty list."""
    event = find_event(caller, "", wanted.event)
    found = list_registrants(event).filter(email=wanted.email.strip().lower()).order_by("pk")
    return [to_person(event, one) for one in found]


@operation(
    "GetEventRegistrant",
    "GET",
    "/events/{event}/registrants/{registrant_key}",
    summary="Get registrant of an event",
    verb=Verb.READ,
    tags=_TAGS,
)
def get_person(caller: Caller, wanted: RegistrantInput) -> Person:
    """Returns one registrant, also one who was taken off."""
    event = find_event(caller, "", wanted.event)
    return to_person(event, find_registrant(event, wanted.registrant_key))


@operation(
    "RegisterForEvent",
    "POST",
    "/events/{event}/registrants",
    summary="Register for an event",
    verb=Verb.REGISTER,
    other_statuses=PENDING,
    tags=_TAGS,
)
def register_person(caller: Caller, wanted: RegisterInput) -> Reply[Registration]:
    """
    Signs one person up, with all that the organizer asks.

    Somebody who is registered already is returned.
    """
    return _register(find_event(caller, "", wanted.event), wanted)


@operation(
    "FindOrRegister",
    "POST",
    "/events/{event}/registrants/find-or-add",
    summary="Find or add registrant",
    verb=Verb.REGISTER,
    other_statuses=PENDING,
    tags=_TAGS,
)
def find_or_register(caller: Caller, wanted: RegisterInput) -> Reply[Registration]:
    """
    Returns who is signed up under an address, or signs them up.

    Somebody who is there is returned as they are, also when the event takes nobody any more.
    """
    event = find_event(caller, "", wanted.event)
    there = list_registrants(event).filter(email=wanted.email.strip().lower()).first()
    if there is None:
        return _register(event, wanted)
    requests = RegistrationRequest.objects.filter(event=event, registrant=there).order_by("-pk")
    known = requests.values_list("pk", flat=True).first()
    if known:
        return as_reply(to_registration(get_request(known)))
    person = to_person(event, there)
    return Reply(
        body=Registration(
            id="",
            event_key=event.event_key,
            email=person.email,
            status=person.status,
            message="Registered at GoTo.",
            registrant_key=person.registrant_key,
            join_url=person.join_url,
            confirmation_url=person.confirmation_url,
        )
    )


def _register(event: Event, person: NewPerson) -> Reply[Registration]:
    try:
        return as_reply(sign_up(event, person.answers_for(event)))
    except InvalidInputError as error:
        raise renamed(error, _NAMES) from error


@operation(
    "BulkRegister",
    "POST",
    "/events/{event}/registrants/bulk",
    summary="Register many people",
    verb=Verb.REGISTER,
    status=202,
    tags=_TAGS,
)
def register_many(caller: Caller, wanted: BulkInput) -> BulkResult:
    """
    Signs up to 500 people up in the background, and says of each whether it was taken.

    What is wrong with one keeps none of the others. Get registration tells how each stands.
    """
    event = find_event(caller, "", wanted.event)
    rows = [_take(event, index, person) for index, person in enumerate(wanted.registrants)]
    taken = sum(row.is_taken for row in rows)
    return BulkResult(taken=taken, refused=len(rows) - taken, rows=rows)


def _take(event: Event, index: int, person: NewPerson) -> BulkRow:
    try:
        registration = sign_up_later(event, person.answers_for(event))
    except HubError as error:
        errors = renamed(error, _NAMES).errors if isinstance(error, InvalidInputError) else {}
        return BulkRow(
            index=index, email=person.email, is_taken=False, code=error.code, message=str(error), errors=errors
        )
    return BulkRow(index=index, email=person.email, is_taken=True, registration=registration)


@operation(
    "GetRegistration",
    "GET",
    "/registrations/{registration_id}",
    summary="Get registration",
    verb=Verb.READ,
    tags=_TAGS,
)
def get_registration(caller: Caller, wanted: RegistrationInput) -> Registration:
    """Tells how a sign-up stands that was asked for here: whether GoTo has answered, and what."""
    number = int(wanted.registration_id) if wanted.registration_id.isdecimal() else 0
    requests = RegistrationRequest.objects.filter(pk=number, event__in=caller.list_events().order_by().values("pk"))
    if number >= 2**63 or not requests.exists():
        raise UnknownObjectError("There is no such registration. Give the id that was answered.")
    return to_registration(get_request(number))


@operation(
    "CancelRegistration",
    "DELETE",
    "/events/{event}/registrants/{registrant_key}",
    summary="Cancel registration",
    verb=Verb.REGISTER,
    other_statuses=PENDING,
    tags=_TAGS,
)
def cancel_registration(caller: Caller, wanted: RegistrantInput) -> Reply[Registration]:
    """Takes one person off an event. GoTo tells them by mail or not, as the organizer has set."""
    event = find_event(caller, "", wanted.event)
    return as_reply(cancel(find_registrant(event, wanted.registrant_key)))
