"""Odd rows and lists that lie, for the products and lists whose form differs from that of webinars."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from greenroom.hub.events.decisions import list_set_aside_rows
from greenroom.hub.events.models import Attendee, Event, EventSession
from greenroom.hub.sync.models import SyncRun

LONG = "x" * 10_000
ABOVE = 2**63 + 1


def members(row: dict[str, Any]) -> str:
    """Name a case by the members that are odd; their values are too long."""
    return "-".join(row)


def kept() -> list[str]:
    return [row.listing for row in list_set_aside_rows().order_by("pk")]


def read_well(run: SyncRun) -> tuple[str, list[Any]]:
    return run.state, run.event_errors


# Who was in a training or a meeting


def stay(product: str, number: int, **more: Any) -> dict[str, Any]:
    """Return a row of attendance that GoTo gives for one person, of ten minutes in the session."""
    times = {"joinTime": CAME, "leaveTime": LEFT}
    email = f"guest{number}@example.com"
    if product == "training":
        row = {"email": email, "givenName": "Ann", "surname": "Guest", "timeInSession": 10, "inSessionTimes": [times]}
    else:
        row = {"attendeeName": f"Ann Guest {number}", "attendeeEmail": email, "duration": "10"} | times
    return row | more


CAME, LEFT = "2026-03-02T10:05:00Z", "2026-03-02T10:15:00Z"
ATTENDANCE = {"training": "getAttendanceDetails", "meeting": "meetings.meetingId.attendees.get"}


@pytest.fixture(params=ATTENDANCE)
def there(request, world, pull, sync) -> Callable[..., SyncRun]:
    """Read who was there from a list that GoTo is made to give; returns the run."""
    product = request.param
    if product == "training":
        key = world.schedule_training(registrants=[{"email": "mia@example.com"}])
    else:
        key = world.schedule_meeting()
    pull(key, product)
    world.advance(hours=2)
    if product == "training":
        world.write_attendance(key, {"mia@example.com": [(5, 55)]}, kind="trainings")
    else:
        world.hold_meeting(key, [{"email": "mia@example.com", "joined": [[5, 55]]}])
    sync(product)

    def read(*rows: Any) -> SyncRun:
        world.advance(minutes=15)
        world.answer(ATTENDANCE[product], list(rows))
        return sync(product)

    read.product = product
    return read


def guests() -> list[str]:
    return sorted(Attendee.objects.exclude(email="mia@example.com").values_list("email", flat=True))


@pytest.mark.parametrize(
    "odd",
    [
        {"givenName": LONG, "surname": LONG, "attendeeName": LONG},
        {"givenName": "A\0n", "surname": "\udfff", "attendeeName": "A\0n\udfff"},
        {"givenName": None, "surname": None, "attendeeName": None},
        {"timeInSession": "10", "duration": 10},
        {"timeInSession": None, "duration": None},
        {"meetingId": ABOVE, "meetingInstanceKey": ABOVE},
        {"unknown": {"deep": [None]}},
    ],
    ids=members,
)
def test_odd_attendee_is_read(there, odd):
    if there.product == "meeting":
        odd.pop("meetingId", None)  # a row of another meeting is not of this one
    run = there(stay(there.product, 1), stay(there.product, 2) | odd)
    assert (("done", []), [], ["guest1@example.com", "guest2@example.com"]) == (read_well(run), kept(), guests())


def test_attendee_whose_times_are_turned_round_is_read(there):
    turned = {"joinTime": LEFT, "leaveTime": CAME}
    run = there(stay(there.product, 1, **turned, inSessionTimes=[turned]))
    assert (("done", []), [], ["guest1@example.com"]) == (read_well(run), kept(), guests())


@pytest.mark.parametrize(
    "odd",
    [{"joinTime": "later", "inSessionTimes": [{"joinTime": "later"}]}, {"email": {"at": 1}, "attendeeEmail": ["at"]}],
    ids=members,
)
def test_unreadable_attendee_is_set_aside_and_takes_nobody_away(there, odd):
    run = there(stay(there.product, 1), stay(there.product, 2) | odd)
    assert (("done", []), ["attendance"], ["guest1@example.com"]) == (read_well(run), kept(), guests())
    assert Attendee.objects.filter(email="mia@example.com").exists()


# Sessions of trainings and runs of meetings


def held(product: str, event: Event, number: int, **more: Any) -> dict[str, Any]:
    """Return a row of a session that took place."""
    start, end = f"2026-03-02T10:{number}0:00Z", f"2026-03-02T10:{number}5:00Z"
    if product == "training":
        row = {"sessionKey": str(number), "sessionStartTime": start, "sessionEndTime": end}
    else:
        row = {"meetingId": event.event_key, "sessionId": str(number), "startTime": start, "endTime": end}
    return row | more


SESSIONS = {"training": "getSessionDetailsForTraining", "meeting": "historicalMeetings.get"}


@pytest.fixture(params=SESSIONS)
def took_place(request, world, pull, sync) -> Callable[..., SyncRun]:
    """Read sessions from a list that GoTo is made to give; returns the run. `row` makes one of its rows."""
    product = request.param
    schedule = world.schedule_training if product == "training" else world.schedule_meeting
    event = pull(schedule(), product)
    world.advance(hours=2)

    def read(*rows: Any) -> SyncRun:
        world.answer(SESSIONS[product], list(rows))
        return sync(product)

    read.row = lambda number, **more: held(product, event, number, **more)
    return read


def sessions() -> set[str]:
    return set(EventSession.objects.values_list("session_key", flat=True))


@pytest.mark.parametrize(
    "odd",
    [
        {"sessionKey": 2, "sessionId": 2},
        {"duration": "30", "numAttendees": "5", "attendanceCount": None},
        {"trainingName": LONG, "subject": LONG},
        {"trainingName": "\0\ud800", "subject": "\0\ud800"},
        {"unknown": []},
    ],
    ids=members,
)
def test_odd_session_is_read(took_place, odd):
    run = took_place(took_place.row(1), took_place.row(2, **odd))
    assert ("done", [], {"1", "2"}) == (run.state, kept(), sessions())


def test_session_with_a_key_above_2_to_the_63_is_read(took_place):
    run = took_place(took_place.row(1, sessionKey=ABOVE, sessionId=ABOVE))
    assert ("done", {str(ABOVE)}) == (run.state, sessions())


@pytest.mark.parametrize("odd", [{"sessionStartTime": "later", "startTime": "later"}], ids=members)
def test_unreadable_session_is_set_aside_beside_those_that_are_read(took_place, odd):
    run = took_place(took_place.row(1), took_place.row(2, **odd))
    assert ("done", {"1"}) == (run.state, sessions())
    assert 1 == len(kept())


def test_sessions_that_are_listed_twice_are_kept_once(took_place):
    run = took_place(took_place.row(1), took_place.row(1), took_place.row(2))
    assert ("done", ["1", "2"]) == (run.state, sorted(EventSession.objects.values_list("session_key", flat=True)))


# Support sessions


SUPPORT = "SessionsGet"


def support(key: object, **more: Any) -> dict[str, Any]:
    return {"sessionId": key, "status": "complete", "startedAt": "2026-03-02T08:00:00Z"} | more


ENDED = {"endedAt": "2026-03-02T08:30:00Z", "customerJoinedAt": "2026-03-02T08:05:00Z"}


@pytest.mark.parametrize(
    "odd",
    [
        {"expertName": LONG, "status": LONG},
        {"expertName": "A\0\ud800", "status": "\0\udfff"},
        {"customerName": LONG, "customerEmail": f"{LONG}@example.com", **ENDED},
        {"customerName": "\0\ud800", "customerEmail": None, **ENDED},
        {**ENDED, "startedAt": "2026-03-02T09:00:00Z"},
        {**ENDED, "customerJoinedAt": "2026-03-02T09:00:00Z"},
        {"startedAt": None, "status": None},
        {"unknown": {"deep": []}},
    ],
    ids=members,
)
def test_odd_support_session_is_read(world, sync, odd):
    world.answer(SUPPORT, {"sessions": [support(ABOVE), support("2") | odd, support(3)]}, times=3)
    assert ("done", []) == read_well(sync("assist"))
    assert ({str(ABOVE), "2", "3"}, []) == (set(Event.objects.values_list("event_key", flat=True)), kept())


def test_unreadable_support_session_is_set_aside_and_none_is_missed_for_it(world, sync):
    world.answer(SUPPORT, {"sessions": [support(1), support(2)]})
    sync("assist")
    world.advance(minutes=15)
    odd = support(2, startedAt="later")
    world.answer(SUPPORT, {"sessions": [support(1), odd]})
    assert ("done", []) == read_well(sync("assist"))
    assert (["events"], {"scheduled"}) == (kept(), set(Event.objects.values_list("state", flat=True)))
    assert odd == json.loads(list_set_aside_rows().defer(None).get().raw)


# Keys that fit nowhere


@pytest.mark.parametrize("key", ["7" * 10_000, "7\0"], ids=["long", "NUL"])
@pytest.mark.parametrize(
    ("product", "operation", "body"),
    [
        ("webinar", "getWebinars", lambda key: {"_embedded": {"webinars": [{"webinarKey": key, "times": []}]}}),
        ("training", "getAllTrainings", lambda key: [{"trainingKey": key, "name": "Forklifts", "times": []}]),
        ("meeting", "upcomingMeetings.get", lambda key: [{"meetingId": key, "subject": "Team hour"}]),
        ("assist", SUPPORT, lambda key: {"sessions": [support(key)]}),
    ],
)
def test_event_whose_key_is_none_stops_nothing(world, sync, product, operation, body, key):
    world.answer(operation, body(key))
    assert "done" == sync(product).state
    assert not Event.objects.exists()
    assert ["events"] == kept()
