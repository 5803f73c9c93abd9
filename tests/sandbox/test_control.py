"""The control API, the clock, faults, counters, the demo, and what survives a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox.doors import NOW, WIDE, Door, ada, new_sandbox

from greenroom.sandbox import Clock, Sandbox


def test_the_clock_is_set_advanced_and_frozen(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    assert door.control("clock", method="GET") == {"now": "2026-09-01T12:00:00.000Z", "is_frozen": True}
    assert door.control("clock", {"advance_seconds": 90})["now"] == "2026-09-01T12:01:30.000Z"
    assert door.control("clock", {"now": "2027-01-01T00:00:00Z"})["now"] == "2027-01-01T00:00:00.000Z"
    assert sandbox.clock.now() == datetime(2027, 1, 1, tzinfo=UTC)
    assert door.control("clock", {"freeze": False})["is_frozen"] is False
    assert door.post("/_sandbox/clock", {"advance": 5}).status_code == 400


def test_a_running_clock_keeps_its_distance() -> None:
    real = [NOW]
    clock = Clock(source=lambda: real[0])
    clock.set(NOW + timedelta(days=1))
    real[0] += timedelta(seconds=5)
    assert clock.now() == NOW + timedelta(days=1, seconds=5)
    clock.freeze()
    real[0] += timedelta(seconds=5)
    assert clock.now() == NOW + timedelta(days=1, seconds=5)
    clock.run()
    real[0] += timedelta(seconds=2)
    assert clock.now() == NOW + timedelta(days=1, seconds=7)


def test_counters_tell_who_called_what(olga: Door, webinar_key: str) -> None:
    olga.control("counters", method="DELETE")
    olga.get(f"{olga.webinars}/{webinar_key}")
    olga.get(f"{olga.webinars}/{webinar_key}")
    olga.get(f"{olga.webinars}/1")
    report = olga.control("counters", method="GET")
    calls = {(c["client_id"], c["product"], c["operation"], c["status"]): c["count"] for c in report["calls"]}
    assert calls == {
        ("greenroom-demo", "webinar", "getWebinar", 200): 2,
        ("greenroom-demo", "webinar", "getWebinar", 404): 1,
    }
    assert report["recent"][0]["path"] == "/G2W/rest/v2/organizers/{organizerKey}/webinars/{webinarKey}"
    assert report["recent"][0]["at"] == "2026-09-01T12:00:00.000Z"
    assert report["total"] == 3


def test_a_fault_happens_as_often_as_it_was_asked(olga: Door) -> None:
    rule = {"kind": "status", "status": 429, "retry_after": 7, "product": "webinar", "operation": "getWebinars"}
    olga.control("faults", {**rule, "times": 2})
    for _ in range(2):
        response = olga.get(olga.webinars, **WIDE)
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "7"
        assert response.json()["errorCode"] == "TooManyRequests"
    assert olga.get(olga.webinars, **WIDE).status_code == 200


def test_a_lost_answer_took_effect_and_a_lost_call_did_not(olga: Door, webinar_key: str) -> None:
    path = f"{olga.webinars}/{webinar_key}/registrants"
    olga.control("faults", {"kind": "timeout_before", "operation": "createRegistrant"})
    assert olga.post(path, ada()).status_code == 504
    assert olga.get(path).json() == []
    olga.control("faults", {"kind": "timeout_after", "operation": "createRegistrant"})
    assert olga.post(path, ada()).status_code == 504
    assert len(olga.get(path).json()) == 1
    assert olga.post(path, ada()).status_code == 409


def test_nonsense_and_slowness(olga: Door) -> None:
    waited: list[float] = []
    olga.sandbox.core.sleep = waited.append
    olga.control("faults", {"kind": "nonsense"})
    response = olga.get(olga.webinars, **WIDE)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    olga.control("faults", {"kind": "slow", "seconds": 3})
    assert olga.get(olga.webinars, **WIDE).status_code == 200
    assert waited == [3.0]
    olga.control("faults", {"kind": "status", "product": "oauth", "status": 503})
    assert olga.http.post("/oauth/token", data={}).status_code == 503
    assert olga.control("faults", method="DELETE") == {"faults": []}


@pytest.mark.parametrize("rule", [{}, {"kind": "flood"}, {"kind": "slow", "time": 1}, {"kind": "slow", "times": 0}])
def test_a_wrong_fault_is_refused(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    assert Door(sandbox).post("/_sandbox/faults", rule).status_code == 400


def test_the_rate_limit_can_be_switched_on(olga: Door) -> None:
    olga.control("switches", {"requests_per_second": 3, "retry_after": "present"}, "PUT")
    responses = [olga.get(olga.webinars, **WIDE) for _ in range(5)]
    assert [r.status_code for r in responses] == [200, 200, 200, 429, 429]
    assert responses[-1].headers["Retry-After"] == "1"


def test_switches_are_named_and_checked(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    names = [switch["name"] for switch in door.control("switches", method="GET")["switches"]]
    assert "refresh_rotation" in names
    assert door.put("/_sandbox/switches", {"refresh_rotation": "sometimes"}).status_code == 400
    assert door.put("/_sandbox/switches", {"unheard_of": 1}).status_code == 400
    page = door.get("/switches").text
    assert all(name in page for name in names)


def test_a_web_page_cannot_steer_the_sandbox(olga: Door, webinar_key: str) -> None:
    page = {"Origin": "https://elsewhere.example"}
    assert olga.http.post("/_sandbox/reset", headers=page).status_code == 403
    assert olga.get(f"{olga.webinars}/{webinar_key}").status_code == 200
    text = {"Content-Type": "text/plain"}
    assert olga.http.post("/_sandbox/clock", content=b'{"advance_seconds": 5}', headers=text).status_code == 415


def test_revoking_ends_the_tokens_of_one_or_of_all(olga: Door, otto: Door) -> None:
    olga.control("tokens/revoke", {"organizer_key": olga.organizer_key})
    assert olga.get("/admin/rest/v1/me").status_code == 403
    assert otto.get("/admin/rest/v1/me").status_code == 200
    olga.control("tokens/revoke", {"all": True})
    assert otto.get("/admin/rest/v1/me").status_code == 403


def test_me_and_the_users_of_an_account(olga: Door, omar: Door) -> None:
    me = olga.get("/admin/rest/v1/me", includeAdmins="false").json()
    assert (me["key"], me["email"]) == (olga.organizer_key, "olga@northwind.example")
    users = f"/admin/rest/v1/accounts/{me['accountKey']}/users"
    assert len(olga.get(users).json()["results"]) == 2
    found = olga.get(users, filter='(email="(?i)OMAR@northwind.example")').json()["results"]
    assert [user["key"] for user in found] == [omar.organizer_key]
    assert olga.get(users, filter='(email="OMAR@northwind.example")').status_code == 404
    assert olga.get(users, offset=2).status_code == 404
    assert omar.get(users).status_code == 403


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "var" / "sandbox.sqlite3")
    first = new_sandbox(path)
    first.seed("demo")
    Door(first).control("switches", {"refresh_rotation": "always"}, "PUT")
    Door(first).control("faults", {"kind": "slow", "product": "scim", "times": 2})
    faults = Door(first).control("faults", {"kind": "status", "status": 503, "product": "scim"})
    token = Door(first).control("tokens", {"organizer": "olga@northwind.example"})["access_token"]
    key = first.core.state.user_by_email("olga@northwind.example")
    assert key is not None
    before = Door(first, token, key.key)
    listed = before.get(before.webinars, **WIDE, size=200).json()
    busiest = max(first.core.state.webinars, key=lambda w: first.core.state.count_registrants(w.key)).key
    people = before.get(f"{before.webinars}/{busiest}/registrants").json()
    state = before.control("state", method="GET")
    first.close()

    after = Door(new_sandbox(path), token, key.key)
    assert after.get(after.webinars, **WIDE, size=200).json() == listed
    assert after.get(f"{after.webinars}/{busiest}/registrants").json() == people
    assert after.control("state", method="GET") == state
    assert after.sandbox.core.switches.text("refresh_rotation") == "always"
    assert after.control("faults", method="GET") == faults
    assert after.control("faults", {"kind": "nonsense"})["faults"][-1]["id"] == 3
    after.control("faults", method="DELETE")
    made = after.control("webinars", {"organizer_key": key.key})["key"]
    assert made not in {webinar["key"] for webinar in state["webinars"]}
    after.sandbox.close()


def test_a_running_clocks_offset_survives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "sandbox.sqlite3")
    first = Sandbox(path, clock=Clock(source=lambda: NOW))
    Door(first).control("clock", {"advance_seconds": 3600})
    first.close()
    second = Sandbox(path, clock=Clock(source=lambda: NOW))
    assert second.clock.now() == NOW + timedelta(hours=1)
    second.reset()
    second.close()


def test_a_clock_that_was_moved_goes_back_to_real_time() -> None:
    sandbox = Sandbox(clock=Clock(source=lambda: NOW))
    Door(sandbox).control("clock", {"now": "2030-01-01T00:00:00Z", "speed": 60, "freeze": True})
    told = Door(sandbox).control("clock", {"now": "real"})
    assert told == {"now": "2026-09-01T12:00:00.000Z", "is_frozen": False}
    assert (sandbox.clock.now(), sandbox.clock.speed) == (NOW, 1)


def test_the_demo_is_seeded_once_and_reset_empties_it(sandbox: Sandbox) -> None:
    sandbox.seed("demo")
    state = Door(sandbox).control("state", method="GET")
    assert Door(sandbox).control("seed", {"name": "demo"}) == state
    assert [account["name"] for account in state["accounts"]] == ["Northwind Academy", "Harbor Safety Training"]
    assert (len(state["webinars"]), len(state["trainings"])) == (21, 8)
    assert Door(sandbox).control("reset")["accounts"] == []
    assert Door(sandbox).get("/healthz").status_code == 200


def test_the_demos_lena_attended_once_wholly_and_once_for_a_second(sandbox: Sandbox) -> None:
    sandbox.seed("demo")
    core = sandbox.core
    spent = {}
    for presence in core.state.presences:
        session = core.state.sessions[presence.session_key]
        if presence.email == "lena@example.com" and session.ended_at is not None:
            length = (session.ended_at - session.started_at).total_seconds()
            seconds = sum((s.left_at - s.joined_at).total_seconds() for s in presence.stays if s.left_at is not None)
            spent[session.event_title] = (seconds, length)
    seconds, length = spent["Fire drills that work"]
    assert seconds == length
    assert spent["Writing clear instructions"][0] == 1
