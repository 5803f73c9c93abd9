"""GoToAssist Remote Support. Each session is an event of its own, with one customer and no plan."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from greenroom.goto import GoTo, ResourceNotFoundError, assist
from greenroom.hub.core import clock
from greenroom.hub.core.texts import storable
from greenroom.hub.events.products.base import (
    Ability,
    AttendanceListing,
    AttendeeData,
    Created,
    EventData,
    EventWish,
    SessionData,
    Words,
)
from greenroom.hub.events.products.window import Window
from greenroom.hub.events.products.without_sign_up import WithoutSignUp

# The words of GoTo's 2019 collection (documented there); any other is kept, and says nothing about what runs.
_RUNNING = frozenset({"waiting", "active"})
_WITH_CUSTOMER = frozenset({"active", "complete"})
# GoTo keeps a session for at least so long. All that it keeps are read together, so that none that waits or runs is
# missed, whenever it was made.
_KEPT = timedelta(days=31)


class AssistProduct(WithoutSignUp):
    """GoToAssist Remote Support, API version 1. What one technician sees; GoTo keeps it for 30 days or more."""

    code = "assist"
    words = Words("Support session", "Support sessions")
    abilities = frozenset({Ability.SUPPORT})
    tells_when_live = True

    def __init__(self, run: Window[assist.Session] | None = None) -> None:
        """Remember the sessions that one run reads, or nothing without one."""
        self._run = run

    def for_one_run(self) -> "AssistProduct":
        """Return the product with a memory: a whole pass is then one call."""
        return AssistProduct(Window())

    def _read(self, goto: GoTo, since: datetime, until: datetime) -> list[assist.Session]:
        window = self._run or Window()
        return window.read(since, until, lambda start, end: goto.send(assist.get_sessions(start, end)))

    def list_events(self, goto: GoTo, organizer_key: str, since: datetime, until: datetime) -> Iterable[EventData]:
        """Yield the sessions of the window and all that GoTo surely keeps, whatever became of them. One call."""
        found = self._read(goto, min(since, clock.now() - _KEPT), until)
        return (_event(one, organizer_key) for one in found)

    def get_event(self, goto: GoTo, organizer_key: str, event_key: str) -> EventData | None:
        """Return one session; GoTo forgets them after 30 days or more. One call."""
        try:
            return _event(goto.send(assist.get_session(event_key)), organizer_key)
        except ResourceNotFoundError:
            return None

    def list_live_keys(self, goto: GoTo, organizer_key: str) -> Collection[str]:
        """Return the sessions in which a technician is. One call, or none within a run."""
        now = clock.now()
        found = self._read(goto, now - _KEPT, now + timedelta(days=1))
        return {one.session_id for one in found if one.status in _RUNNING and one.ended_at is None}

    def list_sessions(
        self, goto: GoTo, organizer_key: str, event_keys: Collection[str], since: datetime, until: datetime
    ) -> Iterable[SessionData]:
        """Yield these sessions once they are over. One call, or none within a run."""
        for one in self._read(goto, since, until):
            for start, end in _times(one) if one.session_id in event_keys else ():
                yield SessionData(one.session_id, one.session_id, start, end)

    def list_attendance(
        self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData
    ) -> AttendanceListing:
        """Return the customer, if one came. One call, or none within a run."""
        known = self._run.rows if self._run else ()
        one = next((one for one in known if one.session_id == event_key), None)
        customers = _customers(one or goto.send(assist.get_session(event_key)), session)
        return AttendanceListing(hashlib.sha256(msgspec.json.encode(customers)).hexdigest(), lambda: customers)

    def create_event(self, goto: GoTo, organizer_key: str, wish: EventWish) -> Created:
        """
        Make a session for a customer; the technician's link is told only now.

        GoTo has a key for it once it has started (documented); where one comes with the answer, it is kept.
        """
        wanted = assist.StartScreenSharingSessionRequest(
            customer_name=wish.customer_name, customer_email=wish.customer_email
        )
        made = goto.send(assist.start_session(wanted))
        launch = made.start_screen_sharing
        return Created(made.session_id or "", start_url=storable(launch.launch_url) if launch else "")

    def update_event(self, goto: GoTo, organizer_key: str, event_key: str, wish: EventWish) -> None:
        """Refuse: there is nothing to plan."""
        self._refuse()

    def cancel_event(self, goto: GoTo, organizer_key: str, event_key: str, *, tell_registrants: bool = False) -> None:
        """Refuse: there is nothing to call off."""
        self._refuse()

    def get_start_url(self, goto: GoTo, organizer_key: str, event_key: str) -> str:
        """Refuse: GoTo told the technician's link when the session was made."""
        self._refuse()


ASSIST = AssistProduct()


def _event(one: assist.Session, organizer_key: str) -> EventData:
    times = _times(one)
    return EventData(
        event_key=one.session_id,
        organizer_key=organizer_key,
        # Without the customer: who may see events may not see who was helped.
        title=ASSIST.words.one,
        times=times,
        description=_describe(one),
        dates="one" if times else "any_time",
    )


def _describe(one: assist.Session) -> str:
    """Say what GoTo says of its status, in its own word, known or not."""
    status = f"Status at GoTo: {storable(one.status, 64)}." if one.status else ""
    technician = f"Technician: {storable(one.expert_name)}." if one.expert_name else ""
    return f"{status} {technician}".strip()


def _times(one: assist.Session) -> tuple[tuple[datetime, datetime], ...]:
    """Return start and end of a session that is over; one nobody started began as it ended."""
    if one.ended_at is None:
        return ()
    return ((min(one.started_at or one.ended_at, one.ended_at), one.ended_at),)


def _customers(one: assist.Session, session: SessionData) -> tuple[AttendeeData, ...]:
    """Return who was helped: nobody where no customer came, or where a machine was looked after."""
    if one.unattended_machine_uuid or one.machine_uuid or not (one.customer_joined_at or one.status in _WITH_CUSTOMER):
        return ()
    joined_at = one.customer_joined_at or session.started_at
    return (
        AttendeeData(
            registrant_key="",
            email=storable((one.customer_email or "").strip().lower(), 254),
            first_name=storable(one.customer_name),
            last_name="",
            joined=((joined_at, session.ended_at),),
            reported_seconds=max(0, int((session.ended_at - joined_at).total_seconds())),
        ),
    )
