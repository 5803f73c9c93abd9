"""Sessions, and who was there."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.courses.completion_rule import percent_attended
from greenroom.hub.events.models import Attendee, EventSession

SessionKey = Annotated[str, told("Session key", "What GoTo calls the session.", min_length=1, max_length=64)]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One run of an event that took place."""

    id: Id
    label: Annotated[str, told("Label", "When it began, as people read it.")]
    session_key: Annotated[str, told("Session key", "What GoTo calls the session.")]
    started_at: Annotated[datetime, told("Started at", "When it began, in UTC.")]
    ended_at: Annotated[datetime, told("Ended at", "When it ended, in UTC.")]
    minutes: Annotated[int, told("Minutes", "How long it ran, in whole minutes.")]
    is_final: Annotated[bool, told("Final", "Whether its attendance no longer changes.")]


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was in a session."""

    id: Id
    session_key: Annotated[str, told("Session key", "What GoTo calls the session.")]
    registrant_key: Annotated[str, told("Registrant key", "What GoTo calls the registrant; empty without a sign-up.")]
    email: Annotated[str, told("Email", "Their address; empty when GoTo does not know it.")]
    first_name: Annotated[str, told("First name", "Their first name.")]
    last_name: Annotated[str, told("Last name", "Their last name.")]
    joined_at: Annotated[datetime | None, told("Joined at", "When they first came, in UTC.")]
    left_at: Annotated[datetime | None, told("Left at", "When they last left, in UTC.")]
    attended_minutes: Annotated[int, told("Minutes attended", "How long they were there, in whole minutes.")]
    attended_percent: Annotated[float, told("Percent attended", "The share of the session they were there, 0 to 100.")]


def to_session(session: EventSession) -> Session:
    """Tell of a session. No query."""
    return Session(
        id=session.session_key,
        label=f"{session.started_at:%Y-%m-%d %H:%M} UTC",
        session_key=session.session_key,
        started_at=session.started_at,
        ended_at=session.ended_at,
        minutes=session.duration_seconds // 60,
        is_final=session.is_final,
    )


def to_presence(attendee: Attendee) -> Presence:
    """Tell of somebody who was there. No query when session and registrant are there."""
    joined_at, left_at = span_of(attendee)
    share = percent_attended(
        attended_seconds=attendee.attended_seconds, total_seconds=attendee.session.duration_seconds
    )
    return Presence(
        id=f"{attendee.session.session_key}:{attendee.attendee_key}",
        session_key=attendee.session.session_key,
        registrant_key=attendee.registrant.registrant_key if attendee.registrant else "",
        email=attendee.email,
        first_name=attendee.first_name,
        last_name=attendee.last_name,
        joined_at=joined_at,
        left_at=left_at,
        attended_minutes=attendee.attended_seconds // 60,
        attended_percent=float(share),
    )


def span_of(attendee: Attendee) -> tuple[datetime | None, datetime | None]:
    """Return when somebody first came and last left; nothing when GoTo told only how long they stayed."""
    if not attendee.intervals:
        return None, None
    start = attendee.session.started_at
    return start + timedelta(seconds=attendee.intervals[0][0]), start + timedelta(seconds=attendee.intervals[-1][1])
