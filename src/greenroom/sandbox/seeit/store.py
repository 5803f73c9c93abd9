"""Seeit sessions: a technician opens the start link, a customer joins with the support key, either ends it."""

from datetime import datetime, timedelta
from uuid import uuid4

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import SeeitSession, User

KEPT = timedelta(days=90)
MEDIA_KEPT = timedelta(hours=72)


class SeeitError(Exception):
    """Something a session cannot do now; the message is for people."""


def create(core: Core, user: User) -> SeeitSession:
    number = str(core.state.new_number())
    session = SeeitSession(
        uuid=str(uuid4()),
        support_key=f"{number[:3]}-{number[3:6]}-{number[6:]}",
        account_key=user.account_key,
        user_key=user.key,
        created_at=core.clock.now(),
    )
    core.state.seeit_sessions.put(session.uuid, session)
    return session


def status(session: SeeitSession) -> str:
    if session.ended_at is not None:
        return "FINISHED"
    if session.joined_at is not None:
        return "JOINED"
    return "STARTED" if session.started_at is not None else "CREATED"


def start(core: Core, session: SeeitSession) -> None:
    """Note that the start link was opened; opening it again changes nothing."""
    if session.started_at is None and session.ended_at is None:
        session.started_at = core.clock.now()
        core.state.seeit_sessions.put(session.uuid, session)


def join(core: Core, session: SeeitSession) -> None:
    """
    Let the customer's phone in.

    Raises:
        SeeitError: the session has not started, or is over.
    """
    if session.started_at is None or session.ended_at is not None:
        raise SeeitError("This session has not started or is over.")
    session.joined_at = session.joined_at or core.clock.now()
    core.state.seeit_sessions.put(session.uuid, session)


def finish(core: Core, session: SeeitSession, *, photos: int = 0, notes: str = "") -> None:
    """
    End a session.

    Raises:
        SeeitError: it is over already.
    """
    if session.ended_at is not None:
        raise SeeitError("This session is over.")
    session.ended_at = core.clock.now()
    session.photo_count, session.notes = photos, notes[:1000]
    core.state.seeit_sessions.put(session.uuid, session)


def is_kept(core: Core, session: SeeitSession) -> bool:
    return session.created_at + KEPT > core.clock.now()


def is_settled(core: Core, session: SeeitSession) -> bool:
    """A session can be read some time after it was made; the switch tells when."""
    delay = timedelta(seconds=core.switches.number("seeit_settles_after_seconds"))
    return session.created_at + delay <= core.clock.now()


def media_until(session: SeeitSession) -> datetime | None:
    """When photos and recording go; None while there are none."""
    if session.ended_at is None or session.joined_at is None:
        return None
    return session.ended_at + MEDIA_KEPT
