"""Webinars, trainings and meetings, with what belongs to them."""

from datetime import datetime
from html import unescape
from typing import Literal

from msgspec import Struct, field

Approval = Literal["AUTOMATIC", "MANUAL"]

ProductName = Literal["webinar", "training", "meeting"]

MeetingKind = Literal["immediate", "scheduled", "recurring"]


class TimeRange(Struct):
    starts_at: datetime
    ends_at: datetime


class CoOrganizer(Struct):
    member_key: str
    is_external: bool
    first_name: str
    last_name: str
    email: str
    join_number: int

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Panelist(Struct):
    key: str
    name: str
    email: str
    join_number: int


class FieldSetting(Struct):
    """One standard registration field the organizer switched on."""

    name: str
    is_required: bool = False


class Choice(Struct):
    key: int
    text: str


class Question(Struct):
    key: int
    text: str
    kind: Literal["shortAnswer", "multipleChoice"]
    is_required: bool = False
    max_size: int = 128
    choices: list[Choice] = field(default_factory=list)


class Audio(Struct):
    """How people hear a webinar."""

    kind: Literal["PSTN", "VOIP", "Hybrid", "Private"] = "Hybrid"
    toll_countries: list[str] = field(default_factory=lambda: ["US"])
    toll_free_countries: list[str] = field(default_factory=list)
    private: dict[str, str] = field(default_factory=dict)


class Webinar(Struct):
    key: str
    number: str
    account_key: str
    organizer_key: str
    subject: str
    description: str
    times: list[TimeRange]
    time_zone: str
    created_at: datetime
    locale: str = "en_US"
    recurrence: Literal["single_session", "series", "sequence"] = "single_session"
    recurrence_key: str | None = None
    experience: Literal["CLASSIC", "BROADCAST", "SIMULIVE"] = "CLASSIC"
    approval: Approval = "AUTOMATIC"
    registration_limit: int = 0
    is_password_protected: bool = False
    is_ondemand: bool = False
    is_breakout: bool = False
    is_impromptu: bool = False
    recording_asset_key: str | None = None
    fields: list[FieldSetting] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    generated: int = 0  # registrants that exist only when somebody looks; see `crowds`
    co_organizers: list[CoOrganizer] = field(default_factory=list)
    panelists: list[Panelist] = field(default_factory=list)
    audio: Audio = field(default_factory=Audio)
    live_session_key: str | None = None

    @property
    def title(self) -> str:
        return self.subject

    @property
    def presenters(self) -> list[CoOrganizer | Panelist]:
        """Who presents beside the organizer."""
        return [*self.co_organizers, *self.panelists]


class Training(Struct):
    key: str
    number: str
    account_key: str
    organizer_key: str
    name: str
    description: str
    times: list[TimeRange]
    time_zone: str
    created_at: datetime
    organizer_keys: list[str] = field(default_factory=list)
    approval: Approval = "AUTOMATIC"
    registration_limit: int = 0
    is_web_registration_disabled: bool = False
    is_confirmation_email_disabled: bool = False
    live_session_key: str | None = None

    @property
    def title(self) -> str:
        return self.name


class Meeting(Struct):
    """A meeting. Nobody registers; its key is the nine digits people type."""

    key: str
    account_key: str
    organizer_key: str
    subject: str
    kind: MeetingKind
    starts_at: datetime
    ends_at: datetime
    audio: str
    time_zone: str
    created_at: datetime
    is_password_required: bool = False
    live_session_key: str | None = None

    @property
    def number(self) -> str:
        return self.key

    @property
    def title(self) -> str:
        return unescape(self.subject)

    @property
    def description(self) -> str:
        return ""

    @property
    def times(self) -> list[TimeRange]:
        """One range; a recurring meeting has no dates to rely on (documented), this is the one it was made with."""
        return [TimeRange(self.starts_at, self.ends_at)]

    @property
    def registration_limit(self) -> int:
        return 0

    @property
    def approval(self) -> Approval:
        return "AUTOMATIC"


Event = Webinar | Training | Meeting
