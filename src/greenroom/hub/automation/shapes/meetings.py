"""Meetings and who was there, with the names Microsoft's GoToMeeting connector gave them."""

from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.shapes.choices import Id, Label, label_of
from greenroom.hub.events.models import Event
from greenroom.hub.events.services.joining import join_link_for_everybody

MeetingId = Annotated[
    str,
    told(
        "Meeting Id",
        "The meeting: chosen from the list, or its nine digits.",
        choices="ListMeetings",
        examples=["123456789"],
        max_length=64,
    ),
]


class Meeting(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A meeting."""

    meeting_id: Annotated[str, told("Meeting Id", "The nine digits people type.")]
    subject: Annotated[str, told("Subject", "The meeting's title.")]
    start_time: Annotated[datetime | None, told("Start Time", "When it starts, in UTC; none when it has no date.")]
    end_time: Annotated[datetime | None, told("End Time", "When it ends, in UTC; none when it has no date.")]
    meeting_type: Annotated[str, told("Meeting Type", "scheduled, or recurring when it has no date.")]
    status: Annotated[str, told("Status", "scheduled, live, ended, missing or cancelled.")]
    join_url: Annotated[
        str, told("Join URL", "The link with which everybody joins; empty while this hub does not know GoTo's.")
    ] = msgspec.field(name="joinURL")


class ListedMeeting(Meeting, frozen=True, kw_only=True, rename="camel"):
    """A meeting to choose."""

    id: Id
    label: Label


def to_meeting(event: Event) -> Meeting:
    """Tell of an event of the mirror as a meeting. No query."""
    return Meeting(
        meeting_id=event.event_key,
        subject=event.title,
        start_time=event.starts_at,
        end_time=event.ends_at,
        meeting_type="recurring" if event.dates == Event.Dates.ANY_TIME else "scheduled",
        status=event.state,
        join_url=join_link_for_everybody(event),
    )


def to_listed_meeting(event: Event) -> ListedMeeting:
    """Tell of a meeting to choose. No query."""
    told_of = msgspec.structs.asdict(to_meeting(event))
    return ListedMeeting(**told_of, id=event.event_key, label=label_of(event))
