"""Support sessions: made by a partner's system, launched by a technician, joined by a customer, ended."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import uuid4

import msgspec

from greenroom.sandbox.assist import responses
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    AssistRecording,
    AssistSession,
    AssistStatus,
    Company,
    Delivery,
    Machine,
    User,
)
from greenroom.sandbox.times import whole_seconds

FINAL = ("complete", "abandoned")
# Kept at least this long (documented); the sandbox forgets a session then.
KEPT = timedelta(days=30)


class AssistError(Exception):
    """Something a session cannot do now; the message is for people."""


def open_session(core: Core, session: AssistSession) -> AssistSession:
    core.state.assist_sessions.put(session.key, session)
    return session


def new_session(core: Core, user: User, client_id: str, *, is_chat: bool = False) -> AssistSession:
    """A session nobody has launched yet."""
    return AssistSession(
        key=core.state.new_key(),
        token=token_urlsafe(24),
        support_key=str(core.state.new_number()),
        account_key=user.account_key,
        user_key=user.key,
        client_id=client_id,
        kind="web_chat" if is_chat else "screen_sharing",
        created_at=whole_seconds(core.clock.now()),
    )


def by_token(core: Core, token: str) -> AssistSession | None:
    return next((session for session in core.state.assist_sessions if session.token == token), None)


def by_support_key(core: Core, support_key: str) -> AssistSession | None:
    """The latest session with a support key: keys are used again."""
    found = [session for session in core.state.assist_sessions if session.support_key == support_key]
    return found[-1] if found else None


def launch(core: Core, session: AssistSession, *, at: datetime | None = None) -> None:
    """
    Let the technician in; with a machine at the other end the session is active at once.

    Raises:
        AssistError: the session is over.
    """
    _check_open(session)
    if session.status == "notStarted":
        session.started_at = whole_seconds(at or core.clock.now())
        _turn(core, session, "active" if session.machine_uuid else "waiting")


def join(core: Core, session: AssistSession) -> None:
    """
    Let the customer in.

    Raises:
        AssistError: the technician is not there, or the session is over.
    """
    _check_open(session)
    if session.status == "notStarted":
        raise AssistError("The technician has not started yet.")
    if session.status == "waiting":
        session.joined_at = whole_seconds(core.clock.now())
        _turn(core, session, "active")


def end(core: Core, session: AssistSession, *, at: datetime | None = None) -> None:
    """
    End a session; one nobody was helped in was abandoned.

    Raises:
        AssistError: it is over already.
    """
    _check_open(session)
    session.ended_at = whole_seconds(at or core.clock.now())
    was_active = session.status == "active"
    _turn(core, session, "complete" if was_active else "abandoned")
    if was_active and session.kind == "screen_sharing":
        _record(core, session)


def _check_open(session: AssistSession) -> None:
    if session.status in FINAL:
        raise AssistError("This session is over.")


def _record(core: Core, session: AssistSession) -> None:
    machine = core.state.machines.get(session.machine_uuid)
    recording = AssistRecording(
        key=core.state.new_key(),
        session_key=session.key,
        account_key=session.account_key,
        user_key=session.user_key,
        company_key=machine.company_key if machine is not None else None,
        started_at=session.started_at or session.created_at,
    )
    core.state.assist_recordings.put(recording.key, recording)


def _turn(core: Core, session: AssistSession, status: AssistStatus) -> None:
    """Change the status, and tell the partner's system."""
    session.status = status
    core.state.assist_sessions.put(session.key, session)
    if session.callback_url is not None:
        now = core.clock.now()
        delivery = Delivery(
            key=uuid4().hex,
            client_id=session.client_id,
            callback_url=session.callback_url,
            event_name="session.status",
            body=msgspec.json.encode(responses.session(core, session)).decode(),
            created_at=now,
            next_attempt_at=now,
            is_signed=False,  # no signature is known
        )
        core.state.deliveries.put(delivery.key, delivery)


def abandon_old(core: Core) -> int:
    """Abandon sessions nobody launched in time; the switch tells when that is."""
    limit = timedelta(seconds=core.switches.number("assist_abandoned_after_seconds"))
    due = [
        s for s in core.state.assist_sessions if s.status == "notStarted" and s.created_at + limit <= core.clock.now()
    ]
    for session in due:
        end(core, session, at=session.created_at + limit)
    return len(due)


def is_kept(core: Core, session: AssistSession) -> bool:
    return session.ended_at is None or session.ended_at + KEPT > core.clock.now()


# Companies and their machines


def add_company(core: Core, account_key: str, name: str, machines: list[str]) -> tuple[Company, list[Machine]]:
    company = Company(core.state.new_key(), account_key, name)
    core.state.companies.put(company.key, company)
    made = [Machine(_machine_uuid(core), company.key, machine) for machine in machines]
    for machine in made:
        core.state.machines.put(machine.uuid, machine)
    return company, made


def _machine_uuid(core: Core) -> str:
    digits = f"{int(core.state.new_key()):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
