"""Odd rows in GoTo's lists: what can be read is read, what cannot is set aside, and the others are none the worse."""

import json
from datetime import timedelta
from typing import Any

import pytest

from greenroom.hub.events.decisions import list_set_aside_rows
from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant, SetAsideRow
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services.comparing import compare

REGISTRANTS = {"webinar": "getAllRegistrantsForWebinar", "training": "getRegistrants"}


def registrant(product: str, number: int, **more: Any) -> dict[str, Any]:
    first, last = ("firstName", "lastName") if product == "webinar" else ("givenName", "surname")
    return {
        "registrantKey": str(1000 + number),
        first: "Ann",
        last: "Guest",
        "email": f"person{number}@example.com",
        "registrationDate": "2026-03-01T08:00:00Z",
        "status": "APPROVED",
        "joinUrl": f"https://global.gotowebinar.com/join/1/{number}",
    } | more


def kept() -> list[tuple[str, str]]:
    return [(row.listing, row.reason) for row in list_set_aside_rows().order_by("pk")]


def there() -> list[str]:
    return list(Registrant.objects.filter(gone_at=None).order_by("email").values_list("email", flat=True))


@pytest.fixture(params=["webinar", "training"])
def listed(request, world, pull, sync):
    """Read the registrants of an event from a list that GoTo is made to give; returns the run."""
    product = request.param
    schedule = world.schedule_webinar if product == "webinar" else world.schedule_training
    pull(schedule(), product)

    def read_list(*rows: Any):
        world.advance(minutes=15)
        world.answer(REGISTRANTS[product], list(rows))
        return sync(product)

    read_list.product = product
    return read_list


LONG = "x" * 10_000


def members(row: dict[str, Any]) -> str:
    """Name a case by the members that are odd; their values are too long."""
    return "-".join(row)


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ({"registrantKey": 2**63 + 1}, {"registrant_key": str(2**63 + 1)}),
        ({"registrantKey": 10**30}, {"registrant_key": "1" + 30 * "0"}),
        ({"registrantKey": 7}, {"registrant_key": "7"}),
        ({"givenName": LONG, "firstName": LONG}, {"first_name": LONG}),
        ({"givenName": "A\0n", "firstName": "A\0n"}, {"first_name": "An"}),
        ({"givenName": "A\ud800n", "firstName": "A\ud800n"}, {"first_name": "A\ufffdn"}),
        ({"givenName": None, "firstName": None}, {"first_name": ""}),
        ({"status": None}, {"status": "APPROVED"}),
        ({"status": "Waiting"}, {"status": "WAITING"}),
        ({"status": "SOMETHING_NEW"}, {"status": "SOMETHING_NEW"}),
        ({"timeZone": "Mars/Olympus"}, {"email": "person2@example.com"}),
        ({"email": "PERSON2@Example.com"}, {"email": "person2@example.com"}),
        ({"email": f"{LONG}@example.com"}, {"email": LONG[:254]}),
        ({"joinUrl": f"https://x.example/{LONG}\0"}, {"join_url": f"https://x.example/{LONG}"}),
        ({"unknown": {"deep": [1, {"er": None}]}}, {"email": "person2@example.com"}),
        ({"registrationDate": "2026-3-1T8:0:0Z"}, {"email": "person2@example.com"}),
        ({"registrationDate": ""}, {"registered_at": None}),
    ],
    ids=members,
)
def test_odd_registrant_is_read(listed, odd, expected):
    odd = registrant(listed.product, 2) | odd
    run = listed(registrant(listed.product, 1), odd, registrant(listed.product, 3))
    assert ("done", [], 3, []) == (run.state, run.event_errors, Registrant.objects.count(), kept())
    assert 1 == Registrant.objects.filter(**expected).exclude(registrant_key__in=["1001", "1003"]).count()


@pytest.mark.parametrize(
    ("odd", "place"),
    [
        ({"registrantKey": ["1"]}, "$.registrantKey"),
        ({"registrantKey": None}, "$.registrantKey"),
        ({"registrationDate": "soon"}, "$.registrationDate"),
        ({"email": {"at": 1}}, "$.email"),
    ],
    ids=str,
)
def test_unreadable_registrant_is_set_aside_and_stops_nobody(listed, odd, place):
    odd = registrant(listed.product, 2) | odd
    run = listed(registrant(listed.product, 1), odd, registrant(listed.product, 3))
    assert ("done", []) == (run.state, run.event_errors)
    assert ["person1@example.com", "person3@example.com"] == there()
    (row,) = list_set_aside_rows().defer(None)
    assert ("registrants", Event.objects.get(), odd) == (row.listing, row.event, json.loads(row.raw))
    where = f"“{place[2:]}”" if place != "$" else "The row"
    assert row.reason.startswith(f"{where} is missing, or not as GoTo describes it.")


@pytest.mark.parametrize("odd", [None, 5, "nobody", [], {}])
def test_what_is_no_registrant_at_all_is_set_aside(listed, odd):
    run = listed(registrant(listed.product, 1), odd)
    assert ("done", ["person1@example.com"]) == (run.state, there())
    assert [odd] == [json.loads(row.raw) for row in SetAsideRow.objects.all()]


def test_nobody_counts_as_gone_who_may_be_behind_the_unreadable_row(listed):
    people = [registrant(listed.product, number) for number in range(4)]
    listed(*people)
    listed(*people[:3], people[3] | {"registrationDate": "soon"})
    assert (4, 1, 0) == (len(there()), len(kept()), Fact.objects.filter(kind="cancelled").count())


def test_row_that_can_be_read_again_is_set_aside_no_more(listed):
    good, bad = registrant(listed.product, 1), registrant(listed.product, 2, registrationDate="soon")
    listed(good, bad)
    first = SetAsideRow.objects.get()
    listed(good, bad)
    again = SetAsideRow.objects.get()
    assert (first.pk, first.first_seen_at) == (again.pk, again.first_seen_at)
    assert first.last_seen_at < again.last_seen_at
    listed(good, registrant(listed.product, 2))
    assert ([], 2) == (kept(), len(there()))


# Sessions and who was there


@pytest.fixture
def held(world, pull, sync):
    """A webinar that is over, with two people who came."""
    guests = [{"email": "mia@example.com"}, {"email": "ben@example.com"}]
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=guests)
    world.write_attendance(key, {"mia@example.com": [(5, 55)], "ben@example.com": [(10, 40)]})
    return pull(key)


def attendee(number: int, **more: Any) -> dict[str, Any]:
    return {
        "registrantKey": str(number),
        "email": f"guest{number}@example.com",
        "firstName": "Ann",
        "lastName": "Guest",
        "attendanceTimeInSeconds": 600,
        "attendance": [{"joinTime": "2026-03-02T08:05:00Z", "leaveTime": "2026-03-02T08:15:00Z"}],
    } | more


@pytest.mark.parametrize(
    "odd",
    [
        {"registrantKey": 2**63 + 1},
        {"firstName": LONG, "lastName": "\0"},
        {"lastName": "\udfff"},
        {"attendanceTimeInSeconds": "600"},
        {"attendanceTimeInSeconds": None},
        {"attendance": None},
        {"attendance": [{"joinTime": "2026-03-02T08:05:00Z"}]},
        {"attendance": [{"joinTime": "2026-03-02T08:15:00Z", "leaveTime": "2026-03-02T08:05:00Z"}]},
        {"email": None},
    ],
    ids=members,
)
def test_odd_attendee_is_read(world, held, sync, odd):
    world.advance(minutes=15)
    world.answer("getAttendees", [attendee(1), attendee(2) | odd])
    run = sync()
    assert ("done", [], []) == (run.state, run.event_errors, kept())
    assert 2 == Attendee.objects.exclude(email__in=["mia@example.com", "ben@example.com"]).count()


def test_unreadable_attendee_is_set_aside_and_takes_nobody_away(world, held, sync):
    world.advance(minutes=15)
    world.answer("getAttendees", [attendee(1), attendee(2, attendance=[{"joinTime": "later"}])])
    run = sync()
    assert ("done", [], 3) == (run.state, run.event_errors, Attendee.objects.count())
    (row,) = list_set_aside_rows()
    assert ("attendance", held.sessions.get()) == (row.listing, row.session)
    world.advance(minutes=15)
    sync()
    assert ([], 2) == (kept(), Attendee.objects.count())


def test_unreadable_session_is_set_aside_beside_those_that_are_read(world, held, sync):
    world.advance(minutes=15)
    now = world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    good = {"sessionKey": "9", "webinarKey": held.event_key, "startTime": "2026-03-02T08:00:00Z", "endTime": now}
    page = {"size": 200, "totalElements": 2, "totalPages": 1, "number": 0}
    rows = [good, good | {"sessionKey": "10", "startTime": "later"}]
    world.answer("getOrganizerSessions", {"_embedded": {"sessionInfoResources": rows}, "page": page})
    run = sync()
    assert "done" == run.state
    assert EventSession.objects.filter(session_key="9").exists()
    reason = "“startTime” is missing, or not as GoTo describes it. Listed by get_organizer_sessions."
    assert [("sessions", reason)] == kept()


# Events


def webinars(*rows: Any, total: int | None = None, pages: int = 1) -> dict[str, Any]:
    page = {"size": 200, "totalElements": len(rows) if total is None else total, "totalPages": pages, "number": 0}
    return {"_embedded": {"webinars": list(rows)}, "page": page}


def webinar(key: object, **more: Any) -> dict[str, Any]:
    times = [{"startTime": "2026-03-03T09:00:00Z", "endTime": "2026-03-03T10:00:00Z"}]
    return {"webinarKey": key, "subject": "Ladders", "times": times, "timeZone": "GMT"} | more


def training(key: object, **more: Any) -> dict[str, Any]:
    times = [{"startDate": "2026-03-03T09:00:00Z", "endDate": "2026-03-03T10:00:00Z"}]
    return {"trainingKey": key, "name": "Forklifts", "times": times, "timeZone": "GMT"} | more


def meeting(key: object, **more: Any) -> dict[str, Any]:
    times = {"startTime": "2026-03-03T09:00:00Z", "endTime": "2026-03-03T10:00:00Z"}
    return {"meetingId": key, "subject": "Team hour", "meetingType": "scheduled", "status": "INACTIVE"} | times | more


LISTS = {
    "webinar": ("getWebinars", webinar, lambda *rows: webinars(*rows)),
    "training": ("getAllTrainings", training, lambda *rows: list(rows)),
    "meeting": ("upcomingMeetings.get", meeting, lambda *rows: list(rows)),
}


@pytest.mark.parametrize("product", LISTS)
@pytest.mark.parametrize(
    "odd",
    [
        {"timeZone": "Mars/Olympus"},
        {"timeZone": "MIT"},
        {"subject": LONG, "name": LONG},
        {"subject": "A\0\ud800", "name": "A\0\ud800"},
        {"description": None},
        {"webinarId": "-531727707"},  # as integrators saw it for dates to pick from
        {"unknown": []},
    ],
    ids=members,
)
def test_odd_event_is_read(world, sync, product, odd):
    operation, make, pack = LISTS[product]
    world.answer(operation, pack(make(2**63 + 1), make("2") | odd, make(3)))
    sync(product)
    assert {str(2**63 + 1), "2", "3"} == set(Event.objects.values_list("event_key", flat=True))
    assert [] == kept()


@pytest.mark.parametrize("product", LISTS)
def test_unreadable_event_is_set_aside_and_none_is_missed_for_it(world, sync, product):
    operation, make, pack = LISTS[product]
    world.answer(operation, pack(make(1), make(2)))
    sync(product)
    world.advance(minutes=15)
    world.control("DELETE", "counters")
    world.answer(operation, pack(make(1), make(["2"])))
    run = sync(product)
    assert "done" == run.state
    assert {"scheduled"} == set(Event.objects.values_list("state", flat=True))
    ((listing, reason),) = kept()
    assert ("events", True) == (listing, reason.startswith("“"))


# Lists that lie


@pytest.mark.parametrize("total", [0, 1, 2**40])
def test_total_that_differs_from_the_rows_changes_nothing(world, sync, total):
    world.answer("getWebinars", webinars(webinar(1), webinar(2), webinar(3), total=total))
    assert "done" == sync().state
    assert 3 == Event.objects.count()


@pytest.mark.parametrize("change", ["repeat", "skip"])
def test_pages_that_overlap_or_skip_end_in_the_true_list(world, connection, sync, change):
    for number in range(230):
        world.schedule_webinar(f"Ladders {number}", starts_in=timedelta(days=1, minutes=number))
    sync()
    world.fail(kind="torn_page", operation="getWebinars", change=change, by=10)
    world.advance(minutes=15)
    run = sync()
    assert ("done", []) == (run.state, run.event_errors)
    assert {"scheduled": 230} == {"scheduled": Event.objects.filter(state="scheduled").count()}
    world.advance(minutes=15)
    sync()
    assert [] == [str(one) for one in compare(connection=connection, product="webinar")]
