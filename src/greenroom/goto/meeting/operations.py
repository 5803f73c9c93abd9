"""
GoToMeeting's operations, all 26. None is paged; lists come whole, single things as arrays of one.

Nobody registers for a meeting: whoever has the join link may come.

Source of every operation: contract/meeting.yaml, entry of the same name (documented). Errors are documented by
status only; their bodies are unconfirmed. Groups, other people's organizers and their meetings need an account
admin's token: PermissionDeniedError otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from greenroom.goto._operation import Catalog, Endpoint, Operation, Reply
from greenroom.goto._types import escape
from greenroom.goto.errors import UnexpectedResponseError
from greenroom.goto.meeting.models import (
    Attendee,
    Group,
    HistoricalMeeting,
    MeetingById,
    MeetingByOrganizer,
    MeetingCreated,
    MeetingHistory,
    Organizer,
    OrganizerShort,
    StartUrl,
    UpcomingMeeting,
)
from greenroom.goto.meeting.requests import MeetingReqCreate, MeetingReqUpdate, OrganizerReq, OrganizerStatus

T = TypeVar("T")

CATALOG = Catalog("meeting", "/G2M/rest")
_GROUP = "/groups/{groupKey}"
_MEETING = "/meetings/{meetingId}"
_ORGANIZER = "/organizers/{organizerKey}"
_RANGE = ("startDate", "endDate")


@CATALOG.operation("groups.get", "GET", "/groups")
def groups_get(call: Endpoint) -> Operation[list[Group]]:
    """List the account's groups of organizers; needs an account admin's token."""
    return call.returning(list[Group])


@CATALOG.operation("groups.groupKey.attendees.get", "GET", _GROUP + "/attendees", optional_query=_RANGE)
def groups_group_key_attendees_get(
    call: Endpoint, group_key: str, *, start_date: datetime | None = None, end_date: datetime | None = None
) -> Operation[list[Attendee]]:
    """
    List who attended the meetings of a group's organizers in a range; for groups of at most 50 organizers.

    Raises:
        BadRequestError: the range is wrong or the group too large.
    """
    return call.returning(list[Attendee], group_key, query={"startDate": start_date, "endDate": end_date})


@CATALOG.operation(
    "groups.groupKey.historicalMeetings.get", "GET", _GROUP + "/historicalMeetings", required_query=_RANGE
)
def groups_group_key_historical_meetings_get(
    call: Endpoint, group_key: str, start_date: datetime, end_date: datetime
) -> Operation[list[HistoricalMeeting]]:
    """
    List the meetings of a group's organizers that started in a range, running ones left out.

    Raises:
        BadRequestError: the range is wrong or the group has more than 50 organizers.
    """
    return call.returning(list[HistoricalMeeting], group_key, query={"startDate": start_date, "endDate": end_date})


@CATALOG.operation(
    "groups.groupKey.meetings.get", "GET", _GROUP + "/meetings", required_query=("history", "startDate", "endDate")
)
def groups_group_key_meetings_get(
    call: Endpoint, group_key: str, start_date: datetime, end_date: datetime, *, history: bool = True
) -> Operation[list[MeetingHistory]]:
    """
    List a group's past meetings. Deprecated by GoTo in favour of `groups_group_key_historical_meetings_get`.

    Raises:
        BadRequestError: the range is wrong.
    """
    query = {"history": history, "startDate": start_date, "endDate": end_date}
    return call.returning(list[MeetingHistory], group_key, query=query)


@CATALOG.operation("groups.groupKey.organizers.get", "GET", _GROUP + "/organizers")
def groups_group_key_organizers_get(call: Endpoint, group_key: str) -> Operation[list[Organizer]]:
    """
    List a group's organizers; needs an account admin's token.

    Raises:
        BadRequestError: there is no such group.
    """
    return call.returning(list[Organizer], group_key)


@CATALOG.operation("groups.groupKey.organizers.post", "POST", _GROUP + "/organizers", success=(201,))
def groups_group_key_organizers_post(
    call: Endpoint, group_key: str, organizer: OrganizerReq
) -> Operation[OrganizerShort]:
    """
    Make an organizer in a group; GoTo mails them.

    Raises:
        ConflictError: there is an organizer with this address.
    """
    return call.reading(lambda reply: _only(call, OrganizerShort, reply), group_key, body=organizer)


@CATALOG.operation("groups.groupKey.upcomingMeetings.get", "GET", _GROUP + "/upcomingMeetings")
def groups_group_key_upcoming_meetings_get(call: Endpoint, group_key: str) -> Operation[list[UpcomingMeeting]]:
    """
    List the meetings to come of a group's organizers; for groups of at most 50 organizers.

    Raises:
        BadRequestError: the group is too large.
    """
    return call.returning(list[UpcomingMeeting], group_key)


@CATALOG.operation("historicalMeetings.get", "GET", "/historicalMeetings", required_query=_RANGE)
def historical_meetings_get(
    call: Endpoint, start_date: datetime, end_date: datetime
) -> Operation[list[HistoricalMeeting]]:
    """List one's own meetings that started in a range, running ones left out."""
    return call.returning(list[HistoricalMeeting], query={"startDate": start_date, "endDate": end_date})


@CATALOG.operation("meetings.get", "GET", "/meetings", optional_query=("history", "startDate", "endDate"))
def meetings_get(
    call: Endpoint,
    *,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
    history: bool | None = True,
) -> Operation[list[MeetingHistory]]:
    """List one's own past meetings. Deprecated by GoTo in favour of `historical_meetings_get`."""
    query = {"history": history, "startDate": start_date, "endDate": end_date}
    return call.returning(list[MeetingHistory], query=query)


@CATALOG.operation("meetings.post", "POST", "/meetings", success=(201,))
def meetings_post(call: Endpoint, meeting: MeetingReqCreate) -> Operation[MeetingCreated]:
    """
    Schedule a meeting. Never repeated by itself: look it up before a second try.

    Raises:
        BadRequestError: a value is not acceptable.
    """
    return call.reading(lambda reply: _only(call, MeetingCreated, reply), body=_escaped(meeting))


@CATALOG.operation("meetings.meetingId.get", "GET", _MEETING)
def meetings_meeting_id_get(call: Endpoint, meeting_id: str) -> Operation[MeetingById]:
    """
    Fetch one meeting; its join link is not in it.

    Raises:
        ResourceNotFoundError: there is no such meeting.
    """
    return call.reading(lambda reply: _only(call, MeetingById, reply), meeting_id)


@CATALOG.operation("meetings.meetingId.put", "PUT", _MEETING, success=(204,))
def meetings_meeting_id_put(call: Endpoint, meeting_id: str, meeting: MeetingReqUpdate) -> Operation[None]:
    """
    Replace a meeting's definition, whole.

    Raises:
        BadRequestError: a value is not acceptable.
        ResourceNotFoundError: there is no such meeting.
    """
    return call.returning_nothing(meeting_id, body=_escaped(meeting))


@CATALOG.operation("meetings.meetingId.delete", "DELETE", _MEETING, success=(204,))
def meetings_meeting_id_delete(call: Endpoint, meeting_id: str, *, gone_is_success: bool = False) -> Operation[None]:
    """
    Delete a meeting.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(meeting_id, gone_is_success=gone_is_success)


@CATALOG.operation("meetings.meetingId.attendees.get", "GET", _MEETING + "/attendees")
def meetings_meeting_id_attendees_get(call: Endpoint, meeting_id: str) -> Operation[list[Attendee]]:
    """
    List who attended the past runs of a meeting; of one's own, or with an account admin's token of any.

    Args:
        meeting_id: the nine digits. GoTo's older collection calls it an instance key (unconfirmed).

    Raises:
        ResourceNotFoundError: there is no such past meeting.
    """
    return call.returning(list[Attendee], meeting_id)


@CATALOG.operation("meetings.meetingId.start.get", "GET", _MEETING + "/start")
def meetings_meeting_id_start_get(call: Endpoint, meeting_id: str) -> Operation[StartUrl]:
    """Fetch a link that starts the meeting without a login."""
    return call.returning(StartUrl, meeting_id)


@CATALOG.operation("organizers.get", "GET", "/organizers", optional_query=("email",))
def organizers_get(call: Endpoint, *, email: str | None = None) -> Operation[list[Organizer]]:
    """
    List the account's organizers, or the one with an address; needs an account admin's token.

    Raises:
        ResourceNotFoundError: nobody has this address.
    """
    return call.returning(list[Organizer], query={"email": email})


@CATALOG.operation("organizers.post", "POST", "/organizers", success=(201,))
def organizers_post(call: Endpoint, organizer: OrganizerReq) -> Operation[OrganizerShort]:
    """
    Make an organizer; GoTo mails them. Needs an account admin's token.

    Raises:
        ConflictError: there is an organizer with this address.
    """
    return call.reading(lambda reply: _only(call, OrganizerShort, reply), body=organizer)


@CATALOG.operation("organizers.delete", "DELETE", "/organizers", required_query=("email",), success=(204,))
def organizers_delete(call: Endpoint, email: str, *, gone_is_success: bool = False) -> Operation[None]:
    """
    Delete the organizer with an address; needs an account admin's token.

    Raises:
        BadRequestError: GoTo documents no 404; an unknown address may be this (assumed).
    """
    return call.returning_nothing(query={"email": email}, gone_is_success=gone_is_success)


@CATALOG.operation("organizers.organizerKey.get", "GET", _ORGANIZER)
def organizers_organizer_key_get(call: Endpoint, organizer_key: str) -> Operation[Organizer]:
    """
    Fetch one organizer: oneself, or with an account admin's token anybody.

    Raises:
        ResourceNotFoundError: there is no such organizer.
    """
    return call.reading(lambda reply: _only(call, Organizer, reply), organizer_key)


@CATALOG.operation("organizers.organizerKey.put", "PUT", _ORGANIZER, success=(204,))
def organizers_organizer_key_put(call: Endpoint, organizer_key: str, change: OrganizerStatus) -> Operation[None]:
    """
    Give an organizer one more product, or take all away; needs an account admin's token.

    Raises:
        BadRequestError: the change is not acceptable.
        ResourceNotFoundError: there is no such organizer.
    """
    return call.returning_nothing(organizer_key, body=change)


@CATALOG.operation("organizers.organizerKey.delete", "DELETE", _ORGANIZER, success=(204,))
def organizers_organizer_key_delete(
    call: Endpoint, organizer_key: str, *, gone_is_success: bool = False
) -> Operation[None]:
    """
    Delete an organizer; needs an account admin's token.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(organizer_key, gone_is_success=gone_is_success)


@CATALOG.operation("organizers.organizerKey.attendees.get", "GET", _ORGANIZER + "/attendees", required_query=_RANGE)
def organizers_organizer_key_attendees_get(
    call: Endpoint, organizer_key: str, start_date: datetime, end_date: datetime
) -> Operation[list[Attendee]]:
    """
    List who attended an organizer's meetings in a range; needs an account admin's token.

    Raises:
        ResourceNotFoundError: there is no such organizer.
    """
    return call.returning(list[Attendee], organizer_key, query={"startDate": start_date, "endDate": end_date})


@CATALOG.operation(
    "organizers.organizerKey.historicalMeetings.get", "GET", _ORGANIZER + "/historicalMeetings", required_query=_RANGE
)
def organizers_organizer_key_historical_meetings_get(
    call: Endpoint, organizer_key: str, start_date: datetime, end_date: datetime
) -> Operation[list[HistoricalMeeting]]:
    """
    List an organizer's meetings that started in a range, running ones left out.

    Raises:
        ResourceNotFoundError: there is no such organizer.
    """
    query = {"startDate": start_date, "endDate": end_date}
    return call.returning(list[HistoricalMeeting], organizer_key, query=query)


@CATALOG.operation(
    "organizers.organizerKey.meetings.get",
    "GET",
    _ORGANIZER + "/meetings",
    optional_query=("scheduled", "history", "startDate", "endDate"),
)
def organizers_organizer_key_meetings_get(
    call: Endpoint,
    organizer_key: str,
    *,
    scheduled: bool | None = None,
    history: bool | None = None,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
) -> Operation[list[MeetingByOrganizer]]:
    """
    List an organizer's meetings. Deprecated by GoTo in favour of the lists of historical and upcoming ones.

    Args:
        scheduled: those to come; takes no range.
        history: past ones; needs a range.

    Raises:
        ResourceNotFoundError: there is no such organizer.
    """
    query = {"scheduled": scheduled, "history": history, "startDate": start_date, "endDate": end_date}
    return call.returning(list[MeetingByOrganizer], organizer_key, query=query)


@CATALOG.operation("organizers.organizerKey.upcomingMeetings.get", "GET", _ORGANIZER + "/upcomingMeetings")
def organizers_organizer_key_upcoming_meetings_get(
    call: Endpoint, organizer_key: str
) -> Operation[list[UpcomingMeeting]]:
    """
    List an organizer's meetings to come; needs an account admin's token.

    Raises:
        ResourceNotFoundError: there is no such organizer.
    """
    return call.returning(list[UpcomingMeeting], organizer_key)


@CATALOG.operation("upcomingMeetings.get", "GET", "/upcomingMeetings")
def upcoming_meetings_get(call: Endpoint) -> Operation[list[UpcomingMeeting]]:
    """List one's own meetings to come, and those that are running."""
    return call.returning(list[UpcomingMeeting])


def _only(call: Endpoint, kind: type[T], reply: Reply) -> T:
    """Read one thing, which GoToMeeting puts into an array of one."""
    if not reply.content.lstrip().startswith(b"["):
        return call.decode(kind, reply)
    things: list[T] = call.decode(list[kind], reply)  # type: ignore[valid-type]
    if len(things) != 1:
        raise UnexpectedResponseError(call.product, call.name)
    return things[0]


def _escaped(meeting: MeetingReqCreate) -> MeetingReqCreate:
    """Write a meeting's subject as GoTo wants it."""
    return msgspec.structs.replace(meeting, subject=escape(meeting.subject))
