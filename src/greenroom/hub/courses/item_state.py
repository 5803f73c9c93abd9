"""
What a live item is for one person right now: a word, a sentence, and the one thing they can do.

Computed by the server from what GoTo told and the server's clock, never from the browser's. A pure function, so that
every boundary can be tested to the second.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from greenroom.hub.courses.completion_rule import CompletionRule
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.selectors import Registration
from greenroom.hub.sync.plan import RUN_EVERY, WATCHED_BEFORE, WATCHED_FOR_AFTER

# Where the product does not tell what is live, Join opens by the plan: so long before the start, until after the end.
OPENS_BEFORE = timedelta(minutes=15)
STAYS_OPEN_AFTER = timedelta(minutes=30)
# So soon a page can know what GoTo tells: by the next run of the sync, or while the event is looked at closely.
_BY_THE_NEXT_RUN = int(RUN_EVERY.total_seconds())
_WHILE_WATCHED = 10
_WHILE_WAITED_FOR = 5
# Sessions of what GoTo does not call live are asked for every two minutes.
_WHILE_IT_RUNS_UNTOLD = 120
_WHILE_ATTENDANCE_COMES = 15
# What attendance means for a person is worked out so soon after it was read.
_WORKED_OUT_WITHIN = timedelta(minutes=2)
# No page waits longer than this by itself; browsers cannot wait for weeks.
LONGEST_WAIT = timedelta(days=1)


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
    `count_to` is a moment to count down to, for `count_label`. `next_check_at` is the first moment at which the clock
    alone makes another state of it, None if it never does; `news_seconds` is how soon a change by GoTo can be known, 0
    where none is waited for.
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
    news_seconds: int = 0
    next_check_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_done: bool = False

    @property
    def can_join(self) -> bool:
        """Whether Join works now."""
        return self.button == "Join" and not self.disabled_reason


def compute_item_state(given: Circumstances) -> ItemState:
    """Decide the state, and when the clock will make it another one."""
    state = _decide(given)
    return replace(state, next_check_at=_next_change(given, state))


def seconds_to_wait(state: ItemState, now: datetime) -> int:
    """Return in how many seconds a page that shows the state asks again by itself, 0 for never."""
    waits = [state.news_seconds] if state.news_seconds else []
    if state.next_check_at:
        waits.append(seconds_until(state.next_check_at, now))
    return min(waits, default=0)


def seconds_until(moment: datetime, now: datetime) -> int:
    """Return how long a page waits for a moment to come: never less, and at most a day."""
    return ceil(min(moment - now, LONGEST_WAIT).total_seconds())


def _next_change(given: Circumstances, state: ItemState) -> datetime | None:
    """Try each moment that the clock brings; most often the first one makes a difference."""
    moments = sorted({moment for moment in _moments(given) if moment > given.now})
    return next((moment for moment in moments if _decide(replace(given, now=moment)) != state), None)


def _moments(given: Circumstances) -> Iterator[datetime]:
    """List all that the state compares with the clock."""
    for starts_at, ends_at in given.times:
        yield from (starts_at - WATCHED_BEFORE, starts_at - OPENS_BEFORE, starts_at)
        yield from (ends_at, ends_at + STAYS_OPEN_AFTER, ends_at + WATCHED_FOR_AFTER)
    event = given.event
    yield from (at for at in (event.watched_until, event.attendance_due_at) if at)
    if event.attendance_read_at:
        yield event.attendance_read_at + _WORKED_OUT_WITHIN


def _decide(given: Circumstances) -> ItemState:
    """Take the first rule that fits."""
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


def _is_watched(given: Circumstances) -> bool:
    """Tell whether the event is looked at closely now, so that its launch is seen within seconds."""
    near = (start - WATCHED_BEFORE <= given.now < end + WATCHED_FOR_AFTER for start, end in given.times)
    until = given.event.watched_until
    return any(near) or given.event.state == Event.State.LIVE or (until is not None and given.now < until)


def _news_of_launch(given: Circumstances) -> int:
    return _WHILE_WATCHED if given.tells_when_live and _is_watched(given) else _BY_THE_NEXT_RUN


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
        news_seconds=_WHILE_WATCHED if given.tells_when_live else _WHILE_IT_RUNS_UNTOLD,
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
    seconds = completion.attended_seconds
    number, unit = (seconds, "second") if seconds < 60 else (seconds // 60, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}, {float(completion.percent):g} % of the session"


def _is_cancelling(given: Circumstances) -> bool:
    request = given.registration.request
    return request is not None and request.state == RegistrationRequest.State.CANCELLING


def _changing(given: Circumstances) -> ItemState | None:
    request = given.registration.request
    if request is None:
        return None
    if _is_cancelling(given):
        sentence = "Your registration is being cancelled."
        return ItemState(Code.CANCELLING, "Cancelling", "info", sentence, news_seconds=2)
    if request.state == RegistrationRequest.State.PENDING:
        if request.tries:
            sentence = "We have kept your registration and will confirm it as soon as GoTo answers."
            return ItemState(Code.DELAYED, "Delayed", "warn", sentence, can_cancel=True, news_seconds=10)
        sentence = "Your registration is on its way to GoTo."
        return ItemState(Code.SENDING, "Registering", "info", sentence, can_cancel=True, news_seconds=2)
    return None


def _without_link(given: Circumstances) -> ItemState | None:
    if given.signs_up or given.event.join_url or _is_over(given):
        return None
    sentence = f"The join link of this {given.noun} is not here yet. Your instructor can add it."
    return ItemState(Code.UNAVAILABLE, "Not available", "warn", sentence, news_seconds=_BY_THE_NEXT_RUN)


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
            news_seconds=_WHILE_WATCHED,
        )  # fmt: skip
    sentence = "The organizer approves each registration." if given.event.needs_approval else ""
    return ItemState(
        Code.OPEN, "Open for registration", "info", sentence, button="Register", news_seconds=_news_of_launch(given)
    )


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
        return ItemState(
            Code.WAITING, "Waiting for approval", "warn", sentence, can_cancel=True, news_seconds=_BY_THE_NEXT_RUN
        )  # fmt: skip
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
            disabled_reason=reason, can_cancel=True, news_seconds=_WHILE_WAITED_FOR,
        )  # fmt: skip
    return ItemState(
        Code.REGISTERED, "Registered", "ok", "You are registered.", button="Join", disabled_reason=reason,
        count_to=starts_at, count_label="starts", can_cancel=True, news_seconds=_news_of_launch(given),
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
        news_seconds=_news_of_launch(given),
    )
    if given.completion:  # from an earlier time that it was held
        return replace(state, code=Code.PARTIAL, word="Partly attended", variant="warn", sentence=_so_far(given))
    if starts_at and given.now >= starts_at:
        return replace(state, code=Code.STARTING, word="Starting", news_seconds=_WHILE_WAITED_FOR)
    return replace(state, count_to=starts_at, count_label="starts")


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
    return ItemState(Code.PROCESSING, "Attendance follows", "info", sentence, news_seconds=_news_of_attendance(given))


def _news_of_attendance(given: Circumstances) -> int:
    """Return how soon attendance can be there: when it was asked for or read just now, or else when it is due."""
    due, read_at = given.event.attendance_due_at, given.event.attendance_read_at
    is_coming = due is not None and given.now >= due
    was_read = read_at is not None and given.now < read_at + _WORKED_OUT_WITHIN
    return _WHILE_ATTENDANCE_COMES if is_coming or was_read else _BY_THE_NEXT_RUN
