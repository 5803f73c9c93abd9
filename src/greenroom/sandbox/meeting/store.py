"""What can be done with meetings."""

from datetime import datetime

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Meeting, MeetingKind, Presence, Session, User
from greenroom.sandbox.times import whole_seconds


def schedule(
    core: Core,
    organizer: User,
    *,
    subject: str,
    kind: MeetingKind,
    starts_at: datetime,
    ends_at: datetime,
    audio: str = "VoIP",
    is_password_required: bool = False,
) -> Meeting:
    """Create a meeting; its key is a nine-digit number no other meeting has."""
    number = core.state.new_number()
    while str(number) in core.state.meetings:
        number = core.state.new_number()
    meeting = Meeting(
        key=str(number),
        account_key=organizer.account_key,
        organizer_key=organizer.key,
        subject=subject,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        audio=audio,
        time_zone=organizer.time_zone,
        created_at=whole_seconds(core.clock.now()),
        is_password_required=is_password_required,
    )
    core.state.meetings.put(meeting.key, meeting)
    return meeting


def cancel(core: Core, meeting: Meeting) -> None:
    """Delete a meeting; its sessions stay."""
    core.state.meetings.remove(meeting.key)


def upcoming(core: Core, organizer_keys: set[str]) -> list[Meeting]:
    """Meetings to come and running ones, by start; recurring ones are always among them."""
    found = [m for m in core.state.meetings if m.organizer_key in organizer_keys and not rooms.is_over(core, m)]
    return sorted(found, key=lambda m: (m.starts_at, m.key))


def held(core: Core, organizer_keys: set[str], start: datetime, end: datetime) -> list[Session]:
    """Sessions that began in a range and are over; one that runs is left out (documented)."""
    found = [
        session
        for session in core.state.sessions
        if session.product == "meeting"
        and session.organizer_key in organizer_keys
        and rooms.is_published(core, session)
        and start <= session.started_at <= end
    ]
    return sorted(found, key=lambda session: (session.started_at, session.key))


def enter(
    core: Core, meeting: Meeting, *, name: str, email: str = "", at: datetime | None = None, device: str = ""
) -> Presence:
    """
    Let a person in by name; the same name and address come in as the same person.

    Raises:
        RoomError: the meeting is not running.
    """
    known = find_guest(core, meeting, name=name, email=email)
    first_name, _, last_name = name.partition(" ")
    who = known or Presence("", core.state.new_key(), first_name, last_name, email)
    return rooms.enter_as(core, meeting, who, at=at, device=device)


def find_guest(core: Core, meeting: Meeting, *, name: str = "", email: str = "") -> Presence | None:
    """Find a person of the running session by address, or by name for those without one."""
    session = rooms.live_session(core, meeting)
    for presence in core.state.presences_of(session.key) if session is not None else []:
        if email and presence.email.lower() == email.lower():
            return presence
        if not email and not presence.email and full_name(presence) == name:
            return presence
    return None


def full_name(presence: Presence) -> str:
    """The one name a meeting knows a person by."""
    return presence.name.strip()
