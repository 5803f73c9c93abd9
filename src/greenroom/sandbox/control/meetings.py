"""Meetings, and who was there."""

from typing import Any, cast

from greenroom.sandbox import rooms
from greenroom.sandbox.control.body import Body, ControlError, only, read_at, read_instant, read_whole, user_of
from greenroom.sandbox.control.events import presence_told, read_stay, read_times, session_summary
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Meeting, MeetingKind, Presence
from greenroom.sandbox.meeting import responses, store
from greenroom.sandbox.times import write_instant_ms

MEMBERS = ("organizer_key", "organizer", "title", "kind", "starts_at", "duration_minutes", "audio")


def create_meeting(core: Core, body: Body) -> Body:
    only(body, *MEMBERS)
    kind = body.get("kind", "scheduled")
    if kind not in ("immediate", "scheduled", "recurring"):
        raise ControlError(400, "kind must be immediate, scheduled or recurring.")
    read_whole(body, "duration_minutes", 60)
    times = read_times(core, body)[0]
    meeting = store.schedule(
        core,
        user_of(core, body),
        subject=str(body.get("title", "A meeting")),
        kind=cast(MeetingKind, kind),
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        audio=str(body.get("audio", "VoIP")),
    )
    return {"key": meeting.key, "join_path": f"/join/{meeting.key}", "meeting": responses.detail(meeting)}


def _meeting(core: Core, key: str) -> Meeting:
    meeting = core.state.meetings.get(key)
    if meeting is None:
        raise ControlError(404, "There is no such meeting.")
    return meeting


def launch(core: Core, body: Body, key: str) -> Body:
    only(body, "at")
    meeting = _meeting(core, key)
    session = rooms.launch(core, meeting, organizer_key=meeting.organizer_key, at=read_at(body))
    return {"session_key": session.key, "started_at": write_instant_ms(session.started_at)}


def end(core: Core, body: Body, key: str) -> Body:
    only(body, "at")
    session = rooms.end(core, _meeting(core, key), at=read_at(body))
    return session_summary(core, session.key)


def move_person(core: Core, body: Body, key: str) -> Body:
    """Let somebody come in or go out, named by name, by address, or by both."""
    only(body, "name", "email", "action", "at", "device")
    meeting = _meeting(core, key)
    name, email, device = (str(body.get(member, "")) for member in ("name", "email", "device"))
    if not name and not email:
        raise ControlError(400, "A person needs a name or an email.")
    if body.get("action") == "join":
        presence = store.enter(core, meeting, name=name or email, email=email, at=read_at(body), device=device)
    elif body.get("action") == "leave":
        guest = store.find_guest(core, meeting, name=name, email=email)
        if guest is None:
            raise ControlError(404, "This person is not in the room.")
        presence = rooms.leave(core, meeting, guest.registrant_key, at=read_at(body), device=device or None)
    else:
        raise ControlError(400, "action must be join or leave.")
    return presence_told(core, presence.session_key, presence)


def write_attendance(core: Core, body: Body, key: str) -> Body:
    """Write a session that is over; each interval of a person is one join."""
    only(body, "started_at", "ended_at", "people")
    meeting = _meeting(core, key)
    started_at = read_instant(body.get("started_at"), "started_at")
    ended_at = read_instant(body.get("ended_at"), "ended_at")
    if ended_at < started_at:
        raise ControlError(400, "ended_at lies before started_at.")
    guests = [_guest(core, person, started_at, ended_at) for person in body.get("people", [])]
    session = rooms.launch(core, meeting, organizer_key=meeting.organizer_key, at=started_at)
    for guest in guests:
        guest.session_key = session.key
        core.state.put_presence(guest)
    rooms.end(core, meeting, at=ended_at)
    return session_summary(core, session.key)


def _guest(core: Core, person: Any, started_at: Any, ended_at: Any) -> Presence:
    if not isinstance(person, dict) or not (person.get("name") or person.get("email")):
        raise ControlError(400, "A person needs a name or an email.")
    only(person, "name", "email", "intervals")
    email = str(person.get("email", ""))
    first_name, _, last_name = str(person.get("name") or email).partition(" ")
    stays = [read_stay(pair, started_at, ended_at) for pair in person.get("intervals", [[None, None]])]
    return Presence("", core.state.new_key(), first_name, last_name, email, stays)
