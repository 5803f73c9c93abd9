"""Who was in the room, and for how long: through the pages, the control API and the reports."""

from datetime import timedelta
from typing import Any

import pytest
from tests.sandbox.doors import TRAINING, WEBINAR, WIDE, Door, ada


@pytest.fixture
def join(olga: Door, webinar_key: str) -> str:
    """Ada's way into Olga's webinar."""
    url = olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada()).json()["joinUrl"]
    return str(url).removeprefix("http://testserver")


def rest(door: Door, seconds: float) -> None:
    door.sandbox.clock.advance(timedelta(seconds=seconds))


def attendees(olga: Door, webinar_key: str) -> Any:
    body = olga.get(f"{olga.webinars}/{webinar_key}/attendees").json()
    return body.get("_embedded", {}).get("attendeeParticipationResponses", [])


def test_before_the_launch_the_room_is_shut(olga: Door, webinar_key: str, join: str) -> None:
    guest = Door(olga.sandbox)
    assert "The organizer has not started yet" in guest.get(join).text
    olga.control(f"webinars/{webinar_key}/launch")
    olga.control(f"webinars/{webinar_key}/end")
    assert attendees(olga, webinar_key) == []


def test_joins_and_leaves_add_up_to_seconds(olga: Door, webinar_key: str, join: str) -> None:
    guest = Door(olga.sandbox)
    olga.control(f"webinars/{webinar_key}/launch")
    rest(olga, 10)
    assert "You are in, Ada" in guest.get(join).text
    rest(olga, 100)
    guest.get(join)  # looking again is not joining again
    rest(olga, 20)
    left = guest.http.post(f"{join}/leave")
    assert left.status_code == 303
    assert "You have left" in guest.get(left.headers["Location"]).text
    rest(olga, 60)
    guest.get(join)
    rest(olga, 30)
    assert attendees(olga, webinar_key) == []  # attendance appears after the end
    olga.control(f"webinars/{webinar_key}/end")
    row = attendees(olga, webinar_key)[0]
    assert row["attendanceTimeInSeconds"] == 150
    assert row["attendance"] == [
        {"joinTime": "2026-09-01T12:00:10Z", "leaveTime": "2026-09-01T12:02:10Z"},
        {"joinTime": "2026-09-01T12:03:10Z", "leaveTime": "2026-09-01T12:03:40Z"},
    ]


def test_two_devices_at_once_count_once_unless_switched(olga: Door, webinar_key: str, join: str) -> None:
    olga.control(f"webinars/{webinar_key}/launch")
    people = f"webinars/{webinar_key}/people"
    for action, at in (("join", "12:00:00"), ("join", "12:01:00"), ("leave", "12:02:00"), ("leave", "12:03:00")):
        olga.control(people, {"email": "ada@example.com", "action": action, "at": f"2026-09-01T{at}Z"})
    rest(olga, 600)
    olga.control(f"webinars/{webinar_key}/end")
    assert attendees(olga, webinar_key)[0]["attendanceTimeInSeconds"] == 180
    olga.control("switches", {"overlapping_attendance": "sum"}, "PUT")
    assert attendees(olga, webinar_key)[0]["attendanceTimeInSeconds"] == 240


def test_there_is_one_row_per_registrant_and_session(olga: Door, webinar_key: str, join: str) -> None:
    for _ in range(2):
        olga.control(f"webinars/{webinar_key}/launch")
        olga.control(f"webinars/{webinar_key}/people", {"email": "ada@example.com", "action": "join"})
        rest(olga, 60)
        olga.control(f"webinars/{webinar_key}/end")
        rest(olga, 60)
    rows = attendees(olga, webinar_key)
    assert len({row["sessionKey"] for row in rows}) == 2
    assert {row["email"] for row in rows} == {"ada@example.com"}
    assert isinstance(rows[0]["registrantKey"], str)
    session = f"{olga.webinars}/{webinar_key}/sessions/{rows[0]['sessionKey']}"
    bare = olga.get(f"{session}/attendees").json()
    assert bare[0]["registrantKey"] == int(rows[0]["registrantKey"])
    assert "attendance" not in olga.get(f"{session}/attendees/{rows[0]['registrantKey']}").json()
    listed = olga.get(f"{WEBINAR}/organizers/{olga.organizer_key}/sessions", **WIDE).json()
    assert [s["registrantsAttended"] for s in listed["_embedded"]["sessionInfoResources"]] == [1, 1]
    numbers = olga.get(f"{session}/performance").json()["attendance"]
    assert (numbers["registrantCount"], numbers["percentageAttendance"]) == (1, 100.0)


def test_attendance_can_be_late(olga: Door, webinar_key: str, join: str) -> None:
    olga.control("switches", {"attendance_delay_seconds": 3600}, "PUT")
    olga.control(f"webinars/{webinar_key}/launch")
    Door(olga.sandbox).get(join)
    olga.control(f"webinars/{webinar_key}/end")
    rest(olga, 3599)
    assert attendees(olga, webinar_key) == []
    rest(olga, 1)
    token = olga.control("tokens", {"organizer_key": olga.organizer_key})["access_token"]
    assert len(attendees(Door(olga.sandbox, token, olga.organizer_key), webinar_key)) == 1


def test_a_session_nobody_ends_is_ended_four_hours_after_its_planned_end(
    olga: Door, webinar_key: str, join: str
) -> None:
    olga.control(f"webinars/{webinar_key}/launch")
    Door(olga.sandbox).get(join)
    rest(olga, 6 * 3600 - 1)  # it was to start in one hour and to last one
    olga.sandbox.tick()
    state = olga.control("state", method="GET")["webinars"][0]
    assert state["is_live"] is True
    rest(olga, 3600)
    olga.sandbox.tick()
    assert olga.control("state", method="GET")["webinars"][0]["is_live"] is False
    session = olga.sandbox.core.state.sessions[state["sessions"][0]]
    assert session.ended_at is not None
    assert (session.ended_at - session.started_at) == timedelta(hours=6)


def test_the_host_page_launches_approves_and_ends(olga: Door, omar: Door) -> None:
    key = olga.control("webinars", {"organizer_key": olga.organizer_key, "approval": "MANUAL"})["key"]
    olga.post(f"{olga.webinars}/{key}/registrants", ada())
    host = Door(olga.sandbox)
    start_url = olga.get(f"{WEBINAR}/webinars/{key}/startUrl").json()["startUrl"]
    page = start_url.removeprefix("http://testserver")
    assert host.get(page).headers["Location"] == f"/sign-in?next={page}"
    host.http.post("/sign-in", data={"email": "omar@northwind.example", "password": "sandbox"})
    assert host.get(page).status_code == 403
    host.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    assert "Launch webinar" in host.get(page).text
    registrant_key = olga.sandbox.core.state.registrants_of(key)[0].key
    assert host.http.post(f"{page}/approve", data={"registrant": registrant_key}).status_code == 303
    assert host.http.post(f"{page}/launch").status_code == 303
    assert host.http.post(f"{page}/launch").status_code == 409
    assert olga.get(f"{olga.webinars}/{key}").json()["inSession"] is True
    join = olga.get(f"{olga.webinars}/{key}/registrants").json()[0]["joinUrl"]
    Door(olga.sandbox).get(join)
    assert "Ada Ferro" in host.get(page).text
    assert host.http.post(f"{page}/end").status_code == 303
    assert len(attendees(olga, key)) == 1


def test_nobody_acts_on_a_host_page_without_signing_in(olga: Door, webinar_key: str) -> None:
    response = Door(olga.sandbox).http.post(f"/host/webinar/{webinar_key}/launch")
    assert response.headers["Location"].startswith("/sign-in")
    assert olga.get(f"{olga.webinars}/{webinar_key}").json()["inSession"] is False


def test_a_training_start_link_works_once(olga: Door, training_key: str) -> None:
    url = olga.get(f"{TRAINING}/trainings/{training_key}/start").json()["hostURL"].removeprefix("http://testserver")
    first, second = Door(olga.sandbox), Door(olga.sandbox)
    assert first.get(url).headers["Location"] == f"/host/training/{training_key}"
    assert first.http.post(f"/host/training/{training_key}/launch").status_code == 303
    assert second.get(url).status_code == 403


def test_a_training_reports_whole_minutes_and_those_who_did_not_come(olga: Door, training_key: str) -> None:
    path = f"{olga.trainings}/{training_key}/registrants"
    for name in ("Ada", "Bo"):
        olga.post(path, {"givenName": name, "surname": "Ferro", "email": f"{name.lower()}@example.com"})
    olga.control(f"trainings/{training_key}/launch")
    url = olga.get(path).json()[0]["joinUrl"]
    assert "/join/training/" in url
    guest = Door(olga.sandbox)
    guest.get(url)
    rest(olga, 119)
    guest.http.post(f"{url}/leave")
    olga.control(f"trainings/{training_key}/end")
    reports = f"{TRAINING}/reports/organizers/{olga.organizer_key}"
    session = olga.get(f"{reports}/trainings/{training_key}").json()[0]
    rows = olga.get(f"{reports}/sessions/{session['sessionKey']}/attendees").json()
    assert [(row["email"], row["timeInSession"]) for row in rows] == [("ada@example.com", 1), ("bo@example.com", 0)]
    assert rows[0]["inSessionTimes"][0]["timeInPartOfSession"] == 1
    assert session["attendanceCount"] == 1
    olga.control("switches", {"training_minutes": "ceil"}, "PUT")
    rows = olga.get(f"{reports}/sessions/{session['sessionKey']}/attendees").json()
    assert rows[0]["timeInSession"] == 2


def test_a_past_session_can_be_written(olga: Door, webinar_key: str, join: str) -> None:
    body = {
        "started_at": "2026-08-20T10:00:00Z",
        "ended_at": "2026-08-20T11:00:00Z",
        "people": [{"email": "ada@example.com", "intervals": [["2026-08-20T10:00:00Z", "2026-08-20T10:30:00Z"]]}],
    }
    assert olga.control(f"webinars/{webinar_key}/attendance", body)["people"][0]["attended_seconds"] == 1800
    body["people"] = [{"email": "ada@example.com", "intervals": [["2026-08-20T09:00:00Z", None]]}]
    assert olga.post(f"/_sandbox/webinars/{webinar_key}/attendance", body).status_code == 400
    assert len(attendees(olga, webinar_key)) == 1


def test_the_registration_page_signs_up_and_shows_mistakes(olga: Door) -> None:
    more = {"fields": [{"name": "country", "is_required": True}], "questions": [{"text": "Where?", "choices": ["A"]}]}
    key = olga.control("webinars", {"organizer_key": olga.organizer_key, **more})["key"]
    question = olga.get(f"{olga.webinars}/{key}/registrants/fields").json()["questions"][0]["questionKey"]
    page = Door(olga.sandbox).http
    assert "Country" in page.get(f"/register/{key}").text
    assert page.post(f"/register/{key}", data=ada()).status_code == 400
    form = ada(country="France") | {f"question-{question}": "0"}
    assert "You are registered" in page.post(f"/register/{key}", data=form).text
    assert page.post(f"/register/{key}", data=form).status_code == 409
    registrant_key = olga.get(f"{olga.webinars}/{key}/registrants").json()[0]["registrantKey"]
    detail = olga.get(f"{olga.webinars}/{key}/registrants/{registrant_key}").json()
    assert detail["responses"] == [{"question": "Where?", "answer": "A"}]


def test_names_are_shown_as_text(olga: Door, webinar_key: str) -> None:
    body = ada(firstName="<script>alert(1)</script>")
    url = olga.post(f"{olga.webinars}/{webinar_key}/registrants", body).json()["joinUrl"]
    olga.control(f"webinars/{webinar_key}/launch")
    text = Door(olga.sandbox).get(url).text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
