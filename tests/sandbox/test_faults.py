"""Every kind of fault: what the caller sees, and what took effect."""

from typing import Any

import httpx2
import pytest
from tests.sandbox.doors import TRAINING, WIDE, Door, ada

from greenroom.sandbox import Sandbox
from greenroom.sandbox.app import ConnectionCutError
from greenroom.sandbox.server import hanging_up

CLIENT = httpx2.BasicAuth("greenroom-demo", "greenroom-demo-secret")


def add(door: Door, **rule: Any) -> None:
    door.control("faults", rule)


def refresh(door: Door, token: str) -> httpx2.Response:
    return door.http.post("/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=CLIENT)


@pytest.fixture
def registrants(olga: Door, webinar_key: str) -> str:
    """The list of 50 registrants of Olga's webinar."""
    olga.control(f"webinars/{webinar_key}/registrants", {"registrants": 50})
    return f"{olga.webinars}/{webinar_key}/registrants"


@pytest.fixture
def attended(olga: Door) -> dict[str, str]:
    """Where to read the attendance of a webinar and a training in which two people were for an hour."""
    people = [{"email": "ada@example.com"}, {"email": "bo@example.com"}]
    session = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z", "people": people}
    paths = {}
    for kind, lists in (("webinars", olga.webinars), ("trainings", f"{TRAINING}/reports/organizers/0")):
        body = {"organizer_key": olga.organizer_key, "registrants": people, "starts_at": "2026-10-01T10:00:00Z"}
        key = olga.control(kind, body)["key"]
        session_key = olga.control(f"{kind}/{key}/attendance", session)["session_key"]
        paths[kind] = f"{lists}/{key}/sessions/{session_key}/attendees"
    paths["all"] = paths["webinars"].split("/sessions/")[0] + "/attendees"
    reports = f"{TRAINING}/reports/organizers/{olga.organizer_key}/sessions/"
    paths["trainings"] = reports + paths["trainings"].split("/sessions/")[1]
    return paths


# Connections


def test_a_cut_before_the_call_has_no_effect(olga: Door, webinar_key: str) -> None:
    path = f"{olga.webinars}/{webinar_key}/registrants"
    add(olga, kind="cut_before", operation="createRegistrant")
    with pytest.raises(ConnectionCutError):
        olga.post(path, ada())
    assert olga.get(path).json() == []


def test_a_cut_after_the_call_has_its_effect(olga: Door, webinar_key: str) -> None:
    path = f"{olga.webinars}/{webinar_key}/registrants"
    add(olga, kind="cut_after", operation="createRegistrant")
    with pytest.raises(ConnectionCutError):
        olga.post(path, ada())
    assert len(olga.get(path).json()) == 1
    assert olga.post(path, ada()).status_code == 409


def test_a_served_sandbox_hangs_up_in_the_middle_of_an_answer(olga: Door) -> None:
    """A server can only end the connection once it has begun: fewer bytes come than were promised."""
    served = httpx2.Client(
        transport=httpx2.WSGITransport(app=hanging_up(olga.sandbox.wsgi)), base_url="http://testserver"
    )
    add(olga, kind="cut_before", product="admin")
    answer = served.get("/admin/rest/v1/me", headers=olga.http.headers)
    assert len(answer.content) < int(answer.headers["Content-Length"])
    assert served.get("/admin/rest/v1/me", headers=olga.http.headers).json()["key"] == olga.organizer_key


# Tokens


def test_a_token_can_be_revoked_under_way(sandbox: Sandbox, olga: Door) -> None:
    tokens = olga.control("tokens", {"organizer_key": olga.organizer_key})
    olga.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    add(olga, kind="revoked_token", product="webinar")
    assert olga.get(olga.webinars, **WIDE).json()["int_err_code"] == "InvalidToken"
    assert olga.get(olga.webinars, **WIDE).status_code == 403
    answer = refresh(olga, tokens["refresh_token"])
    olga.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    assert olga.get(olga.webinars, **WIDE).status_code == 200


def test_with_its_refresh_token_revoked_a_person_must_connect_again(olga: Door) -> None:
    tokens = olga.control("tokens", {"organizer_key": olga.organizer_key})
    olga.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    add(olga, kind="revoked_token", with_refresh=True)
    assert olga.get(olga.webinars, **WIDE).status_code == 403
    assert refresh(olga, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_rotation_whose_answer_is_lost_leaves_a_dead_refresh_token(olga: Door) -> None:
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["refresh_token"]
    add(olga, kind="lost_rotation")
    assert olga.get(olga.webinars, **WIDE).status_code == 200  # waits for a refresh
    with pytest.raises(ConnectionCutError):
        refresh(olga, token)
    answer = refresh(olga, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


# Too fast


def test_429_comes_with_and_without_retry_after(olga: Door) -> None:
    add(olga, kind="status", status=429)
    assert "Retry-After" not in olga.get(olga.webinars, **WIDE).headers
    add(olga, kind="status", status=429, retry_after=9)
    assert olga.get(olga.webinars, **WIDE).headers["Retry-After"] == "9"
    add(olga, kind="status", status=429, retry_after="Tue, 01 Sep 2026 12:00:30 GMT")
    assert olga.get(olga.webinars, **WIDE).headers["Retry-After"] == "Tue, 01 Sep 2026 12:00:30 GMT"


# Lists


def emails(rows: list[dict[str, Any]]) -> list[str]:
    return [row["email"] for row in rows]


@pytest.mark.parametrize(("change", "second_page_from"), [("repeat", 19), ("skip", 21)])
def test_a_torn_page_repeats_or_skips_a_row(olga: Door, registrants: str, change: str, second_page_from: int) -> None:
    add(olga, kind="torn_page", change=change)
    first = emails(olga.get(registrants, page=0, limit=20).json()["data"])
    second = emails(olga.get(registrants, page=1, limit=20).json()["data"])
    assert len(first) == len(second) == 20
    assert (first[-1], second[0]) == ("person19@example.com", f"person{second_page_from}@example.com")
    assert emails(olga.get(registrants, page=1, limit=20).json()["data"])[0] == "person20@example.com"


def test_a_torn_page_waits_for_the_second_page_of_any_list(olga: Door) -> None:
    for number in range(3):
        olga.control("webinars", {"organizer_key": olga.organizer_key, "title": f"No {number}"})
    add(olga, kind="torn_page")
    first = olga.get(olga.webinars, **WIDE, page=0, size=2).json()["_embedded"]["webinars"]
    second = olga.get(olga.webinars, **WIDE, page=1, size=2).json()["_embedded"]["webinars"]
    assert first[-1] == second[0]


def test_a_total_can_lie(olga: Door, registrants: str) -> None:
    add(olga, kind="lying_total", by=7)
    assert olga.get(registrants, page=0, limit=20).json()["total"] == 57
    add(olga, kind="lying_total", by=-1)
    page = olga.get(olga.webinars, **WIDE, size=1).json()["page"]
    assert (page["totalElements"], page["totalPages"]) == (0, 0)
    add(olga, kind="lying_total", by=3)
    page = olga.get(olga.webinars, **WIDE, size=2).json()["page"]
    assert (page["totalElements"], page["totalPages"]) == (4, 2)


def test_a_list_can_shrink(olga: Door, registrants: str) -> None:
    add(olga, kind="shrunken_list", times=3)
    assert len(olga.get(registrants).json()) == 25
    page = olga.get(registrants, page=1, limit=20).json()
    assert (len(page["data"]), page["total"]) == (5, 25)  # the page agrees with its total
    assert "_embedded" not in olga.get(olga.webinars, **WIDE).json()
    add(olga, kind="shrunken_list", keep=2)
    assert len(olga.get(registrants).json()) == 2
    assert len(olga.get(registrants).json()) == 50


# Attendance


def test_attendance_can_be_late(olga: Door, attended: dict[str, str]) -> None:
    add(olga, kind="late_attendance", times=2)
    assert olga.get(olga.webinars, **WIDE).status_code == 200  # not attendance, so the rule waits
    assert olga.get(attended["webinars"]).json() == []
    assert "_embedded" not in olga.get(attended["all"]).json()
    assert len(olga.get(attended["webinars"]).json()) == 2


@pytest.mark.parametrize(
    ("kind", "member", "settled", "early"),
    [("webinars", "attendanceTimeInSeconds", 3600, 3000), ("trainings", "timeInSession", 60, 50)],
)
def test_attendance_can_change(
    olga: Door, attended: dict[str, str], kind: str, member: str, settled: int, early: int
) -> None:
    add(olga, kind="changing_attendance", by=10)
    assert [row[member] for row in olga.get(attended[kind]).json()] == [early]
    assert [row[member] for row in olga.get(attended[kind]).json()] == [settled, settled]


def test_a_changing_page_of_attendance_keeps_its_shape(olga: Door, attended: dict[str, str]) -> None:
    add(olga, kind="changing_attendance")
    rows = olga.get(attended["all"]).json()["_embedded"]["attendeeParticipationResponses"]
    assert [row["attendanceTimeInSeconds"] for row in rows] == [3540]


# Schemas


def test_members_come_go_and_change_their_type(olga: Door, webinar_key: str) -> None:
    path = f"{olga.webinars}/{webinar_key}"
    usual = olga.get(path).json()
    add(olga, kind="schema_drift")
    drifted = olga.get(path).json()
    assert drifted.pop("addedLately")["count"] == 1
    assert drifted["times"][0].pop("addedLately")
    assert drifted == usual
    add(olga, kind="schema_drift", change="missing", member="subject")
    assert olga.get(path).json() == {name: value for name, value in usual.items() if name != "subject"}
    add(olga, kind="schema_drift", change="retyped", member="webinarKey")
    assert olga.get(path).json()["webinarKey"] == str(usual["webinarKey"])
    add(olga, kind="schema_drift", change="retyped")
    retyped = olga.get(path).json()
    assert (retyped["inSession"], retyped["subject"]) == ("false", None)
    add(olga, kind="schema_drift", change="missing")
    assert len(olga.get(path).json()) == len(usual) - 1


def test_one_row_of_a_list_drifts_alone(olga: Door, registrants: str) -> None:
    usual = olga.get(registrants).json()
    add(olga, kind="schema_drift", change="missing", member="registrantKey", rows=1)
    first, *others = olga.get(registrants).json()
    assert (usual[0].keys() - {"registrantKey"}, usual[1:]) == (first.keys(), others)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "torn_page", "change": "retyped"},
        {"kind": "schema_drift", "rows": 0},
        {"kind": "status", "change": "repeat"},
        {"kind": "shrunken_list", "keep": -1},
        {"kind": "slow", "seconds": -1},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    assert Door(sandbox).post("/_sandbox/faults", rule).status_code == 400
