"""What a GoTo product must be able to do for the hub. One module per product says how."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from greenroom.goto import GoTo
from greenroom.hub.events.registration_form import Answers, RegistrationForm


@dataclass(frozen=True, slots=True)
class EventData:
    """An event as GoTo lists it."""

    event_key: str
    organizer_key: str
    title: str
    times: tuple[tuple[datetime, datetime], ...]
    event_number: str = ""
    recurrence_key: str = ""
    description: str = ""
    time_zone: str = ""
    registration_url: str = ""
    join_url: str = ""
    needs_approval: bool = False
    # One sign-up covers all of `times`, or one of several events with the same recurrence key; see `Event.Dates`.
    dates: str = "one"
    # When it was last held, where the list of events tells: there is attendance to be read then.
    last_held_at: datetime | None = None
    # False where only a list of what was held names the event: `times` are then what took place, and whether GoTo
    # still has the event is not told.
    is_planned: bool = True


class RegistrantData(NamedTuple):
    """
    A registrant as GoTo lists it; the address is in lower case, the status in upper case.

    A tuple in the order of the mirror's columns: lists have tens of thousands of them, and each becomes a row.
    """

    registrant_key: str
    email: str
    first_name: str
    last_name: str
    status: str
    registered_at: datetime | None
    join_url: str


@dataclass(frozen=True, slots=True)
class RegistrantListing:
    """
    All registrants of an event: `digest` is of GoTo's bytes, `rows` decodes them only when asked.

    `asked_at` is when GoTo was asked; what is learned of single people after it is newer than the list.
    """

    digest: str
    rows: Callable[[], Iterable[RegistrantData]]
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """GoTo's answer to a sign-up. Parts that GoTo left out are empty."""

    registrant_key: str
    status: str
    join_url: str
    was_registered_before: bool


@dataclass(frozen=True, slots=True)
class SessionData:
    """A session that took place."""

    event_key: str
    session_key: str
    started_at: datetime
    ended_at: datetime
    poll_count: int | None = None


@dataclass(frozen=True, slots=True)
class AttendeeData:
    """One person's joins and leaves in one session; `registrant_key` is empty where GoTo tells none."""

    registrant_key: str
    email: str
    first_name: str
    last_name: str
    joined: tuple[tuple[datetime | None, datetime | None], ...]
    reported_seconds: int


@dataclass(frozen=True, slots=True)
class AttendanceListing:
    """All attendance of a session, and a digest of GoTo's bytes."""

    digest: str
    rows: Callable[[], Iterable[AttendeeData]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWish:
    """
    What an event shall be. To change one, what is None stays as it is.

    Title and description come together, and so do times and zone: GoTo takes one only with the other. `times` has one
    date; several mean what `Ability.PICK_A_DATE` or `Ability.ALL_DATES` says, and none that it has no fixed date. To
    change one of the dates that people pick from, `times` has all of them. The customer is who is helped, with
    `Ability.SUPPORT`.
    """

    title: str | None = None
    description: str | None = None
    times: tuple[tuple[datetime, datetime], ...] | None = None
    time_zone: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """
    An event that was made, with what GoTo tells only now.

    Attributes:
        event_key: GoTo's key; empty where it has one only after the start.
        join_url: everybody's way in, where nobody signs up; a secret.
        start_url: starts the event without a sign-in; a secret to be handed on and never kept.
    """

    event_key: str
    join_url: str = field(default="", repr=False)
    start_url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TeamMemberData:
    """Somebody who helps to hold an event; `role` is of `TeamMember.Role`."""

    role: str
    member_key: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class RecordingData:
    """A recording as GoTo lists it."""

    recording_key: str
    name: str
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """A question of a poll or a survey: (answer, how many chose it)."""

    question: str
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question somebody asked in the session, and what was answered."""

    question: str
    asked_by: str
    asked_at: datetime | None
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswersData:
    """What was asked and answered in a session; `digest` is of GoTo's bytes."""

    polls: tuple[Poll, ...]
    questions: tuple[Question, ...]
    surveys: tuple[Poll, ...]
    digest: str


class Ability(StrEnum):
    """What can be done with events of a product. Pages and acts ask for it, never for the product's name."""

    REGISTER = "register"  # people sign up; elsewhere everybody joins by the event's own link
    APPROVE_LATER = "approve_later"  # sign-ups may wait for the organizer
    CREATE = "create"
    DESCRIPTION = "description"  # GoTo keeps a text that says what it is about
    PICK_A_DATE = "pick_a_date"  # made with several dates, people pick one of them
    ALL_DATES = "all_dates"  # made with several dates, one sign-up is for all of them
    UPDATE = "update"
    CANCEL = "cancel"
    CANCELLATION_MAILS = "cancellation_mails"  # GoTo tells registrants of it, if asked to
    RESEND_CONFIRMATION = "resend_confirmation"
    CO_ORGANIZERS = "co_organizers"  # organizers of the same account
    GUEST_ORGANIZERS = "guest_organizers"  # co-organizers from outside the account
    PANELISTS = "panelists"
    RECORDINGS = "recordings"
    NO_DATE = "no_date"  # it may be made without a date, to be held whenever its organizer starts it
    OPEN_START = "open_start"  # the start link asks for no sign-in: whoever has it is the organizer
    ANSWERS = "answers"  # polls, questions and surveys
    SUPPORT = "support"  # a session begins when somebody asks for it, and has no plan


@dataclass(frozen=True, slots=True)
class Words:
    """What people call the product."""

    one: str
    many: str


class Product(Protocol):
    """One GoTo product. All keys are GoTo's; every method makes the calls its docstring names and no others."""

    code: str
    words: Words
    abilities: frozenset[Ability]
    # Whether GoTo says that an event is running right now. Where it does not, only the plan is known.
    tells_when_live: bool
    # Whether GoTo's webhooks tell of sign-ups and of changed events. Where they do not, only reading does.
    sends_webhooks: bool
    # The longest a date may last, as far as GoTo tells.
    longest_date: timedelta | None
    # How far GoTo's own list of registrants may lag behind a sign-up it has confirmed.
    registrant_lag: timedelta

    def for_one_run(self) -> "Product":
        """Return the product for one pass with one client: one answer of GoTo's may then serve several questions."""

    def list_events(self, goto: GoTo, organizer_key: str, since: datetime, until: datetime) -> Iterable[EventData]:
        """Yield an organizer's events in the window. One call per 200, or one."""

    def get_event(self, goto: GoTo, organizer_key: str, event_key: str) -> EventData | None:
        """Return one event, or None when GoTo does not know it (any more). One call."""

    def list_live_keys(self, goto: GoTo, organizer_key: str) -> Collection[str]:
        """Return the keys of the events running now; empty where the product cannot tell. One call, or none."""

    def get_registration_form(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrationForm:
        """Return what the organizer asks at sign-up. One call, or none."""

    def list_registrants(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrantListing:
        """Return all registrants. One call."""

    def get_registrant(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> RegistrantData:
        """Return one registrant. One call."""

    def register(self, goto: GoTo, organizer_key: str, event_key: str, answers: Answers) -> Registered:
        """Sign a person up; one who is signed up already is returned. One call, or two."""

    def cancel_registration(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> None:
        """Take a person off; nothing happens when they are not there. One call."""

    def list_sessions(
        self, goto: GoTo, organizer_key: str, event_keys: Collection[str], since: datetime, until: datetime
    ) -> Iterable[SessionData]:
        """Yield ended sessions of these events. One call per 200 for all of them, or one call per event."""

    def list_attendance(
        self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData
    ) -> AttendanceListing:
        """Return who was in a session. One call, or none where an earlier answer of the same run has told."""

    def cancel_event(self, goto: GoTo, organizer_key: str, event_key: str, *, tell_registrants: bool = False) -> None:
        """
        Cancel an event at GoTo. One call. `Ability.CANCEL`.

        Only with `Ability.CANCELLATION_MAILS` are registrants told, if that is wanted.
        """

    def get_start_url(self, goto: GoTo, organizer_key: str, event_key: str) -> str:
        """Return where the organizer starts the event; a secret where GoTo asks for no sign-in there. One call."""

    def create_event(self, goto: GoTo, organizer_key: str, wish: EventWish) -> Created:
        """Make an event. One call, which must not be repeated blindly. `Ability.CREATE`, or `Ability.SUPPORT`."""

    def update_event(self, goto: GoTo, organizer_key: str, event_key: str, wish: EventWish) -> None:
        """Change an event, telling nobody. One call, or two. `Ability.UPDATE`."""

    def resend_confirmation(self, goto: GoTo, organizer_key: str, event_key: str, registrant: RegistrantData) -> None:
        """Have GoTo mail a registrant the confirmation again. One call. `Ability.RESEND_CONFIRMATION`."""

    def list_team(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[TeamMemberData]:
        """Return co-organizers and panelists. One call each, none without the ability."""

    def add_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Add somebody, whom GoTo invites; one who is on the team already is not added again. One call, or two."""

    def remove_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Take somebody off; nothing happens when they are not there. One call, or two."""

    def list_recordings(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[RecordingData]:
        """Return the event's recordings. One call, none without the ability."""

    def get_recording_url(self, goto: GoTo, organizer_key: str, event_key: str, recording_key: str) -> str:
        """Return where a recording can be downloaded for a while; a secret. One call. `Ability.RECORDINGS`."""

    def list_answers(self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData) -> AnswersData:
        """
        Return polls, questions and surveys of a session.

        Two or three calls: none for polls when it had none. None at all without `Ability.ANSWERS`.
        """
