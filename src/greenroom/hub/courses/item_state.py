"""
What a live item is for one person right now: a word, a sentence, and the one thing they can do.

Computed by the server from what GoTo told and the server's clock, never from the browser's. A pure function, so that
every boundary can be tested to the second.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from greenroom.hub.courses.completion_rule import CompletionRule
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.selectors import Registration

# Where the product does not tell what is live, Join opens by the plan: so long before the start, until after the end.
OPENS_BEFORE = timedelta(minutes=15)
STAYS_OPEN_AFTER = timedelta(minutes=30)


class Code(StrEnum):
    """The states there are."""

    CANCELLED = "cancelled"
    UNAVAILABLE = "unavailable"
    CLOSED = "closed"
    OPEN = "open"
    SENDING = "sending"
    DELAYED = "delayed"
    REFUSED = "refused"
    FULL = "full"
    CANCELLING = "cancelling"
    WAITING = "waiting"
    DENIED = "denied"
    REGISTERED = "registered"
    STARTING = "starting"
    LIVE = "live"
    PROCESSING = "processing"
    READY = "ready"
    COMPLETED = "completed"
    PARTIAL = "partial"
    ABSENT = "absent"
    EXCUSED = "excused"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that the state of an item depends on."""

    now: datetime
    event: Event
    times: tuple[tuple[datetime, datetime], ...]
    noun: str  # "webinar", "training"
    tells_when_live: bool
    is_connected: bool
    registration: Registration
    completion: Completion | None
    rule: CompletionRule
    session_ends: tuple[datetime, ...]  # of the sessions GoTo has told of
    is_final: bool
    signs_up: bool = True  # elsewhere everybody joins by the event's own link
    has_course_closed: bool = False

    @property
    def has_sessions(self) -> bool:
        """Whether anything has taken place."""
        return bool(self.session_ends)


@dataclass(frozen=True, slots=True)
class ItemState:
    """
    What the page shows.

    `button` is the label of the one thing to do, empty for none; `disabled_reason` says why it cannot be done yet.
    `count_to` is a moment to count down to, for `count_label`. `look_again_seconds` is when the page should ask again.
    """

    code: Code
    word: str
    variant: str
    sentence: str = ""
    button: str = ""
    disabled_reason: str = ""
    count_to: datetime | None = None
    count_label: str = ""
    can_cancel: bool = False
    look_again_seconds: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_done: bool = False

    @property
    def can_join(self) -> bool:
        """Whether Join works now."""
        return self.button == "Join" and not self.disabled_reason


def compute_item_state(given: Circumstances) -> ItemState:
    """Decide the state; the first rule that fits wins."""
    starts_at, ends_at = nearest_date(given)
    state = (
        _running(given, ends_at)
        or _done(given)
        or _gone(given)
        or _changing(given)
        or _without_link(given)
        or _not_signed_up(given)
        or _undecided(given)
        or _coming(given, starts_at)
        or _past(given)
    )
    return replace(state, starts_at=starts_at, ends_at=ends_at)


def without_acts(state: ItemState) -> ItemState:
    """Return the state as somebody sees it who looks on and does not take part."""
    return replace(state, button="", disabled_reason="", can_cancel=False)


def nearest_date(given: Circumstances) -> tuple[datetime | None, datetime | None]:
    """Return the date that matters now: the one running or next, or the last one when all are over."""
    times = sorted(given.times)
    if not times:
        return None, None
    if given.event.state == Event.State.LIVE:
        # What runs belongs to the date in or before which it began, also when it runs into the next one.
        began_at = given.event.live_since or given.now
        return next((date for date in times if began_at < date[1]), times[-1])
    if not given.tells_when_live:
        entered = [date for date in times if _door_is_open(given, *date)]
        if entered:
            return entered[-1]
    return next((date for date in times if given.now < date[1] and not _was_held(given, *date)), times[-1])


def _door_is_open(given: Circumstances, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether Join is open by the plan."""
    is_time = starts_at - OPENS_BEFORE <= given.now < ends_at + STAYS_OPEN_AFTER
    return is_time and not _was_held(given, starts_at, ends_at)


def _was_held(given: Circumstances, starts_at: datetime, ends_at: datetime) -> bool:
    """
    Tell whether a date's session is over, be it before the planned end.

    A session that ended in the first half may have been a rehearsal, or a start that failed and is tried again.
    """
    middle = starts_at + (ends_at - starts_at) / 2
    return any(middle <= end < ends_at + STAYS_OPEN_AFTER for end in given.session_ends)


def _is_over(given: Circumstances) -> bool:
    if given.event.state in {Event.State.ENDED, Event.State.LIVE}:
        return given.event.state == Event.State.ENDED
    if given.event.dates == Event.Dates.ANY_TIME:
        return False
    # Nobody has told of the end yet, but the sessions of all dates are there.
    return given.has_sessions and all(given.now >= end or _was_held(given, start, end) for start, end in given.times)


def _gone(given: Circumstances) -> ItemState | None:
    if given.event.state == Event.State.CANCELLED:
        return ItemState(Code.CANCELLED, "Cancelled", "bad", f"The organizer cancelled this {given.noun}.")
    if not given.is_connected and not _is_over(given):
        sentence = f"The GoTo account of this {given.noun} is not connected at the moment. Your site admin knows."
        return ItemState(Code.UNAVAILABLE, "Not available", "warn", sentence)
    return None


def _may_enter(given: Circumstances) -> bool:
    """Tell whether the door is open: when GoTo says so, or by the plan where GoTo does not say."""
    if given.tells_when_live:
        return given.event.state == Event.State.LIVE
    return any(_door_is_open(given, *date) for date in given.times)


def _running(given: Circumstances, ends_at: datetime | None) -> ItemState | None:
    if _gone(given) or not _may_enter(given):
        return None
    if not _has_way_in(given):
        return None
    is_late = ends_at is not None and given.now >= ends_at
    if given.tells_when_live:
        sentence = f"The {given.noun} is running over its planned end." if is_late else f"The {given.noun} is live."
    elif is_late:
        sentence = "The planned end has passed. Join stays open for 30 minutes, in case it runs over."
    else:
        sentence = f"GoTo does not tell when a {given.noun} begins, so Join is open around its planned time."
    return ItemState(
        Code.LIVE,
        "Live now" if given.tells_when_live else "Open",
        "live",
        sentence,
        button="Join",
        count_to=None if is_late else ends_at,
        count_label="ends",
        can_cancel=False,
        look_again_seconds=10,
    )


def _has_way_in(given: Circumstances) -> bool:
    """Tell whether the person would be let in if the door were open."""
    if not given.signs_up:
        return bool(given.event.join_url)
    return _is_approved(given.registration.registrant) and not _is_cancelling(given)


def _done(given: Circumstances) -> ItemState | None:
    """Say what is settled: completed, excused, or what an instructor said and no attendance changes."""
    completion = given.completion
    if completion is None:
        return None
    is_marked = completion.basis == Completion.Basis.MARK
    if completion.status == Completion.Status.EXCUSED:
        return ItemState(Code.EXCUSED, "Excused", "quiet", "You are excused from this. It does not count for you.")
    if completion.status == Completion.Status.COMPLETED:
        sentence = f"You attended {_amount(completion)}." if completion.attended_seconds else ""
        if is_marked:
            sentence = f"{sentence} Your instructor marked this as completed.".strip()
        return ItemState(Code.COMPLETED, "Completed", "ok", sentence, is_done=True)
    if not is_marked:
        return None
    word = {Completion.Status.PARTIAL: "Partly attended", Completion.Status.ABSENT: "Absent"}
    status = Completion.Status(completion.status)
    return ItemState(Code(status.value), word[status], "warn", f"Your instructor marked this. {given.rule.describe()}")


def _amount(completion: Completion) -> str:
    minutes, percent = completion.attended_seconds // 60, f"{float(completion.percent):g} %"
    if minutes < 1:
        return f"{completion.attended_seconds} seconds, {percent} of the session"
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}, {percent} of the session"


def _is_cancelling(given: Circumstances) -> bool:
    request = given.registration.request
    return request is not None and request.state == RegistrationRequest.State.CANCELLING


def _changing(given: Circumstances) -> ItemState | None:
    request = given.registration.request
    if request is None:
        return None
    if _is_cancelling(given):
        sentence = "Your registration is being cancelled."
        return ItemState(Code.CANCELLING, "Cancelling", "info", sentence, look_again_seconds=2)
    if request.state == RegistrationRequest.State.PENDING:
        if request.tries:
            sentence = "We have kept your registration and will confirm it as soon as GoTo answers."
            return ItemState(Code.DELAYED, "Delayed", "warn", sentence, can_cancel=True, look_again_seconds=10)
        sentence = "Your registration is on its way to GoTo."
        return ItemState(Code.SENDING, "Registering", "info", sentence, can_cancel=True, look_again_seconds=2)
    return None


def _without_link(given: Circumstances) -> ItemState | None:
    if given.signs_up or given.event.join_url or _is_over(given):
        return None
    sentence = f"The join link of this {given.noun} is not here yet. Your instructor can add it."
    return ItemState(Code.UNAVAILABLE, "Not available", "warn", sentence, look_again_seconds=60)


def _not_signed_up(given: Circumstances) -> ItemState | None:
    if given.registration.is_open or not given.signs_up:
        return None
    if _is_over(given):
        if given.completion:
            return None
        return ItemState(Code.CLOSED, "Over", "quiet", f"This {given.noun} is over.")
    if given.has_course_closed:
        return ItemState(Code.CLOSED, "Closed", "quiet", "This course has closed. Nobody new registers.")
    if given.event.state == Event.State.MISSING:
        sentence = f"GoTo does not know this {given.noun} at the moment. We look again soon."
        return ItemState(Code.UNAVAILABLE, "Not available", "warn", sentence)
    request = given.registration.request
    if request and request.state == RegistrationRequest.State.REFUSED:
        if request.last_error == "full":
            return ItemState(Code.FULL, "Full", "warn", request.refusal, button="Register")
        return ItemState(Code.REFUSED, "Not registered", "warn", request.refusal, button="Register")
    if given.event.state == Event.State.LIVE:
        return ItemState(
            Code.OPEN, "Live now", "live", f"The {given.noun} is live. Register to join.", button="Register",
            look_again_seconds=30,
        )  # fmt: skip
    sentence = "The organizer approves each registration." if given.event.needs_approval else ""
    return ItemState(Code.OPEN, "Open for registration", "info", sentence, button="Register", look_again_seconds=60)


def _is_approved(registrant: Registrant | None) -> bool:
    # A status we do not know is no reason to keep somebody out who has a join link.
    return registrant is not None and registrant.status not in {Registrant.Status.WAITING, Registrant.Status.DENIED}


def _undecided(given: Circumstances) -> ItemState | None:
    registrant = given.registration.registrant
    if registrant is None or given.completion:
        return None
    if registrant.status == Registrant.Status.WAITING:
        if _is_over(given):
            sentence = f"This {given.noun} is over. The organizer had not approved your registration."
            return ItemState(Code.CLOSED, "Over", "quiet", sentence)
        sentence = "The organizer has not approved your registration yet."
        return ItemState(Code.WAITING, "Waiting for approval", "warn", sentence, can_cancel=True, look_again_seconds=30)
    if registrant.status == Registrant.Status.DENIED:
        return ItemState(Code.DENIED, "Not approved", "bad", "The organizer did not approve your registration.")
    return None


def _coming(given: Circumstances, starts_at: datetime | None) -> ItemState | None:
    if _is_over(given):
        return None
    if given.event.state == Event.State.MISSING:
        kept = "Your registration is kept; we" if given.signs_up else "We"
        sentence = f"GoTo does not know this {given.noun} at the moment. {kept} look again soon."
        return ItemState(Code.UNAVAILABLE, "Not available", "warn", sentence)
    if not given.signs_up:
        return _ready(given, starts_at)
    if given.tells_when_live:
        reason = f"Join opens when the organizer starts the {given.noun}"
    else:
        reason = "Join opens 15 minutes before the start"
    if starts_at and given.now >= starts_at:
        return ItemState(
            Code.STARTING, "Starting", "info", "You are registered. The organizer has not started yet.", button="Join",
            disabled_reason=reason, can_cancel=True, look_again_seconds=5,
        )  # fmt: skip
    is_near = starts_at is not None and starts_at - given.now <= timedelta(hours=1)
    return ItemState(
        Code.REGISTERED, "Registered", "ok", "You are registered.", button="Join", disabled_reason=reason,
        count_to=starts_at, count_label="starts", can_cancel=True, look_again_seconds=10 if is_near else 300,
    )  # fmt: skip


def _ready(given: Circumstances, starts_at: datetime | None) -> ItemState:
    """Say when Join opens for everybody, and by which address attendance is counted."""
    state = ItemState(
        Code.READY,
        "Planned" if starts_at else "Not running now",
        "info",
        "You need no registration. Give GoTo the address you sign in with here, so that your attendance counts.",
        button="Join",
        disabled_reason=f"Join opens when the organizer starts the {given.noun}",
        look_again_seconds=60,
    )
    if given.completion:  # from an earlier time that it was held
        return replace(state, code=Code.PARTIAL, word="Partly attended", variant="warn", sentence=_so_far(given))
    if starts_at and given.now >= starts_at:
        return replace(state, code=Code.STARTING, word="Starting", look_again_seconds=5)
    is_near = starts_at is not None and starts_at - given.now <= timedelta(hours=1)
    return replace(state, count_to=starts_at, count_label="starts", look_again_seconds=10 if is_near else 60)


def _so_far(given: Circumstances) -> str:
    assert given.completion is not None
    return f"You attended {_amount(given.completion)}. {given.rule.describe()}"


def _past(given: Circumstances) -> ItemState:
    completion, due = given.completion, given.event.attendance_due_at
    if completion and completion.status == Completion.Status.PARTIAL:
        return ItemState(Code.PARTIAL, "Partly attended", "warn", _so_far(given))
    if given.is_final and given.has_sessions and not given.signs_up:
        sentence = f"This {given.noun} is over. GoTo has no attendance under the address you sign in with."
        return ItemState(Code.CLOSED, "Over", "quiet", sentence)
    if given.is_final and given.has_sessions:
        return ItemState(Code.ABSENT, "Absent", "warn", f"GoTo has no attendance of yours. {given.rule.describe()}")
    if not given.has_sessions and due is None:
        return ItemState(Code.NOT_HELD, "Not held", "quiet", f"This {given.noun} did not take place.")
    sentence = f"The {given.noun} is over. GoTo has not told of your attendance yet; it may take a while."
    return ItemState(Code.PROCESSING, "Attendance follows", "info", sentence, look_again_seconds=15)
