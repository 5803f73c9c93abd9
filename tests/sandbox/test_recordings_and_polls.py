"""What remains of a webinar besides its attendance: recordings, polls, surveys, questions."""

import pytest
from tests.sandbox.doors import WEBINAR, Door, ada

HOUR = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}


@pytest.fixture
def session(olga: Door, webinar_key: str) -> str:
    """A session that is over, with Ada and Bo in it."""
    for name in ("ada", "bo"):
        olga.post(f"{olga.webinars}/{webinar_key}/registrants", ada(email=f"{name}@example.com"))
    people = [{"email": "ada@example.com"}, {"email": "bo@example.com"}]
    key = olga.control(f"webinars/{webinar_key}/attendance", {**HOUR, "people": people})["session_key"]
    return f"{olga.webinars}/{webinar_key}/sessions/{key}"


def test_recordings_show_more_when_asked(olga: Door, otto: Door, webinar_key: str) -> None:
    olga.control(f"webinars/{webinar_key}/recordings", {**HOUR, "name": "Ladders"})
    olga.control(f"webinars/{webinar_key}/recordings", {**HOUR, "name": "Questions"})
    account_key = olga.get("/admin/rest/v1/me").json()["accountKey"]
    search = f"{WEBINAR}/recordingassets/search"
    body = {"accountKey": account_key, "sortField": "NAME", "sortOrder": "ASC"}
    found = olga.post(search, body).json()
    assert [asset["name"] for asset in found["_embedded"]["recordingAssets"]] == ["Ladders", "Questions"]
    assert "webinarKey" not in found["_embedded"]["recordingAssets"][0]
    more = olga.post(f"{search}?includes=webinarKey", body | {"name": "ladd"}).json()
    assert [asset["webinarKey"] for asset in more["_embedded"]["recordingAssets"]] == [webinar_key]
    assert olga.post(search, {}).status_code == 400
    own = f"{WEBINAR}/webinars/{webinar_key}/recordingAssets"
    assert olga.get(own, limit=1, page=1).json()["pageSize"] == 1
    assert otto.get(own).status_code == 403


def test_polls_and_surveys_are_counted_and_told_per_attendee(olga: Door, webinar_key: str, session: str) -> None:
    answers = [{"email": "ada@example.com", "answers": ["Yes"]}, {"email": "bo@example.com", "answers": ["No"]}]
    body = {"question": "Clear?", "choices": ["Yes", "No", "Partly"], "answers": answers}
    olga.control(f"webinars/{webinar_key}/polls", body)
    olga.control(f"webinars/{webinar_key}/polls", {"kind": "survey", "question": "Again?", "answers": answers[:1]})
    poll = olga.get(f"{session}/polls").json()[0]
    assert [response["percentage"] for response in poll["responses"]] == [50.0, 50.0, 0.0]
    adas_key = olga.get(f"{session}/attendees").json()[0]["registrantKey"]
    own = olga.get(f"{session}/attendees/{adas_key}/polls").json()
    assert own == [{"question": "Clear?", "answers": ["Yes"], "answer": "Yes"}]
    numbers = olga.get(f"{session}/performance").json()["pollsAndSurveys"]
    assert (numbers["pollCount"], numbers["percentagePollsCompleted"]) == (1, 100.0)
    assert numbers["percentageSurveysCompleted"] == 50.0
    assert olga.get(f"{session}/attendees/1/polls").status_code == 404


def test_questions_name_who_asked_and_who_answered(olga: Door, webinar_key: str, session: str) -> None:
    body = {"email": "bo@example.com", "question": "Which rung?", "answer": "The third from the top."}
    olga.control(f"webinars/{webinar_key}/questions", body)
    asked = olga.get(f"{session}/questions").json()
    assert [(q["question"], q["askedBy"]) for q in asked] == [("Which rung?", "bo@example.com")]
    assert asked[0]["answers"][0]["answererEmail"] == "olga@northwind.example"
    attendees = olga.get(f"{session}/attendees").json()
    counts = [len(olga.get(f"{session}/attendees/{a['registrantKey']}/questions").json()) for a in attendees]
    assert counts == [0, 1]
