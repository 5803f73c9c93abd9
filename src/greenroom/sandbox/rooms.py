"""Live sessions: launching, ending, entering and leaving. The same for webinars, trainings and meetings."""

from datetime import datetime, timedelta

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    Event,
    Meeting,
    Presence,
    ProductName,
    Registrant,
    Session,
    Stay,
    Training,
    Webinar,
    spent_seconds,
)
from greenroom.sandbox.times import whole_seconds
from greenroom.sandbox.webhook_events import announce_joined

# An organizer may run over; a session nobody ends is ended for them this long after its planned end. Assumed.
END_GUARD = timedelta(hours=4)


class RoomError(Exception):
    """Something that cannot be done to a room now; the message is for people."""


def product_of(event: Event) -> ProductName:
    if isinstance(event, Webinar):
        return "webinar"
    return "training" if isinstance(event, Training) else "meeting"


def live_session(core: Core, event: Event) -> Session | None:
    return core.state.sessions.get(event.live_session_key) if event.live_session_key else None


def people_inside(core: Core, event: Event) -> list[Presence]:
    """Who is in the room now; nobody while nothing runs."""
    session = live_session(core, event)
    present = core.state.presences_of(session.key) if session is not None else []
    return [presence for presence in present if presence.is_in_room]


def last_end(event: Event) -> datetime:
    return max(times.ends_at for times in event.times)


def is_over(core: Core, event: Event, *, at: datetime | None = None) -> bool:
    """Tell whether the last planned date has passed and nobody is on stage. A recurring meeting is never over."""
    if event.live_session_key is not None or (isinstance(event, Meeting) and event.kind == "recurring"):
        return False
    return last_end(event) <= (at or core.clock.now())


def launch(core: Core, event: Event, *, organizer_key: str, at: datetime | None = None) -> Session:
    """
    Start a session.

    Raises:
        RoomError: one is running already.
    """
    if event.live_session_key is not None:
        raise RoomError("This event is running already.")
    started_at = whole_seconds(at or core.clock.now())
    session = Session(
        key=core.state.new_session_key(),
        event_key=event.key,
        product=product_of(event),
        account_key=event.account_key,
        organizer_key=event.organizer_key,
        starting_organizer_key=organizer_key,
        event_title=event.title,
        event_number=event.number,
        time_zone=event.time_zone,
        experience=event.experience if isinstance(event, Webinar) else "",
        started_at=started_at,
        due_end_at=_planned_end(event, started_at) + END_GUARD,
        registrant_count=core.state.count_registrants(event.key),
    )
    if isinstance(event, Meeting):
        session.meeting_kind, session.audio = event.kind, event.audio
    core.state.sessions.put(session.key, session)
    event.live_session_key = session.key
    core.state.touch_event(event)
    return session


def _planned_end(event: Event, started_at: datetime) -> datetime:
    if isinstance(event, Meeting) and event.kind == "recurring":
        return started_at + (event.ends_at - event.starts_at)
    ends = [times.ends_at for times in event.times if times.ends_at > started_at]
    return min(ends) if ends else started_at


def end(core: Core, event: Event, *, at: datetime | None = None) -> Session:
    """
    End the running session; everyone leaves.

    Raises:
        RoomError: nothing is running, or the end would lie before the start.
    """
    session = live_session(core, event)
    if session is None:
        raise RoomError("This event is not running.")
    ended_at = whole_seconds(at or core.clock.now())
    if ended_at < session.started_at:
        raise RoomError("A session cannot end before it starts.")
    session.ended_at = ended_at
    session.registrant_count = core.state.count_registrants(event.key)
    core.state.sessions.put(session.key, session)
    for presence in core.state.presences_of(session.key):
        _cap(core, presence, ended_at)
    event.live_session_key = None
    core.state.touch_event(event)
    return session


def _cap(core: Core, presence: Presence, ended_at: datetime) -> None:
    for stay in presence.stays:
        stay.left_at = min(stay.left_at or ended_at, ended_at)
    presence.stays = [stay for stay in presence.stays if stay.left_at is not None and stay.joined_at <= stay.left_at]
    core.state.put_presence(presence)


def enter(
    core: Core, event: Event, registrant: Registrant, *, at: datetime | None = None, device: str = ""
) -> Presence:
    """
    Let a registrant in; entering while inside is a second device.

    Raises:
        RoomError: nothing is running, or the registrant is not approved.
    """
    if live_session(core, event) is not None and registrant.status != "APPROVED":
        raise RoomError("The organizer has not approved this registration.")
    presence = Presence("", registrant.key, registrant.first_name, registrant.last_name, registrant.email)
    presence = enter_as(core, event, presence, at=at, device=device)
    if isinstance(event, Webinar):
        announce_joined(core, event, registrant, presence.session_key, presence.stays[-1].joined_at)
    return presence


def enter_as(core: Core, event: Event, who: Presence, *, at: datetime | None = None, device: str = "") -> Presence:
    """
    Let a person in whose name and key `who` has.

    Raises:
        RoomError: nothing is running.
    """
    session = live_session(core, event)
    if session is None:
        raise RoomError("The organizer has not started yet.")
    joined_at = whole_seconds(at or core.clock.now())
    if joined_at < session.started_at:
        raise RoomError("Nobody can join before the session starts.")
    presence = core.state.presence_of(session.key, who.registrant_key) or who
    presence.session_key = session.key
    presence.stays.append(Stay(joined_at, device=device))
    core.state.put_presence(presence)
    return presence


def leave(
    core: Core, event: Event, registrant_key: str, *, at: datetime | None = None, device: str | None = None
) -> Presence:
    """
    Close a person's oldest open stay, or the one on `device`.

    Raises:
        RoomError: the person is not inside, or the leave would lie before the join.
    """
    session = live_session(core, event)
    presence = core.state.presence_of(session.key, registrant_key) if session is not None else None
    stays = presence.stays if presence is not None else []
    stay = next((stay for stay in stays if stay.left_at is None and device in (None, stay.device)), None)
    if presence is None or stay is None:
        raise RoomError("This person is not in the room.")
    left_at = whole_seconds(at or core.clock.now())
    if left_at < stay.joined_at:
        raise RoomError("Nobody can leave before they join.")
    stay.left_at = left_at
    core.state.put_presence(presence)
    return presence


def end_due_sessions(core: Core, *, until: datetime | None = None) -> int:
    """End every session whose time ran out; it ends at that time, not when somebody looks."""
    until = until or core.clock.now()
    due = [session for session in core.state.sessions if session.ended_at is None and session.due_end_at <= until]
    for session in due:
        event = core.state.event(session.event_key)
        if event is not None:
            end(core, event, at=session.due_end_at)
    return len(due)


def record_session(
    core: Core, event: Event, *, started_at: datetime, ended_at: datetime, stays: dict[str, list[Stay]]
) -> Session:
    """
    Write a session that is over.

    Args:
        stays: per registrant key; each stay is closed and inside the session.
    """
    if event.live_session_key is not None:
        raise RoomError("This event is running; end it first.")
    session = launch(core, event, organizer_key=event.organizer_key, at=started_at)
    for registrant_key, their_stays in stays.items():
        registrant = core.state.registrant_of(event.key, registrant_key)
        if registrant is None:
            raise RoomError("This person is not registered.")
        core.state.put_presence(
            Presence(
                session_key=session.key,
                registrant_key=registrant.key,
                first_name=registrant.first_name,
                last_name=registrant.last_name,
                email=registrant.email,
                stays=sorted(their_stays, key=lambda stay: stay.joined_at),
            )
        )
    return end(core, event, at=ended_at)


def published_sessions(core: Core, event_key: str) -> list[Session]:
    """Sessions of an event whose attendance can be read, oldest first."""
    return [session for session in core.state.sessions_of(event_key) if is_published(core, session)]


def is_published(core: Core, session: Session) -> bool:
    """Sessions appear after they end, and after the delay of the switch `attendance_delay_seconds`."""
    delay = timedelta(seconds=core.switches.number("attendance_delay_seconds"))
    return session.ended_at is not None and session.ended_at + delay <= core.clock.now()


def attended_seconds(core: Core, session: Session, presence: Presence) -> int:
    until = session.ended_at or core.clock.now()
    return spent_seconds(presence.stays, until=until, overlap=core.switches.text("overlapping_attendance"))
