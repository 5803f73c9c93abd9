"""Who registered, who was there, and what they answered and asked."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct, field

from greenroom.sandbox.entities.events import MeetingKind, ProductName

RegistrantStatus = Literal["APPROVED", "WAITING", "DENIED"]


class QuestionAnswer(Struct):
    question_key: int
    text: str


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
