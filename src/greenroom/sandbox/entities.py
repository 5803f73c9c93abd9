"""What the sandbox holds. Plain records; the rules live in the stores."""

from datetime import datetime, timedelta
from html import unescape
from typing import Literal

from msgspec import Struct, field

Approval = Literal["AUTOMATIC", "MANUAL"]
RegistrantStatus = Literal["APPROVED", "WAITING", "DENIED"]
ProductName = Literal["webinar", "training", "meeting"]
MeetingKind = Literal["immediate", "scheduled", "recurring"]
AssistStatus = Literal["notStarted", "connecting", "active", "complete", "abandoned"]


class TimeRange(Struct):
    starts_at: datetime
    ends_at: datetime


class Account(Struct):
    key: str
    name: str


class User(Struct):
    """A person with a login; as the owner of events, an organizer."""

    key: str
    account_key: str
    first_name: str
    last_name: str
    email: str
    password: str
    time_zone: str
    created_at: datetime
    is_admin: bool = False
    locale: str = "en_US"
    products: list[str] = field(default_factory=lambda: ["G2W", "G2T", "G2M"])
    group_key: str | None = None
    licence_keys: list[str] = field(default_factory=list)
    display_name: str | None = None
    is_in_organization: bool = True
    is_removed: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Group(Struct):
    """Organizers of an account under one name; `parent_key` is the group's own key at the top."""

    key: str
    account_key: str
    name: str
    parent_key: str


class Licence(Struct):
    """What a number of people of an account may use."""

    key: str
    account_key: str
    products: list[str]
    seats: int


class Member(Struct):
    kind: Literal["user", "group"]
    key: str


class OrganizationGroup(Struct):
    """A group of SCIM, of users and other groups; apart from the account's own groups."""

    key: str
    account_key: str
    name: str
    created_at: datetime
    members: list[Member] = field(default_factory=list)


class Client(Struct):
    """An OAuth client. Without a secret it is a public one and must use PKCE."""

    client_id: str
    secret: str | None
    name: str
    redirect_uris: list[str]
    scopes: list[str]


class AuthorizationCode(Struct):
    code: str
    client_id: str
    user_key: str
    scope: str
    grant_id: str
    redirect_uri: str | None
    code_challenge: str | None
    expires_at: datetime
    is_used: bool = False


class Token(Struct):
    """An access or refresh token; `grant_id` ties the ones that come from one consent."""

    token: str
    kind: Literal["access", "refresh"]
    client_id: str
    user_key: str
    scope: str
    grant_id: str
    issued_at: datetime
    expires_at: datetime
    is_revoked: bool = False


class SignIn(Struct):
    """A browser that signed in on the sandbox's own pages."""

    token: str
    user_key: str
    expires_at: datetime


class HostPass(Struct):
    """A one-time way into a host page, from the training start call."""

    token: str
    user_key: str
    event_key: str
    expires_at: datetime


class CoOrganizer(Struct):
    member_key: str
    is_external: bool
    first_name: str
    last_name: str
    email: str
    join_number: int


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


class QuestionAnswer(Struct):
    question_key: int
    text: str


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


class Registrant(Struct):
    """A person signed up for one webinar or training."""

    key: str
    event_key: str
    number: int
    first_name: str
    last_name: str
    email: str
    status: RegistrantStatus
    registered_at: datetime
    is_late: bool = False
    source: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    responses: list[QuestionAnswer] = field(default_factory=list)
    is_unsubscribed: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Session(Struct):
    """One run of an event, from launch to end."""

    key: str
    event_key: str
    product: ProductName
    account_key: str
    organizer_key: str
    starting_organizer_key: str
    event_title: str
    event_number: str
    time_zone: str
    experience: str
    started_at: datetime
    due_end_at: datetime
    ended_at: datetime | None = None
    registrant_count: int = 0
    meeting_kind: MeetingKind = "scheduled"
    audio: str = ""


class Stay(Struct):
    """One entry into a room and the leave that closed it."""

    joined_at: datetime
    left_at: datetime | None = None
    device: str = ""


class Presence(Struct):
    """One registrant's stays in one session; it outlives the registration."""

    session_key: str
    registrant_key: str
    first_name: str
    last_name: str
    email: str
    stays: list[Stay] = field(default_factory=list)

    @property
    def key(self) -> str:
        return presence_key(self.session_key, self.registrant_key)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_in_room(self) -> bool:
        return any(stay.left_at is None for stay in self.stays)


def presence_key(session_key: str, registrant_key: str) -> str:
    return f"{session_key}/{registrant_key}"


class Recording(Struct):
    """A recording of a training or a webinar."""

    key: str
    event_key: str
    name: str
    started_at: datetime
    ended_at: datetime
    description: str = ""


class Poll(Struct):
    """One question put to everybody in a session: a poll during it, or a line of the survey after it."""

    key: str
    session_key: str
    kind: Literal["poll", "survey"]
    question: str
    choices: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)  # registrant key -> what they answered


class AskedQuestion(Struct):
    """A question an attendee typed, and what a presenter answered."""

    key: str
    session_key: str
    registrant_key: str
    text: str
    asked_at: datetime
    answer: str | None = None
    answered_by_key: str | None = None
    answered_at: datetime | None = None


class WebhookSecret(Struct):
    key: str
    client_id: str
    value: str
    valid_from: datetime


class Webhook(Struct):
    key: str
    client_id: str
    user_key: str
    callback_url: str
    event_name: str
    event_version: str
    created_at: datetime
    is_active: bool = False


class Subscription(Struct):
    key: str
    webhook_key: str
    client_id: str
    user_key: str
    callback_url: str | None
    created_at: datetime
    is_active: bool = True


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


class Act(Struct):
    """One thing a scenario does at one time."""

    at: datetime
    does: str
    who: str = ""
    device: str = ""
    state: Literal["planned", "done", "failed"] = "planned"
    why: str | None = None


class Scenario(Struct):
    """People around one event, and what they do when."""

    key: str
    name: str
    event_key: str
    seed: int
    created_at: datetime
    acts: list[Act]
    people: dict[str, list[str]] = field(default_factory=dict)  # address -> first and last name


class Delivery(Struct):
    """One webhook message on its way to one callback URL."""

    key: str
    client_id: str
    callback_url: str
    event_name: str
    body: str
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: int = 0
    state: Literal["queued", "delivered", "failed"] = "queued"
    last_result: str | None = None
    is_signed: bool = True
    copies: int | None = None


def spent_seconds(stays: list[Stay], *, until: datetime, overlap: str) -> int:
    """
    Add up time in a room, in whole seconds.

    Args:
        stays: in any order; an open one ends at `until`, a closed one is capped there.
        overlap: `union` counts two devices at once as one, `sum` counts both.
    """
    spans = sorted((stay.joined_at, min(stay.left_at or until, until)) for stay in stays)
    total, reached = timedelta(), None
    for joined_at, left_at in spans:
        start = joined_at if overlap == "sum" or reached is None else max(joined_at, reached)
        total += max(left_at - start, timedelta())
        reached = left_at if reached is None else max(reached, left_at)
    return int(total.total_seconds())
