"""Events of every product."""

from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.shapes.choices import Id, Label, label_of
from greenroom.hub.automation.triggers.items import EventItem, of_event
from greenroom.hub.events.models import Event
from greenroom.hub.events.selectors import count_turnout
from greenroom.hub.events.services.joining import join_link_for_everybody
from greenroom.hub.events.versions import version_of

EventId = Annotated[
    str,
    told(
        "Event",
        "The event: chosen from the list, or its key or nine-digit id.",
        choices="ListEvents",
        examples=["5312497713849125120"],
        min_length=1,
        max_length=64,
    ),
]


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """One date of an event."""

    starts_at: Annotated[datetime, told("Starts at", "When it starts.", tz=True)]
    ends_at: Annotated[datetime, told("Ends at", "When it ends.", tz=True)]


class ListedEvent(EventItem, frozen=True, kw_only=True):
    """An event."""

    id: Id
    label: Label
    times: Annotated[list[Date], told("Times", "Its dates.")]
    dates: Annotated[
        str,
        told("Dates", "What one sign-up is for: one date, all dates, pick_one of several, or any_time without any."),
    ]
    needs_approval: Annotated[bool, told("Needs approval", "Whether the organizer approves each sign-up.")]
    connection_id: Annotated[str, told("Connection Id", "What this hub calls the GoTo account.")]
    join_url: Annotated[str, told("Join URL", "Everybody's way in, where nobody signs up; empty elsewhere.")]


def to_listed_event(event: Event) -> ListedEvent:
    """Tell of an event. One query, none when its times are there."""
    return ListedEvent(
        **of_event(event),
        id=event.event_key,
        label=label_of(event),
        times=[Date(starts_at=time.starts_at, ends_at=time.ends_at) for time in event.times.all()],
        dates=event.dates,
        needs_approval=event.needs_approval,
        connection_id=str(event.connection_id),
        join_url=join_link_for_everybody(event),
    )


class EventDetails(ListedEvent, frozen=True, kw_only=True):
    """An event, with how many people it has."""

    registered: Annotated[int, told("Registered", "How many are signed up.")]
    approved: Annotated[int, told("Approved", "How many of them are approved.")]
    attended: Annotated[int, told("Attended", "How many people were there.")]
    version: Annotated[
        str, told("Version", "Changes with the event; given to Update event, nobody else's change is overwritten.")
    ]


def to_event_details(event: Event) -> EventDetails:
    """Tell of an event and its people. Up to six queries."""
    turnout = count_turnout(event=event)
    return EventDetails(
        **msgspec.structs.asdict(to_listed_event(event)),
        registered=turnout.registered,
        approved=turnout.approved,
        attended=turnout.attended,
        version=version_of(event),
    )
