"""The answers of GoToMeeting, field by field. The same key is text in one and a number in the next (documented)."""

from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Group, Meeting, Presence, Session, Stay, User
from greenroom.sandbox.groups import group_of, users_in
from greenroom.sandbox.meeting.store import full_name
from greenroom.sandbox.times import write_instant

MAX_PARTICIPANTS = 250  # assumed


def group(core: Core, item: Group) -> dict[str, Any]:
    organizers = users_in(core, item)
    return {
        "groupkey": int(item.key),
        "groupName": item.name,
        "parentKey": int(item.parent_key),
        "status": "active" if not organizers or any(user.products for user in organizers) else "suspended",
        "numOrganizers": len(organizers),
    }


def organizer(core: Core, user: User) -> dict[str, Any]:
    their_group = group_of(core, user)
    return {
        "organizerKey": int(user.key),
        "email": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "groupId": int(their_group.key),
        "groupName": their_group.name,
        "status": "active" if user.products else "suspended",
        "maxNumAttendeesAllowed": MAX_PARTICIPANTS,
        "products": user.products,
    }


def organizer_short(user: User) -> dict[str, Any]:
    return {"email": user.email, "key": int(user.key)}


def join_url(core: Core, meeting: Meeting) -> str:
    return f"{core.public_url}/join/{meeting.key}"


def created(core: Core, meeting: Meeting) -> dict[str, Any]:
    return {
        "joinURL": join_url(core, meeting),
        "meetingid": int(meeting.key),
        "maxParticipants": MAX_PARTICIPANTS,
        "uniqueMeetingId": int(meeting.key),
        "conferenceCallInfo": meeting.audio,
    }


def _status(meeting: Meeting) -> str:
    return "ACTIVE" if meeting.live_session_key is not None else "INACTIVE"


def detail(meeting: Meeting) -> dict[str, Any]:
    return {
        "meetingId": int(meeting.key),
        "meetingKey": int(meeting.key),
        "uniqueMeetingId": int(meeting.key),
        "createTime": "",  # documented: an empty text
        "duration": int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60,
        **_planned(meeting),
    }


def of_organizer(meeting: Meeting) -> dict[str, Any]:
    return {
        "meetingid": int(meeting.key),
        "uniqueMeetingId": int(meeting.key),
        "createTime": "",
        **_planned(meeting),
    }


def _planned(meeting: Meeting) -> dict[str, Any]:
    return {
        "subject": meeting.subject,
        "startTime": write_instant(meeting.starts_at),
        "endTime": write_instant(meeting.ends_at),
        "meetingType": meeting.kind,
        "passwordRequired": meeting.is_password_required,
        "conferenceCallInfo": meeting.audio,
        "status": _status(meeting),
        "maxParticipants": MAX_PARTICIPANTS,
    }


def upcoming(core: Core, meeting: Meeting) -> dict[str, Any]:
    owner = core.state.users[meeting.organizer_key]
    return {
        **_owner(owner),
        "accountKey": meeting.account_key,
        "organizerKey": owner.key,
        "locale": owner.locale,
        "meetingId": meeting.key,
        "subject": meeting.subject,
        "startTime": write_instant(meeting.starts_at),
        "endTime": write_instant(meeting.ends_at),
        "meetingType": meeting.kind,
        "passwordRequired": meeting.is_password_required,
        "conferenceCallInfo": meeting.audio,
        "status": _status(meeting),
    }


def upcoming_of_group(core: Core, item: Group, meeting: Meeting) -> dict[str, Any]:
    """As `upcoming`, but without audio, and INACTIVE even while it runs (documented)."""
    body = upcoming(core, meeting)
    del body["conferenceCallInfo"]
    return body | {"groupName": item.name, "status": "INACTIVE"}


def _owner(owner: User) -> dict[str, str]:
    return {"email": owner.email, "firstName": owner.first_name, "lastName": owner.last_name}


def _run(session: Session) -> dict[str, Any]:
    return {
        "subject": session.event_title,
        "startTime": write_instant(session.started_at),
        "endTime": write_instant(session.ended_at or session.started_at),
        "meetingType": session.meeting_kind,
    }


def _minutes(session: Session) -> int:
    return int(((session.ended_at or session.started_at) - session.started_at).total_seconds()) // 60


def historical(core: Core, session: Session) -> dict[str, Any]:
    """A meeting that was held; length and attendance are text here (documented)."""
    owner = core.state.users[session.organizer_key]
    return {
        **_owner(owner),
        **_run(session),
        "accountKey": session.account_key,
        "organizerKey": owner.key,
        "locale": owner.locale,
        "meetingId": session.event_number,
        "sessionId": session.key,
        "duration": str(_minutes(session)),
        "numAttendees": str(len(core.state.presences_of(session.key))),
        "conferenceCallInfo": session.audio,
    }


def historical_of_group(core: Core, item: Group, session: Session) -> dict[str, Any]:
    body = historical(core, session)
    del body["conferenceCallInfo"], body["sessionId"]
    return body | {"groupName": item.name}


def history_of_group(core: Core, item: Group, session: Session) -> dict[str, Any]:
    """The deprecated list of a group's past meetings: the length is text, the attendance a number."""
    owner = core.state.users[session.organizer_key]
    return {
        **_owner(owner),
        **_run(session),
        "groupName": item.name,
        "meetingId": session.event_number,
        "meetingInstanceKey": int(session.key),
        "organizerKey": owner.key,
        "organizerkey": int(owner.key),
        "duration": str(_minutes(session)),
        "numAttendees": len(core.state.presences_of(session.key)),
        "conferenceCallInfo": session.audio,
    }


def history(core: Core, session: Session) -> dict[str, Any]:
    """The deprecated list of one's own past meetings, with its members that are always empty (documented)."""
    owner = core.state.users[session.organizer_key]
    number = int(session.event_number)
    return {
        **_owner(owner),
        **_run(session),
        "date": write_instant(session.started_at),
        "groupName": "",
        "passwordRequired": "",
        "status": "",
        "meetingId": number,
        "meetingKey": number,
        "uniqueMeetingId": number,
        "newMeetingId": _dashed(session.event_number),
        "meetingInstanceKey": int(session.key),
        "sessionId": int(session.key),
        "organizerKey": owner.key,
        "organizerkey": owner.key,
        "newOrganizerKey": owner.key,
        "duration": _minutes(session),
        "numAttendees": len(core.state.presences_of(session.key)),
        "conferenceCallInfo": session.audio,
    }


def _dashed(number: str) -> str:
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def attendee(core: Core, session: Session, presence: Presence, stay: Stay) -> dict[str, Any]:
    """
    One join of one person; who came twice has two rows.

    `email`, `firstName` and `lastName` are the organizer's (documented).
    """
    owner = core.state.users[session.organizer_key]
    left_at = stay.left_at or session.ended_at or stay.joined_at
    return {
        **_owner(owner),
        **_run(session),
        "attendeeName": full_name(presence),
        "attendeeEmail": presence.email,
        "joinTime": write_instant(stay.joined_at),
        "leaveTime": write_instant(left_at),
        "meetingId": int(session.event_number),
        "meetingInstanceKey": int(session.key),
        "organizerkey": int(owner.key),
        "numAttendees": len(core.state.presences_of(session.key)),
        "conferenceCallInfo": session.audio,
        "duration": int((left_at - stay.joined_at).total_seconds()) // 60,
    }


def attendee_of_meeting(core: Core, session: Session, presence: Presence, stay: Stay) -> dict[str, Any]:
    """`duration` is the meeting's here, `name` the attendee's (documented)."""
    more = {"groupName": "NA", "name": full_name(presence), "duration": _minutes(session)}
    return attendee(core, session, presence, stay) | more


def attendee_of_organizer(core: Core, session: Session, presence: Presence, stay: Stay) -> dict[str, Any]:
    """`duration` is the attendance, `name` the organizer's (documented)."""
    owner = core.state.users[session.organizer_key]
    more = {"groupName": group_of(core, owner).name, "name": owner.name, "newMeetingId": _dashed(session.event_number)}
    return attendee(core, session, presence, stay) | more


def attendee_of_group(core: Core, item: Group, session: Session, presence: Presence, stay: Stay) -> dict[str, Any]:
    more = {"groupName": item.name, "meetingId": session.event_number, "organizerKey": session.organizer_key}
    return attendee(core, session, presence, stay) | more
