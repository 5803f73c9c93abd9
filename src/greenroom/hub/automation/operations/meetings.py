"""Meetings, by the operation ids of Microsoft's GoToMeeting connector."""

from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.acting import (
    ACT_PENDING,
    as_reply,
    carry_out,
    find_account,
    key_of_act,
    ranges_of,
    status_of,
)
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import When, find_event, list_events_when
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registry import Reply, operation
from greenroom.hub.automation.shapes.acts import Act, ActId
from greenroom.hub.automation.shapes.attendance import span_of
from greenroom.hub.automation.shapes.events import Date
from greenroom.hub.automation.shapes.meetings import ListedMeeting, Meeting, MeetingId, to_listed_meeting, to_meeting
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Attendee, Event
from greenroom.hub.events.products.base import EventWish
from greenroom.hub.events.services.acts import cancel_event, create_event, update_event
from greenroom.hub.events.services.joining import join_link_for_everybody
from greenroom.hub.events.versions import version_of

_PRODUCT = "meeting"
_TAGS = ["Meetings"]
# How the members of a meeting are called here, by their names elsewhere.
_NAMES = {"title": "subject", "starts_at_0": "starttime", "ends_at_0": "endtime"}

Subject = Annotated[str, told("Subject", "What it is called.", examples=["Team hour"], max_length=100)]
StartTime = Annotated[datetime, told("Start time", "When it starts.", tz=True)]
EndTime = Annotated[datetime, told("End time", "When it ends.", tz=True)]


class MeetingsInput(PageInput, frozen=True, kw_only=True):
    """Which meetings."""

    when: Annotated[When, told("When", "Those to come, the soonest first; those past; or all, the latest first.")] = (
        "upcoming"
    )


class MeetingInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which meeting."""

    meeting_id: MeetingId


class MeetingAttendeesInput(PageInput, frozen=True, kw_only=True, rename="camel"):
    """Which meeting, and which page."""

    meeting_id: MeetingId


class NewMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """What to make. Without times it is one to be held whenever its organizer starts it."""

    subject: Subject
    starttime: StartTime | None = None
    endtime: EndTime | None = None
    connection_id: Annotated[
        str,
        told(
            "Account", "Which GoTo account; may be left out when there is one.", choices="ListAccounts", max_length=18
        ),
    ] = ""


class ChangedMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """Which meeting, and what to change. What is left out stays."""

    meeting_id: MeetingId = msgspec.field(name="meetingId")
    subject: Subject | None = None
    starttime: StartTime | None = None
    endtime: EndTime | None = None


class CreatedMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting that was asked for."""

    meetingid: Annotated[str, told("Meeting Id", "The nine digits people type; empty while pending.")]
    join_url: Annotated[str, told("Join URL", "The link with which everybody joins.")] = msgspec.field(name="joinURL")
    act_id: ActId = msgspec.field(name="actId")
    status: Annotated[str, told("Status", "done, or pending until GoTo has answered.")]


class MeetingAttendee(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody who was in a meeting."""

    attendee_name: Annotated[str, told("Attendee Name", "As they called themselves.")]
    attendee_email: Annotated[str, told("Attendee Email", "As they gave it; may be empty.")]
    join_time: Annotated[datetime | None, told("Join Time", "When they first came, in UTC.")]
    leave_time: Annotated[datetime | None, told("Leave Time", "When they last left, in UTC.")]
    minutes: Annotated[int, told("Minutes", "How long they were there, in whole minutes.")]
    session_key: Annotated[str, told("Session Key", "Which run of the meeting.")]


@operation("ListMeetings", "GET", "/meetings", summary="List meetings", verb=Verb.READ, tags=_TAGS)
def list_meetings(caller: Caller, wanted: MeetingsInput) -> Reply[list[ListedMeeting]]:
    """Returns meetings of all connected accounts."""
    events, order = list_events_when(caller.list_events().filter(product=_PRODUCT), wanted.when)
    page, cursor = take_page(events.prefetch_related(None), wanted, caller, order=order)
    return Reply(body=[to_listed_meeting(event) for event in page], next_cursor=cursor)


@operation("GetMeeting", "GET", "/meetings/{meetingId}", summary="Get meeting", verb=Verb.READ, tags=_TAGS)
def get_meeting(caller: Caller, wanted: MeetingInput) -> Meeting:
    """Returns one meeting."""
    return to_meeting(find_event(caller, _PRODUCT, wanted.meeting_id))


@operation(
    "CreateMeeting",
    "POST",
    "/meetings",
    summary="Create meeting",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def create_meeting(caller: Caller, wanted: NewMeeting) -> Reply[CreatedMeeting]:
    """
    Makes a meeting at GoTo, to be held at a set time, or without one whenever its organizer starts it.

    Send an Idempotency-Key: a repeated call then never makes a second one.
    """
    connection = find_account(caller, wanted.connection_id)
    wish = EventWish(title=wanted.subject, description="", times=_wished_times(wanted))
    act = carry_out(
        lambda: create_event(
            connection=connection,
            product=_PRODUCT,
            wish=wish,
            idempotency_key=key_of_act(caller, "CreateMeeting"),
            actor=caller.user,
        ),
        _NAMES,
    )
    body = CreatedMeeting(
        meetingid=act.event.event_key if act.event else "",
        join_url=join_link_for_everybody(act.event) if act.event else "",
        act_id=str(act.pk),
        status=act.state,
    )
    return Reply(body=body, status=status_of(act))


def _wished_times(wanted: NewMeeting) -> tuple[tuple[datetime, datetime], ...]:
    start, end = wanted.starttime, wanted.endtime
    if start and end:
        return ranges_of([Date(starts_at=start, ends_at=end)])
    if start or end:
        missing = "endtime" if start else "starttime"
        raise InvalidInputError("A time is missing.", {missing: "Give both times, or none."})
    return ()


@operation(
    "UpdateMeeting",
    "PUT",
    "/meetings/{meetingId}",
    summary="Update meeting",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def update_meeting(caller: Caller, wanted: ChangedMeeting) -> Reply[Act]:
    """Changes title or time of a meeting at GoTo."""
    event = find_event(caller, _PRODUCT, wanted.meeting_id)
    wish = EventWish(title=wanted.subject, times=_changed_times(event, wanted))
    key = key_of_act(caller, "UpdateMeeting")
    return as_reply(
        carry_out(
            lambda: update_event(
                event=event, wish=wish, version=version_of(event), idempotency_key=key, actor=caller.user
            ),
            _NAMES,
        )
    )


def _changed_times(event: Event, wanted: ChangedMeeting) -> tuple[tuple[datetime, datetime], ...] | None:
    start, end = wanted.starttime or event.starts_at, wanted.endtime or event.ends_at
    if (wanted.starttime is None and wanted.endtime is None) or start is None or end is None:
        return None
    return ranges_of([Date(starts_at=start, ends_at=end)])


@operation(
    "CancelMeeting",
    "DELETE",
    "/meetings/{meetingId}",
    summary="Cancel meeting",
    verb=Verb.MANAGE,
    other_statuses=ACT_PENDING,
    tags=_TAGS,
)
def cancel_meeting(caller: Caller, wanted: MeetingInput) -> Reply[Act]:
    """Cancels a meeting at GoTo, which mails nobody."""
    event = find_event(caller, _PRODUCT, wanted.meeting_id)
    key = key_of_act(caller, "CancelMeeting")
    return as_reply(carry_out(lambda: cancel_event(event=event, idempotency_key=key, actor=caller.user)))


@operation(
    "GetMeetingAttendees",
    "GET",
    "/meetings/{meetingId}/attendees",
    summary="Get meeting attendees",
    verb=Verb.READ,
    tags=_TAGS,
)
def get_meeting_attendees(caller: Caller, wanted: MeetingAttendeesInput) -> Reply[list[MeetingAttendee]]:
    """Returns who was in a meeting, each run of it by itself, page by page."""
    event = find_event(caller, _PRODUCT, wanted.meeting_id)
    attendees = Attendee.objects.filter(session__event=event).select_related("session")
    page, cursor = take_page(attendees, wanted, caller)
    return Reply(body=[_to_attendee(one) for one in page], next_cursor=cursor)


def _to_attendee(attendee: Attendee) -> MeetingAttendee:
    joined_at, left_at = span_of(attendee)
    return MeetingAttendee(
        attendee_name=f"{attendee.first_name} {attendee.last_name}".strip(),
        attendee_email=attendee.email,
        join_time=joined_at,
        leave_time=left_at,
        minutes=attendee.attended_seconds // 60,
        session_key=attendee.session.session_key,
    )
