"""Webinars, with the members of Microsoft's GoToWebinar connector."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import When, find_event, find_registrant, list_events_when, list_registrants
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registering import PENDING, Response, as_reply, read_answers, sign_up
from greenroom.hub.automation.registry import Reply, operation
from greenroom.hub.automation.shapes.people import AddedRegistrant, RegistrantKey, to_added
from greenroom.hub.automation.shapes.webinars import (
    ListedWebinar,
    Webinar,
    WebinarKey,
    WebinarRegistrant,
    to_listed_webinar,
    to_webinar,
    to_webinar_registrant,
)

_PRODUCT = "webinar"
_TAGS = ["Webinars"]


class WebinarsInput(PageInput, frozen=True, kw_only=True):
    """Which webinars."""

    when: Annotated[When, told("When", "Those to come, the soonest first; those past; or all, the latest first.")] = (
        "upcoming"
    )


class WebinarInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which webinar."""

    webinar_key: WebinarKey


class WebinarPageInput(PageInput, frozen=True, kw_only=True, rename="camel"):
    """Which webinar, and which page."""

    webinar_key: WebinarKey


class WebinarRegistrantInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which registrant of which webinar."""

    webinar_key: WebinarKey
    registrant_key: RegistrantKey


def _asked(title: str) -> msgspec.Meta:
    return told(title, "Only where the organizer asks for it.", max_length=1000)


class NewWebinarRegistrant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whom to sign up for which webinar, with everything GoTo can ask."""

    webinar_key: WebinarKey
    email: Annotated[str, told("Email", "The registrant's address.", examples=["lena@example.com"], max_length=254)]
    first_name: Annotated[str, told("First Name", "The registrant's first name.", examples=["Lena"], max_length=128)]
    last_name: Annotated[str, told("Last Name", "The registrant's last name.", examples=["Lind"], max_length=128)]
    address: Annotated[str, _asked("Address")] = ""
    city: Annotated[str, _asked("City")] = ""
    state: Annotated[str, _asked("State")] = ""
    zip_code: Annotated[str, _asked("Zip Code")] = ""
    country: Annotated[str, _asked("Country")] = ""
    phone: Annotated[str, _asked("Phone")] = ""
    organization: Annotated[str, _asked("Organization")] = ""
    job_title: Annotated[str, _asked("Job Title")] = ""
    questions_and_comments: Annotated[str, _asked("Questions And Comments")] = ""
    industry: Annotated[str, _asked("Industry")] = ""
    number_of_employees: Annotated[str, _asked("Number Of Employees")] = ""
    purchasing_time_frame: Annotated[str, _asked("Purchasing Time Frame")] = ""
    purchasing_role: Annotated[str, _asked("Purchasing Role")] = ""
    responses: Annotated[list[Response], told("Responses", "Answers to the organizer's own questions.")] = []


@operation("ListWebinars", "GET", "/webinars", summary="List webinars", verb=Verb.READ, tags=_TAGS)
def list_webinars(caller: Caller, wanted: WebinarsInput) -> Reply[list[ListedWebinar]]:
    """Returns webinars of all connected accounts."""
    events, order = list_events_when(caller.list_events().filter(product=_PRODUCT), wanted.when)
    page, cursor = take_page(events, wanted, caller, order=order)
    return Reply(body=[to_listed_webinar(event) for event in page], next_cursor=cursor)


@operation("GetWebinar", "GET", "/webinars/{webinarKey}", summary="Get webinar", verb=Verb.READ, tags=_TAGS)
def get_webinar(caller: Caller, wanted: WebinarInput) -> Webinar:
    """Returns one webinar."""
    return to_webinar(find_event(caller, _PRODUCT, wanted.webinar_key))


@operation(
    "ListWebinarRegistrations",
    "GET",
    "/webinars/{webinarKey}/registrants",
    summary="List webinar registrants",
    verb=Verb.READ,
    tags=_TAGS,
)
def list_webinar_registrations(caller: Caller, wanted: WebinarPageInput) -> Reply[list[WebinarRegistrant]]:
    """Returns everybody who is signed up for a webinar, page by page."""
    event = find_event(caller, _PRODUCT, wanted.webinar_key)
    page, cursor = take_page(list_registrants(event), wanted, caller)
    return Reply(body=[to_webinar_registrant(one) for one in page], next_cursor=cursor)


@operation(
    "AddWebinarRegistrant",
    "POST",
    "/webinars/{webinarKey}/registrants",
    summary="Add webinar registrant",
    verb=Verb.REGISTER,
    other_statuses=PENDING,
    tags=_TAGS,
)
def add_webinar_registrant(caller: Caller, wanted: NewWebinarRegistrant) -> Reply[AddedRegistrant]:
    """Signs one person up for a webinar. Somebody who is registered already is returned."""
    event = find_event(caller, _PRODUCT, wanted.webinar_key)
    members = {one.name: one.encode_name for one in msgspec.structs.fields(NewWebinarRegistrant)}
    fields = {wire: getattr(wanted, name) for name, wire in members.items() if name not in {"webinar_key", "responses"}}
    reply = as_reply(sign_up(event, read_answers(event, fields, wanted.responses)))
    return Reply(body=to_added(reply.body), status=reply.status)


@operation(
    "GetWebinarRegistrant",
    "GET",
    "/webinars/{webinarKey}/registrants/{registrantKey}",
    summary="Get webinar registrant",
    verb=Verb.READ,
    tags=_TAGS,
)
def get_webinar_registrant(caller: Caller, wanted: WebinarRegistrantInput) -> WebinarRegistrant:
    """Returns one registrant of a webinar."""
    event = find_event(caller, _PRODUCT, wanted.webinar_key)
    return to_webinar_registrant(find_registrant(event, wanted.registrant_key))
