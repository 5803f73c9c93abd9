"""People by the clock: jumped, at speed, the same on every run."""

from datetime import timedelta
from typing import Any

import pytest
from tests.sandbox.doors import MEETING, NOW, Door, new_sandbox, sign_up

from greenroom.sandbox import Clock, Sandbox

HOUR = {"starts_at": "2026-09-03T12:00:00Z", "duration_minutes": 60}


@pytest.fixture
def key(olga: Door) -> str:
    """A webinar of an hour, in two days."""
    return str(olga.control("webinars", {"organizer_key": olga.organizer_key, **HOUR})["key"])


def plan(olga: Door, event: str, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = olga.control("scenarios", {"event": event, **more})
    return told


def attendance(olga: Door, key: str) -> dict[str, int]:
    """Seconds by address, with a token that is good now."""
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    body = Door(olga.sandbox, token).get(f"{olga.webinars}/{key}/attendees", size=200).json()
    rows = body.get("_embedded", {}).get("attendeeParticipationResponses", [])
    return {row["email"]: row["attendanceTimeInSeconds"] for row in rows}


EVENING = {
    "host": ["launch 0m", "end 60m"],
    "people": [
        {"email": "lena@example.com", "does": ["register -1d", "join 5m laptop", "leave 25m", "join 30m phone"]},
        {"email": "leo@example.com", "does": ["register -1d", "join 0s", "join 10m phone", "leave 40m phone"]},
        {"email": "nils@example.com", "first_name": "Nils", "does": ["register -2h"]},
    ],
}


def test_people_register_come_leave_come_back_and_stay_away(olga: Door, key: str) -> None:
    told = plan(olga, f"webinars/{key}", **EVENING)
    assert (told["people"], told["acts"], told["done"]) == (3, 11, 0)
    assert told["next_at"] == "2026-09-02T12:00:00Z"
    olga.sandbox.clock.advance(timedelta(days=1, hours=1))
    olga.sandbox.tick()
    assert olga.control("scenarios", method="GET")["scenarios"][0]["done"] == 2
    olga.control("clock", {"advance_seconds": 3 * 86_400})  # a jump does all that lies between
    told = olga.control(f"scenarios/{told['key']}", method="GET")
    assert (told["done"], told["failed"], told["next_at"]) == (11, 0, None)
    assert attendance(olga, key) == {"lena@example.com": 3000, "leo@example.com": 3600}
    registrants = olga.sandbox.core.state.registrants_of(key)
    assert {r.email: r.is_late for r in registrants}["nils@example.com"] is False


def test_an_act_that_cannot_be_done_fails_and_the_rest_goes_on(olga: Door, key: str) -> None:
    people = [{"email": "lena@example.com", "does": ["join 1m", "register 2m", "join 3m"]}]
    told = plan(olga, f"webinars/{key}", host=["launch 0m", "launch 1m", "end 10m"], people=people)
    olga.sandbox.clock.advance(timedelta(days=3))
    olga.sandbox.tick()
    acts = olga.control(f"scenarios/{told['key']}", method="GET")["plan"]
    assert [(act["does"], act["state"]) for act in acts if act["state"] == "failed"] == [
        ("launch", "failed"),
        ("join", "failed"),
    ]
    assert "registered" in next(act["why"] for act in acts if act["does"] == "join")
    assert attendance(olga, key) == {"lena@example.com": 420}


def crowd_evening(seed: int, **crowd: float) -> dict[str, int]:
    olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
    key = olga.control("webinars", {"organizer_key": olga.organizer_key, **HOUR})["key"]
    plan(olga, f"webinars/{key}", seed=seed, crowd={"people": 60, **crowd})
    olga.control("clock", {"advance_seconds": 4 * 86_400})
    told = olga.control("scenarios/1", method="GET")
    assert (told["failed"], told["next_at"]) == (0, None)
    return attendance(olga, str(key))


def test_a_crowd_is_the_same_for_the_same_seed() -> None:
    first = crowd_evening(7)
    assert first == crowd_evening(7)
    assert first != crowd_evening(8)
    assert 30 <= len(first) <= 50  # about a third never shows up
    assert min(first.values()) <= 60
    assert max(first.values()) > 3500


def test_the_shares_of_a_crowd_can_be_set() -> None:
    assert crowd_evening(1, no_show=1) == {}
    everybody = crowd_evening(1, no_show=0, look_in=1)
    assert len(everybody) == 60
    assert set(everybody.values()) == {1}


def test_a_crowd_comes_to_a_meeting_without_registering(olga: Door) -> None:
    key = olga.control("meetings", {"organizer_key": olga.organizer_key, "kind": "scheduled", **HOUR})["key"]
    plan(olga, f"meetings/{key}", crowd={"people": 10, "no_show": 0, "come_back": 1, "look_in": 0, "two_devices": 0})
    olga.control("clock", {"advance_seconds": 4 * 86_400})
    assert olga.control("scenarios/1", method="GET")["failed"] == 0
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    rows = Door(olga.sandbox, token).get(f"{MEETING}/meetings/{key}/attendees").json()
    assert len(rows) == 20  # each came twice


def test_a_scenario_can_be_taken_back(olga: Door, key: str) -> None:
    plan(olga, f"webinars/{key}", **EVENING)
    assert olga.control("scenarios", method="DELETE")["scenarios"][0]["next_at"] is None
    olga.control("clock", {"advance_seconds": 4 * 86_400})
    assert attendance(olga, key) == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"host": ["dance 0m"]},
        {"host": ["launch soon"]},
        {"host": ["join 0m"]},
        {"people": [{"does": ["join 0m"]}]},
        {"people": [{"email": "a@example.com", "does": ["launch 0m"]}]},
        {"crowd": {"persons": 3}},
        {"crowd": {"people": 10**6}},
        {"seed": -1, "crowd": {"people": 1}},
        {"crew": []},
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(olga: Door, key: str, body: dict[str, Any]) -> None:
    answer = olga.post("/_sandbox/scenarios", {"event": f"webinars/{key}", **body})
    assert answer.status_code == 400, answer.text
    assert olga.post("/_sandbox/scenarios", {"event": "webinars/1", "host": []}).status_code == 404


def test_a_scenario_survives_a_restart(tmp_path: Any) -> None:
    path = str(tmp_path / "sandbox.sqlite3")
    olga = sign_up(new_sandbox(path), "olga@northwind.example")
    key = olga.control("webinars", {"organizer_key": olga.organizer_key, **HOUR})["key"]
    plan(olga, f"webinars/{key}", **EVENING)
    olga.sandbox.close()
    again = new_sandbox(path)
    again.clock.advance(timedelta(days=4))
    again.tick()
    assert Door(again).control("scenarios/1", method="GET")["done"] == 11


# Speed


def test_sixty_times_as_fast_an_hour_takes_a_minute() -> None:
    real = [NOW]
    clock = Clock(source=lambda: real[0])
    sandbox = Sandbox(clock=clock, public_url="http://testserver")
    olga = sign_up(sandbox, "olga@northwind.example", is_admin=True)
    key = str(olga.control("webinars", {"organizer_key": olga.organizer_key, **HOUR})["key"])
    plan(olga, f"webinars/{key}", **EVENING)
    olga.control("clock", {"now": "2026-09-03T11:59:00Z", "speed": 60})
    for _ in range(61):
        real[0] += timedelta(seconds=1)
        sandbox.tick()
    assert olga.control("clock", method="GET") == {
        "now": "2026-09-03T13:00:00.000Z",
        "is_frozen": False,
        "speed": 60.0,
    }
    assert attendance(olga, key) == {"lena@example.com": 3000, "leo@example.com": 3600}
    olga.control("clock", {"speed": 1})
    real[0] += timedelta(seconds=5)
    assert olga.control("clock", method="GET")["now"] == "2026-09-03T13:00:05.000Z"
    assert olga.post("/_sandbox/clock", {"speed": 0}).status_code == 400
    assert olga.post("/_sandbox/clock", {"speed": "fast"}).status_code == 400


def test_the_speed_is_kept_over_freezing_and_restarts(tmp_path: Any) -> None:
    real = [NOW]
    path = str(tmp_path / "sandbox.sqlite3")
    first = Sandbox(path, clock=Clock(source=lambda: real[0]))
    Door(first).control("clock", {"speed": 10, "freeze": True})
    real[0] += timedelta(seconds=5)
    assert first.clock.now() == NOW
    Door(first).control("clock", {"freeze": False})
    first.close()
    second = Sandbox(path, clock=Clock(source=lambda: real[0]))
    real[0] += timedelta(seconds=2)
    assert second.clock.now() == NOW + timedelta(seconds=20)
