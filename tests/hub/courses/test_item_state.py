"""Every state of a live item, and the seconds at which one turns into the next."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from greenroom.hub.courses.completion_rule import MinPercent
from greenroom.hub.courses.item_state import Circumstances, Code, ItemState, compute_item_state, seconds_to_wait
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.selectors import Registration

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
ELEVEN = TEN + timedelta(hours=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

APPROVED = Registration(RegistrationRequest(state="delivered"), Registrant(status="APPROVED"))
WAITING = Registration(RegistrationRequest(state="delivered"), Registrant(status="WAITING"))
DENIED = Registration(RegistrationRequest(state="delivered"), Registrant(status="DENIED"))


def request(state: str, **more: Any) -> Registration:
    """Return a sign-up of which GoTo knows nothing, with the request in this state."""
    return Registration(RegistrationRequest(state=state, **more))


def completion(status: str, seconds: int = 0, percent: str = "0") -> Completion:
    return Completion(status=status, attended_seconds=seconds, percent=Decimal(percent))


def webinar(now: datetime, state: str = "scheduled", **more: Any) -> ItemState:
    """Return the state of a webinar from ten to eleven, for somebody who is registered unless told otherwise."""
    return compute_item_state(circumstances(now, state, "webinar", True, more))


def training(now: datetime, state: str = "scheduled", **more: Any) -> ItemState:
    """Return the same for a training."""
    return compute_item_state(circumstances(now, state, "training", False, more))


def meeting(now: datetime, state: str = "scheduled", **more: Any) -> ItemState:
    """Return the same for a meeting, for which nobody registers and whose join link is known."""
    given = {"registration": Registration(), "signs_up": False} | more
    return compute_item_state(circumstances(now, state, "meeting", True, {"join_url": "https://x.example/"} | given))


def circumstances(now: datetime, state: str, noun: str, tells_when_live: bool, more: dict[str, Any]) -> Circumstances:
    event = Event(
        state=state,
        needs_approval=more.pop("needs_approval", False),
        attendance_due_at=more.pop("due_at", ELEVEN),
        live_since=more.pop("live_since", None),
        attendance_read_at=more.pop("read_at", None),
        watched_until=more.pop("watched_until", None),
        join_url=more.pop("join_url", ""),
        dates=more.pop("dates", "one"),
    )
    given = {
        "times": ((TEN, ELEVEN),),
        "is_connected": True,
        "registration": APPROVED,
        "completion": None,
        "rule": MinPercent(80),
        "session_ends": (),
        "is_final": False,
    }
    return Circumstances(now=now, event=event, noun=noun, tells_when_live=tells_when_live, **given | more)


NOBODY = {"registration": Registration()}


@pytest.mark.parametrize(
    ("expected", "state"),
    [
        (("open", "Register"), webinar(TEN - DAY, **NOBODY)),
        (("open", "Register"), webinar(TEN, "live", **NOBODY)),
        (("closed", ""), webinar(ELEVEN, "ended", **NOBODY)),
        (("closed", ""), training(ELEVEN, "ended", **NOBODY)),
        (("unavailable", ""), webinar(TEN - DAY, "missing", **NOBODY)),
        (("unavailable", ""), webinar(TEN - DAY, "missing")),
        (("unavailable", ""), webinar(TEN - DAY, is_connected=False)),
        (("unavailable", ""), webinar(TEN, "live", is_connected=False)),
        (("unavailable", ""), training(TEN, is_connected=False)),
        (("processing", ""), webinar(ELEVEN, "ended", is_connected=False)),
        (("cancelled", ""), webinar(TEN - DAY, "cancelled")),
        (("cancelled", ""), webinar(TEN - DAY, "cancelled", **NOBODY)),
        (("cancelled", ""), webinar(TEN - DAY, "cancelled", is_connected=False)),
        (("cancelled", ""), training(TEN, "cancelled")),
        (("sending", ""), webinar(TEN - DAY, registration=request("pending"))),
        (("delayed", ""), webinar(TEN - DAY, registration=request("pending", tries=1))),
        (("cancelling", ""), webinar(TEN - DAY, registration=request("cancelling"))),
        (("open", "Register"), webinar(TEN - DAY, registration=request("cancelled"))),
        (("refused", "Register"), webinar(TEN - DAY, registration=request("refused", last_error="invalid"))),
        (("full", "Register"), webinar(TEN - DAY, registration=request("refused", last_error="full"))),
        (("closed", ""), webinar(ELEVEN, "ended", registration=request("refused", last_error="full"))),
        (("waiting", ""), webinar(TEN - DAY, registration=WAITING)),
        (("waiting", ""), webinar(TEN, "live", registration=WAITING)),
        (("waiting", ""), training(TEN, registration=WAITING)),
        (("denied", ""), webinar(TEN - DAY, registration=DENIED)),
        (("denied", ""), webinar(TEN, "live", registration=DENIED)),
        (("registered", "Join"), webinar(TEN - DAY)),
        (("live", "Join"), webinar(TEN, "live")),
    ],
)
def test_each_circumstance_has_its_state(expected: tuple[str, str], state: ItemState) -> None:
    assert expected == (state.code, state.button)


@pytest.mark.parametrize("now", [TEN - DAY, TEN - SECOND, TEN, TEN + SECOND, ELEVEN - SECOND, ELEVEN, ELEVEN + DAY])
def test_clock_alone_never_opens_a_webinar(now: datetime) -> None:
    assert not webinar(now).can_join


@pytest.mark.parametrize(
    ("word", "now"),
    [("Registered", TEN - SECOND), ("Starting", TEN), ("Starting", TEN + SECOND), ("Starting", ELEVEN)],
)
def test_webinar_that_is_late_says_that_it_waits_for_the_organizer(word: str, now: datetime) -> None:
    state = webinar(now)
    assert (word, "Join opens when the organizer starts the webinar") == (state.word, state.disabled_reason)
    assert (TEN if word == "Registered" else None) == state.count_to
    assert state.can_cancel


@pytest.mark.parametrize(
    ("sentence", "count_to", "now"),
    [
        ("The webinar is live.", ELEVEN, TEN - timedelta(minutes=40)),  # launched early
        ("The webinar is live.", ELEVEN, TEN),
        ("The webinar is live.", ELEVEN, ELEVEN - SECOND),
        ("The webinar is running over its planned end.", None, ELEVEN),
        ("The webinar is running over its planned end.", None, ELEVEN + timedelta(hours=3)),
    ],
)
def test_live_webinar_counts_to_its_planned_end_and_stays_open_after(
    sentence: str, count_to: datetime | None, now: datetime
) -> None:
    state = webinar(now, "live", live_since=min(now, TEN))
    assert (True, sentence, count_to) == (state.can_join, state.sentence, state.count_to)
    assert not state.can_cancel


def test_webinar_that_ended_early_is_closed_at_once() -> None:
    state = webinar(TEN + MINUTE, "ended")
    assert (Code.PROCESSING, False) == (state.code, state.can_join)


@pytest.mark.parametrize(
    ("can_join", "now"),
    [
        (False, TEN - timedelta(minutes=15) - SECOND),
        (True, TEN - timedelta(minutes=15)),
        (True, TEN),
        (True, ELEVEN + timedelta(minutes=30) - SECOND),
        (False, ELEVEN + timedelta(minutes=30)),
    ],
)
def test_training_is_open_around_its_plan(can_join: bool, now: datetime) -> None:
    state = training(now, "ended" if now >= ELEVEN else "scheduled")
    assert (can_join, "Open" if can_join else None) == (state.can_join, state.word if can_join else None)


def test_training_says_when_join_opens() -> None:
    assert "Join opens 15 minutes before the start" == training(TEN - DAY).disabled_reason


@pytest.mark.parametrize(
    ("sentence", "count_to", "now"),
    [
        ("GoTo does not tell when a training begins, so Join is open around its planned time.", ELEVEN, TEN),
        (
            "GoTo does not tell when a training begins, so Join is open around its planned time.",
            ELEVEN,
            ELEVEN - SECOND,
        ),
        ("The planned end has passed. Join stays open for 30 minutes, in case it runs over.", None, ELEVEN),
    ],
)
def test_open_training_does_not_claim_to_be_live(sentence: str, count_to: datetime | None, now: datetime) -> None:
    state = training(now)
    assert (sentence, count_to) == (state.sentence, state.count_to)


@pytest.mark.parametrize("end", [TEN + timedelta(minutes=30), ELEVEN, ELEVEN + timedelta(minutes=10)])
def test_training_closes_when_its_session_is_over(end: datetime) -> None:
    assert training(end - SECOND).can_join
    state = training(end, session_ends=(end,))
    assert (Code.PROCESSING, False) == (state.code, state.can_join)
    assert Code.CLOSED == training(end, session_ends=(end,), **NOBODY).code


def test_past_webinar_that_nobody_has_closed_yet_is_over() -> None:
    """As in the first seconds after an account was connected."""
    past = {"session_ends": (ELEVEN,), "due_at": None, "is_final": True}
    assert Code.ABSENT == webinar(ELEVEN + DAY, **past).code
    assert Code.CLOSED == webinar(ELEVEN + DAY, **past, **NOBODY).code
    assert webinar(ELEVEN + DAY, "live", **past).can_join


@pytest.mark.parametrize("end", [TEN - timedelta(minutes=5), TEN, TEN + timedelta(minutes=30) - SECOND])
def test_rehearsal_and_a_start_that_failed_leave_the_training_open(end: datetime) -> None:
    assert training(TEN + timedelta(minutes=31), session_ends=(end,)).can_join


QUARTER = 900
OPENS, SHUTS = TEN - 15 * MINUTE, ELEVEN + 30 * MINUTE
WATCHED = TEN - 20 * MINUTE


@pytest.mark.parametrize(
    ("next_check_at", "news", "of", "now", "more"),
    [
        (WATCHED, QUARTER, webinar, TEN - DAY, {}),
        (WATCHED, QUARTER, webinar, WATCHED - SECOND, {}),
        (TEN, 10, webinar, WATCHED, {}),
        (TEN, 10, webinar, TEN - SECOND, {}),
        (None, 5, webinar, TEN, {}),
        (None, 5, webinar, ELEVEN + DAY, {}),
        (ELEVEN, 10, webinar, TEN, {"state": "live"}),
        (ELEVEN, 10, webinar, ELEVEN - SECOND, {"state": "live"}),
        (None, 10, webinar, ELEVEN, {"state": "live"}),
        (OPENS, QUARTER, training, TEN - DAY, {}),
        (OPENS, QUARTER, training, OPENS - SECOND, {}),
        (ELEVEN, 120, training, OPENS, {}),
        (SHUTS, 120, training, ELEVEN, {}),
        (SHUTS, 120, training, SHUTS - SECOND, {"state": "ended"}),
        (WATCHED, QUARTER, meeting, TEN - DAY, {}),
        (TEN, 10, meeting, WATCHED, {}),
        (TEN - DAY + MINUTE, 10, webinar, TEN - DAY, {"watched_until": TEN - DAY + MINUTE}),  # started from here
        (WATCHED, QUARTER, webinar, TEN - DAY, NOBODY),
        (SHUTS, 10, webinar, WATCHED, NOBODY),
        (None, QUARTER, webinar, TEN, {"registration": WAITING}),
        (ELEVEN + 2 * MINUTE, QUARTER, webinar, ELEVEN, {"state": "ended", "due_at": ELEVEN + 2 * MINUTE}),
        (None, 15, webinar, ELEVEN + 2 * MINUTE, {"state": "ended", "due_at": ELEVEN + 2 * MINUTE}),
        (ELEVEN + 3 * MINUTE, 15, webinar, ELEVEN + 2 * MINUTE, {
            "state": "ended", "due_at": ELEVEN + DAY, "read_at": ELEVEN + MINUTE,
        }),
        (None, 0, webinar, TEN - DAY, {"state": "cancelled"}),
        (None, 0, webinar, ELEVEN + DAY, {"completion": completion("completed", 3600, "100")}),
        (ELEVEN, 0, webinar, TEN, {"state": "cancelled", "times": ((TEN, ELEVEN), (TEN + DAY, ELEVEN + DAY))}),
    ],
)  # fmt: skip
def test_page_asks_again_when_the_clock_or_goto_can_have_changed_something_and_not_before(
    next_check_at: datetime | None, news: int, of: Any, now: datetime, more: dict[str, Any]
) -> None:
    state = of(now, **more)
    assert (next_check_at, news) == (state.next_check_at, state.news_seconds)


@pytest.mark.parametrize("of", [webinar, training, meeting])
@pytest.mark.parametrize("event_state", ["scheduled", "live", "ended"])
@pytest.mark.parametrize("more", [{}, NOBODY, {"completion": completion("completed", 9, "90")}])
def test_nothing_changes_by_the_clock_before_the_moment_told_and_something_does_at_it(
    of: Any, event_state: str, more: dict[str, Any]
) -> None:
    def look(at: datetime) -> ItemState:
        return of(at, event_state, times=((TEN, ELEVEN), (TEN + DAY, ELEVEN + DAY)), **more)

    for start in (TEN - DAY, WATCHED, OPENS, TEN, ELEVEN, SHUTS, TEN + DAY, ELEVEN + 2 * DAY):
        shown = look(start)
        end = shown.next_check_at or start + 9 * DAY
        for second in (start + (end - start) / 3, start + (end - start) / 2, end - SECOND):
            assert shown == look(max(second, start))
        assert shown.next_check_at is None or shown != look(end)


@pytest.mark.parametrize(
    ("seconds", "news", "moment"),
    [
        (0, 0, None), (900, 900, None), (10, 10, TEN + MINUTE), (60, 900, TEN + MINUTE), (60, 0, TEN + MINUTE),
        (61, 0, TEN + MINUTE + timedelta(microseconds=1)), (86400, 0, TEN + 30 * DAY),
    ],
)  # fmt: skip
def test_page_waits_for_what_comes_first_and_asks_never_too_early(
    seconds: int, news: int, moment: datetime | None
) -> None:
    state = ItemState(Code.OPEN, "Open", "info", news_seconds=news, next_check_at=moment)
    assert seconds == seconds_to_wait(state, TEN)


@pytest.mark.parametrize(
    ("sentence", "news", "tries"),
    [
        ("Your registration is on its way to GoTo.", 2, 0),
        ("We have kept your registration and will confirm it as soon as GoTo answers.", 10, 1),
        ("We have kept your registration and will confirm it as soon as GoTo answers.", 10, 900),
    ],
)
def test_registration_on_its_way_says_so_and_can_be_taken_back(sentence: str, news: int, tries: int) -> None:
    state = webinar(TEN - DAY, registration=request("pending", tries=tries))
    assert (sentence, news, True) == (state.sentence, state.news_seconds, state.can_cancel)


def test_refusal_shows_its_reason() -> None:
    refused = request("refused", last_error="full", refusal="GoTo takes no more registrations for this event.")
    assert "GoTo takes no more registrations for this event." == webinar(TEN - DAY, registration=refused).sentence


def test_person_being_taken_off_cannot_join() -> None:
    leaving = Registration(RegistrationRequest(state="cancelling"), Registrant(status="APPROVED"))
    assert (Code.CANCELLING, False) == (webinar(TEN, "live", registration=leaving).code, False)
    assert not training(TEN, registration=leaving).can_join


def test_person_who_is_registered_already_can_join_while_a_repeated_request_is_on_its_way() -> None:
    again = Registration(RegistrationRequest(state="pending"), Registrant(status="APPROVED"))
    assert webinar(TEN, "live", registration=again).can_join


def test_person_registered_at_another_door_can_join() -> None:
    assert webinar(TEN, "live", registration=Registration(None, Registrant(status="APPROVED"))).can_join


def test_status_that_nobody_knows_keeps_nobody_out() -> None:
    assert webinar(TEN, "live", registration=Registration(None, Registrant(status="SPECIAL"))).can_join


def test_event_with_approval_says_so_before_registering() -> None:
    state = webinar(TEN - DAY, needs_approval=True, **NOBODY)
    assert "The organizer approves each registration." == state.sentence


@pytest.mark.parametrize(
    ("code", "sentence", "registration"),
    [
        (Code.CLOSED, "This webinar is over. The organizer had not approved your registration.", WAITING),
        (Code.DENIED, "The organizer did not approve your registration.", DENIED),
    ],
)
def test_who_was_not_approved_is_never_called_absent(code: Code, sentence: str, registration: Registration) -> None:
    state = webinar(
        ELEVEN + DAY, "ended", registration=registration, due_at=None, session_ends=(ELEVEN,), is_final=True
    )
    assert (code, sentence) == (state.code, state.sentence)


@pytest.mark.parametrize(
    ("expected", "more"),
    [
        (("processing", "Attendance follows"), {}),
        (("processing", "Attendance follows"), {"session_ends": (ELEVEN,)}),
        (("processing", "Attendance follows"), {"is_final": True}),
        (("absent", "Absent"), {"session_ends": (ELEVEN,), "is_final": True, "due_at": None}),
        (("not_held", "Not held"), {"due_at": None, "is_final": True}),
        (("partial", "Partly attended"), {"completion": completion("partial", 600, "16.6")}),
        (("completed", "Completed"), {"completion": completion("completed", 3600, "100")}),
        (("partial", "Partly attended"), {"completion": completion("partial", 9, "0.2"), **NOBODY}),
        (("completed", "Completed"), {"completion": completion("completed", 9, "80"), **NOBODY}),
    ],
)
@pytest.mark.parametrize("of", [webinar, training])
def test_after_the_end_the_attendance_decides(expected: tuple[str, str], more: dict[str, Any], of: Any) -> None:
    state = of(ELEVEN + timedelta(minutes=30), "ended", **more)
    assert expected == (state.code, state.word)
    assert (expected[0] == "completed") == state.is_done
    assert (expected[0] == "processing") == bool(state.news_seconds)


@pytest.mark.parametrize(
    ("sentence", "seconds", "percent"),
    [
        ("You attended 1 second, 0 % of the session.", 1, "0.0"),
        ("You attended 59 seconds, 1.6 % of the session.", 59, "1.6"),
        ("You attended 1 minute, 1.7 % of the session.", 119, "1.7"),
        ("You attended 47 minutes, 79.9 % of the session.", 2878, "79.9"),
        ("You attended 60 minutes, 100 % of the session.", 3600, "100.0"),
    ],
)
def test_attendance_is_told_in_minutes_and_percent(sentence: str, seconds: int, percent: str) -> None:
    assert sentence == webinar(ELEVEN, "ended", completion=completion("completed", seconds, percent)).sentence
    partly = webinar(ELEVEN, "ended", completion=completion("partial", seconds, percent)).sentence
    assert f"{sentence} Attend at least 80 % of the actual session." == partly


@pytest.mark.parametrize(
    "more",
    [{"state": "cancelled"}, {"is_connected": False}, {"state": "missing"}],
)
def test_what_was_completed_stays_completed(more: dict[str, Any]) -> None:
    assert Code.COMPLETED == webinar(ELEVEN, completion=completion("completed", 3600, "100"), **more).code


def test_live_event_can_be_joined_again_by_who_completed_it() -> None:
    assert webinar(TEN, "live", completion=completion("completed", 3600, "100")).can_join


TOMORROW = (TEN + DAY, ELEVEN + DAY)
TWO_DATES = {"times": (TOMORROW, (TEN, ELEVEN))}


@pytest.mark.parametrize("of", [webinar, training])
@pytest.mark.parametrize(
    ("day", "now"),
    [
        (0, TEN - DAY),
        (0, TEN),
        (0, ELEVEN - SECOND),
        (1, ELEVEN + timedelta(minutes=30)),
        (1, ELEVEN + DAY - SECOND),
        (1, ELEVEN + 2 * DAY),
    ],
)
def test_nearest_of_several_dates_is_shown(day: int, now: datetime, of: Any) -> None:
    state = of(now, **TWO_DATES)
    assert (TEN + day * DAY, ELEVEN + day * DAY) == (state.starts_at, state.ends_at)


def test_webinar_moves_on_to_the_next_date_at_the_end_of_one() -> None:
    assert TEN == webinar(ELEVEN - SECOND, **TWO_DATES).starts_at
    assert TEN + DAY == webinar(ELEVEN, **TWO_DATES).starts_at


@pytest.mark.parametrize("of", [webinar, training])
def test_date_that_ended_early_gives_way_to_the_next(of: Any) -> None:
    state = of(TEN + timedelta(minutes=50), session_ends=(TEN + timedelta(minutes=45),), **TWO_DATES)
    assert (TEN + DAY, "Registered") == (state.starts_at, state.word)


def test_date_that_runs_over_is_not_taken_for_the_next() -> None:
    state = webinar(ELEVEN + MINUTE, "live", live_since=TEN, **TWO_DATES)
    assert (TEN, None) == (state.starts_at, state.count_to)
    assert "The webinar is running over its planned end." == state.sentence


def test_date_launched_early_counts_to_its_own_end() -> None:
    state = webinar(TEN + DAY - MINUTE, "live", live_since=TEN + DAY - MINUTE, **TWO_DATES)
    assert ELEVEN + DAY == state.count_to


def test_training_date_that_may_run_over_is_shown_until_its_door_closes() -> None:
    assert (TEN, True) == ((state := training(ELEVEN + MINUTE, **TWO_DATES)).starts_at, state.can_join)
    later = ELEVEN + timedelta(minutes=30)
    assert (TEN + DAY, False) == ((state := training(later, **TWO_DATES)).starts_at, state.can_join)


def test_dates_back_to_back_open_the_later_one() -> None:
    noon = ELEVEN + timedelta(hours=1)
    state = training(ELEVEN + MINUTE, times=((TEN, ELEVEN), (ELEVEN, noon)))
    assert (ELEVEN, noon) == (state.starts_at, state.count_to)


def test_event_without_a_date_still_has_a_state() -> None:
    state = webinar(TEN, times=())
    assert (None, "Registered") == (state.starts_at, state.word)
    assert webinar(TEN, "live", times=()).can_join


# Without registration

ANY_TIME = {"times": (), "dates": "any_time"}
ONE_SESSION = {"session_ends": (ELEVEN,), "is_final": True, "due_at": None}


@pytest.mark.parametrize(
    ("expected", "state"),
    [
        (("ready", "Planned", False), meeting(TEN - DAY)),
        (("ready", "Planned", False), meeting(TEN - SECOND)),
        (("starting", "Starting", False), meeting(TEN)),
        (("live", "Live now", True), meeting(TEN - DAY, "live")),
        (("live", "Live now", True), meeting(ELEVEN + DAY, "live")),
        (("processing", "Attendance follows", False), meeting(ELEVEN, "ended")),
        (("closed", "Over", False), meeting(ELEVEN + DAY, "ended", **ONE_SESSION)),
        (("not_held", "Not held", False), meeting(ELEVEN + DAY, "ended", due_at=None)),
        (("cancelled", "Cancelled", False), meeting(TEN - DAY, "cancelled")),
        (("unavailable", "Not available", False), meeting(TEN - DAY, "missing")),
        (("unavailable", "Not available", False), meeting(TEN, "live", is_connected=False)),
        (("unavailable", "Not available", False), meeting(TEN - DAY, join_url="")),
        (("unavailable", "Not available", False), meeting(TEN, "live", join_url="")),
        (("closed", "Over", False), meeting(ELEVEN + DAY, "ended", join_url="", **ONE_SESSION)),
        (("ready", "Not running now", False), meeting(TEN, **ANY_TIME)),
        (("ready", "Not running now", False), meeting(TEN, **ANY_TIME | ONE_SESSION)),
        (("live", "Live now", True), meeting(TEN, "live", **ANY_TIME)),
        (("closed", "Over", False), meeting(TEN, "ended", **ANY_TIME | ONE_SESSION)),
        (("unavailable", "Not available", False), meeting(TEN, "missing", **ANY_TIME)),
        (("completed", "Completed", False), meeting(TEN, completion=completion("completed", 3000, "83"), **ANY_TIME)),
        (("live", "Live now", True), meeting(TEN, "live", completion=completion("completed", 9, "90"), **ANY_TIME)),
        (("partial", "Partly attended", False), meeting(TEN, completion=completion("partial", 600, "16"), **ANY_TIME)),
        (("partial", "Partly attended", False), meeting(ELEVEN, "ended", completion=completion("partial", 600, "16"))),
    ],
)
def test_where_nobody_registers_each_circumstance_has_its_state(
    expected: tuple[str, str, bool], state: ItemState
) -> None:
    assert expected == (state.code, state.word, state.can_join)


@pytest.mark.parametrize(
    "state",
    [meeting(TEN - DAY), meeting(TEN), meeting(TEN, "live"), meeting(TEN, **ANY_TIME), meeting(ELEVEN, "ended")],
)
def test_where_nobody_registers_there_is_nothing_to_register_or_cancel(state: ItemState) -> None:
    assert (False, False) == (state.can_cancel, state.button == "Register")
    assert "regist" not in state.sentence.replace("You need no registration.", "")


def test_a_meeting_without_dates_counts_down_to_nothing() -> None:
    assert (TEN, None, None) == (meeting(TEN - DAY).count_to, meeting(TEN, **ANY_TIME).count_to, meeting(TEN).count_to)
