"""Support sessions of both GoToAssist products, and the customers."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

AssistStatus = Literal["notStarted", "waiting", "active", "complete", "abandoned"]


class Company(Struct):
    """A customer of an account that its technicians help."""

    key: str
    account_key: str
    name: str


class Machine(Struct):
    """A computer of a company that can be helped while nobody sits there."""

    uuid: str
    company_key: str
    name: str


class AssistSession(Struct):
    """A support session of GoToAssist: a technician helps a customer, or looks after a machine."""

    key: str
    token: str
    support_key: str
    account_key: str
    user_key: str
    client_id: str
    kind: Literal["screen_sharing", "web_chat"]
    created_at: datetime
    status: AssistStatus = "notStarted"
    callback_url: str | None = None
    partner_object: str = ""
    partner_object_url: str = ""
    customer_name: str = ""
    customer_email: str = ""
    portal_name: str = ""
    machine_uuid: str = ""
    started_at: datetime | None = None
    joined_at: datetime | None = None
    ended_at: datetime | None = None


class AssistRecording(Struct):
    """The recording of a support session. `is_transcoded` makes it ready for download."""

    key: str
    session_key: str
    account_key: str
    user_key: str
    company_key: str | None
    started_at: datetime
    is_transcoded: bool = False
    is_archived: bool = False


class SystemLink(Struct):
    """How a partner's system is reached to make tickets."""

    key: str
    account_key: str
    name: str
    domain: str
    user_email: str
    user_token: str
    callback_url: str
    callbacks: list[str]


class Ticket(Struct):
    key: str
    account_key: str
    user_token: str
    title: str
    body: str
    session_key: str
    created_at: datetime


class SeeitSession(Struct):
    """A session of GoToAssist Seeit: a customer shows a technician something through a phone's camera."""

    uuid: str
    support_key: str
    account_key: str
    user_key: str
    created_at: datetime
    started_at: datetime | None = None
    joined_at: datetime | None = None
    ended_at: datetime | None = None
    photo_count: int = 0
    notes: str = ""
