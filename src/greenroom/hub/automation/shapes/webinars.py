"""Webinars and their registrants with the names Microsoft's GoToWebinar connector gave them."""

from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.shapes.choices import Id, Label, label_of
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.services.joining import links_of

WebinarKey = Annotated[
    str,
    told(
        "Webinar Key",
        "The webinar: chosen from the list, or its key or nine-digit id.",
        choices="ListWebinars",
        examples=["7878787878787878787"],
        max_length=64,
    ),
]


class WebinarTimes(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One date of a webinar."""

    start_time: Annotated[datetime, told("Start time", "When it starts, in UTC.")]
    end_time: Annotated[datetime, told("End time", "When it ends, in UTC.")]


class Webinar(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A webinar."""

    webinar_key: Annotated[str, told("Webinar Key", "What GoTo calls the webinar.")]
    webinar_id: Annotated[str, told("Webinar ID", "The nine digits people type.")] = msgspec.field(name="webinarID")
    subject: Annotated[str, told("Subject", "The webinar's title.")]
    description: Annotated[str, told("Description", "What it is about.")]
    times: Annotated[list[WebinarTimes], told("Times", "Its dates.")]
    time_zone: Annotated[str, told("Time Zone", "The organizer's time zone.")]
    in_session: Annotated[bool, told("In Session", "Whether it is running now.")]
    organizer_key: Annotated[str, told("Organizer Key", "What GoTo calls the organizer.")]
    registration_url: Annotated[str, told("Registration Url", "The page on which anybody can sign up.")]


class ListedWebinar(Webinar, frozen=True, kw_only=True, rename="camel"):
    """A webinar to choose."""

    id: Id
    label: Label


class WebinarRegistrant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody signed up for a webinar."""

    email: Annotated[str, told("Email", "The registrant's address.")]
    first_name: Annotated[str, told("First Name", "The registrant's first name.")]
    last_name: Annotated[str, told("Last Name", "The registrant's last name.")]
    status: Annotated[str, told("Status", "APPROVED, WAITING or DENIED.")]
    registration_date: Annotated[datetime | None, told("Registration Date", "When they signed up, in UTC.")]
    join_url: Annotated[str, told("Join Url", "The link with which this person, and nobody else, joins.")]
    confirmation_url: Annotated[str, told("Confirmation Url", "The page that confirms the sign-up.")]
    registrant_key: Annotated[str, told("Registrant Key", "What GoTo calls the registrant.")]


def to_webinar(event: Event) -> Webinar:
    """Tell of an event of the mirror as a webinar. One query, none when its times are there."""
    return Webinar(
        webinar_key=event.event_key,
        webinar_id=event.event_number,
        subject=event.title,
        description=event.description,
        times=[WebinarTimes(start_time=time.starts_at, end_time=time.ends_at) for time in event.times.all()],
        time_zone=event.time_zone,
        in_session=event.state == Event.State.LIVE,
        organizer_key=event.organizer_key,
        registration_url=event.registration_url,
    )


def to_listed_webinar(event: Event) -> ListedWebinar:
    """Tell of a webinar to choose. As `to_webinar`."""
    told_of = msgspec.structs.asdict(to_webinar(event))
    return ListedWebinar(**told_of, id=event.event_key, label=label_of(event))


def to_webinar_registrant(registrant: Registrant) -> WebinarRegistrant:
    """Tell of a registrant of a webinar. No query."""
    links = links_of(registrant)
    return WebinarRegistrant(
        email=registrant.email,
        first_name=registrant.first_name,
        last_name=registrant.last_name,
        status=registrant.status,
        registration_date=registrant.registered_at,
        join_url=links.join,
        confirmation_url=links.confirmation,
        registrant_key=registrant.registrant_key,
    )
