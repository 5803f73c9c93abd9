"""
What GoToAssist Remote Support answers. Times are UTC.

No answer is specified. Source: the whole texts of GoTo's 2019 collection, of which the published file keeps only the
beginnings (documented there, never as a schema); two marketing plugins (observed). Members marked assumed are
guesses. What is not read here is in the answer's bytes.
"""

from __future__ import annotations

from greenroom.goto._types import Key, Model, UtcTime


class Session(Model, frozen=True, kw_only=True):
    """
    A support session, kept by GoTo for at least 30 days.

    Attributes:
        session_id: GoTo's key.
        status: notStarted, waiting (for the customer), active, complete, or abandoned: over without a customer.
        session_type: screen_sharing; the word of web chats is unconfirmed.
        started_at, customer_joined_at, ended_at: moments (UTC), None for what has not happened.
        customer_name, customer_email: who is helped.
        customer_join_url: lets the customer in; a secret.
        expert_name, expert_email: the first technician.
        unattended_machine_uuid: of a session with a machine at which nobody sits.
        machine_uuid: the same, under the name of the request (assumed).
        partner_object: the ticket it belongs to.
    """

    session_id: Key
    status: str | None = None
    session_type: str | None = None
    started_at: UtcTime | None = None
    customer_joined_at: UtcTime | None = None
    ended_at: UtcTime | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    customer_join_url: str | None = None
    expert_name: str | None = None
    expert_email: str | None = None
    unattended_machine_uuid: str | None = None
    machine_uuid: str | None = None
    partner_object: str | None = None


class Sessions(Model, frozen=True, kw_only=True):
    """
    The sessions of a range.

    Attributes:
        sessions: in GoTo's order.
    """

    sessions: tuple[Session, ...]


class Launch(Model, frozen=True, kw_only=True):
    """
    How a technician gets into a session.

    Attributes:
        launch_url: starts it; a secret.
        session_token: stands for the session's id; a secret.
    """

    launch_url: str | None = None
    session_token: str | None = None


class SessionStarted(Model, frozen=True, kw_only=True):
    """
    A session that was made.

    Attributes:
        start_screen_sharing: the way in; None for a web chat, whose answer is unconfirmed.
        session_id: GoTo's key, where it is told; GoTo says that there is none before the session starts.
        session_token: stands for the session's id, where it is told here; a secret.
    """

    start_screen_sharing: Launch | None = None
    session_id: Key | None = None
    session_token: str | None = None


class WebChatTranscript(Model, frozen=True, kw_only=True):
    """
    A web chat. Its further members, the words said among them, are unconfirmed.

    Attributes:
        session_id: GoTo's key.
        start_time, end_time: moments (UTC).
    """

    session_id: Key
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None


class Company(Model, frozen=True, kw_only=True):
    """
    A company whose machines one may support.

    Attributes:
        company_id: GoTo's key.
        company_name: its name.
    """

    company_id: Key
    company_name: str = ""


class Machine(Model, frozen=True, kw_only=True):
    """
    A machine that can be helped while nobody sits at it.

    Attributes:
        machine_uuid: its key; starts an unattended session.
        machine_name: its name.
    """

    machine_uuid: str | None = None
    machine_name: str = ""


class Machines(Model, frozen=True, kw_only=True):
    """
    The machines of a company.

    Attributes:
        total_num_machines: how many there are.
        machines: a map, whose keys GoTo does not explain; a list is read, too (assumed).
    """

    total_num_machines: int | None = None
    machines: dict[str, Machine] | tuple[Machine, ...]
