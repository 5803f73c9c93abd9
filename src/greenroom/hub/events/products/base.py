"""What a GoTo product must be able to do for the hub. One module per product says how."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    needs_approval: bool = False


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
    """All registrants of an event: `digest` is of GoTo's bytes, `rows` decodes them only when asked."""

    digest: str
    rows: Callable[[], Iterable[RegistrantData]]


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


@dataclass(frozen=True, slots=True)
class Words:
    """What people call the product."""

    one: str
    many: str


class Product(Protocol):
    """One GoTo product. All keys are GoTo's; every method makes the calls its docstring names and no others."""

    code: str
    words: Words
    # Whether GoTo says that an event is running right now. Where it does not, only the plan is known.
    tells_when_live: bool
    # How far GoTo's own list of registrants may lag behind a sign-up it has confirmed.
    registrant_lag: timedelta

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

    def list_attendance(self, goto: GoTo, organizer_key: str, event_key: str, session_key: str) -> AttendanceListing:
        """Return who was in a session. One call."""

    def cancel_event(self, goto: GoTo, organizer_key: str, event_key: str) -> None:
        """Cancel an event at GoTo, telling nobody. One call."""

    def get_start_url(self, goto: GoTo, organizer_key: str, event_key: str) -> str:
        """Return where the organizer starts the event; GoTo asks them to sign in there. One call."""
