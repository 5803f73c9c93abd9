"""Registrants of a webinar: listing, signing up, deleting."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Registrant, Webinar
from greenroom.sandbox.operations import Answer, Call, Operation, RefusalError
from greenroom.sandbox.rooms import is_over
from greenroom.sandbox.webinar import errors, responses, store
from greenroom.sandbox.webinar.access import read_bool, read_page, registrant_of, webinar_of
from greenroom.sandbox.webinar.fields import InvalidFieldError
from greenroom.sandbox.webinar.paging import HAL_JSON
from greenroom.sandbox.webinar.paths import BOTH_SIZES, WEBINAR

STREAMED_AT_ONCE = 1000

NAMES_ONLY_TYPE = "application/vnd.citrix.g2wapi-v1.1+json"


def get_registrants(call: Call) -> Answer:
    webinar = webinar_of(call)
    people = call.core.state.registrants_of(webinar.key)
    if "page" not in call.query and "limit" not in call.query:
        if call.core.state.has_crowd(webinar.key):
            return Answer(200, _stream_of_registrants(call.core, webinar, people))
        return Answer(200, msgspec.json.encode(responses.registrant_rows(call.core, webinar, people)))
    people = call.seen(people)
    number, limit = read_page(call, "limit")
    shown = call.page_of(people, number, limit)
    body = {
        "data": responses.registrant_rows(call.core, webinar, shown),
        "total": len(people),
        "page": number,
        "limit": limit,
        "pageSize": len(shown),
    }
    return Answer(200, body)


def _stream_of_registrants(core: Core, webinar: Webinar, people: Sequence[Registrant]) -> Iterator[bytes]:
    """The bare array piece by piece: in constant memory, and holding the lock for one piece at a time."""
    yield b"["
    for first in range(0, len(people), STREAMED_AT_ONCE):
        with core.lock:
            rows = responses.registrant_rows(core, webinar, people[first : first + STREAMED_AT_ONCE])
        yield (b"," if first else b"") + msgspec.json.encode(rows)[1:-1]
    yield b"]"


def get_registrant(call: Call) -> Answer:
    webinar = webinar_of(call)
    return Answer(200, responses.registrant_detail(call.core, webinar, registrant_of(call, webinar)))


def get_registration_fields(call: Call) -> Answer:
    return Answer(200, responses.registration_fields(webinar_of(call)))


def create_registrant(call: Call) -> Answer:
    webinar = webinar_of(call)
    read_bool(call, "resendConfirmation", default=False)
    body = call.json_object()
    if NAMES_ONLY_TYPE in call.accept:
        # With this media type GoTo drops everything but names and address (documented).
        body = {name: body[name] for name in ("firstName", "lastName", "email") if name in body}
    try:
        registrant = store.register(call.core, webinar, body)
    except InvalidFieldError as error:
        raise errors.bad_request(str(error)) from None
    except store.DuplicateRegistrantError as error:
        raise _duplicate(call, error) from None
    except store.WebinarFullError:
        status = call.core.switches.number("full_event_status")
        raise errors.refuse(status, "RegistrationLimitReached", "The registration limit has been reached.") from None
    except store.RegistrationClosedError:
        raise errors.refuse(403, "RegistrationClosed", "Registration for this webinar is closed.") from None
    return Answer(201, responses.registrant_created(call.core, registrant), content_type=HAL_JSON)


def _duplicate(call: Call, error: store.DuplicateRegistrantError) -> RefusalError:
    existing = error.registrant
    members: dict[str, Any] = {"registrantKey": int(existing.key)}
    if responses.has_join_url(call.core, existing):
        members["joinUrl"] = responses.join_url(call.core, existing)
    return errors.refuse(409, "DuplicateRegistrant", "The user is already registered.", **members)


def delete_registrant(call: Call) -> Answer:
    webinar = webinar_of(call)
    registrant = registrant_of(call, webinar)
    if webinar.live_session_key is not None or is_over(call.core, webinar):
        raise errors.bad_request("Registrants can be deleted before the webinar only.")
    call.core.state.remove_registrant(registrant)
    return Answer(204)


OPERATIONS = (
    Operation("getAllRegistrantsForWebinar", "GET", WEBINAR + "/registrants", get_registrants, BOTH_SIZES),
    Operation("createRegistrant", "POST", WEBINAR + "/registrants", create_registrant, ("resendConfirmation",)),
    Operation("getRegistrationFields", "GET", WEBINAR + "/registrants/fields", get_registration_fields),
    Operation("getRegistrant", "GET", WEBINAR + "/registrants/{registrantKey}", get_registrant),
    Operation("deleteRegistrant", "DELETE", WEBINAR + "/registrants/{registrantKey}", delete_registrant),
)
