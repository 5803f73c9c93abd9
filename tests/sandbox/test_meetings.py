"""Meetings: made, started once by a link, joined by name, kept in the history."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.sandbox.doors import MEETING, Door, meeting

HISTORY = {"startDate": "2026-01-01T00:00:00Z", "endDate": "2027-01-01T00:00:00Z"}


@pytest.fixture
def meeting_key(olga: Door) -> str:
    return str(olga.post(f"{MEETING}/meetings", meeting()).json()[0]["meetingid"])


def attendees(door: Door, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = door.get(f"{MEETING}/meetings/{key}/attendees").json()
    return rows


def test_a_meeting_is_created_read_changed_and_deleted(olga: Door) -> None:
    made = olga.post(f"{MEETING}/meetings", meeting(subject="a &lt; b"))
    assert made.status_code == 201
    created = made.json()[0]
    assert created["joinURL"] == f"http://testserver/join/{created['meetingid']}"
    assert 10**8 <= created["meetingid"] < 10**9
    path = f"{MEETING}/meetings/{created['meetingid']}"
    detail = olga.get(path).json()[0]
    assert (detail["subject"], detail["status"], detail["duration"]) == ("a &lt; b", "INACTIVE", 60)
    assert olga.put(path, meeting(subject="Later", endtime="2026-09-02T12:30:00Z")).status_code == 204
    assert olga.get(path).json()[0]["duration"] == 150
    assert olga.delete(path).status_code == 204
    assert (olga.get(path).status_code, olga.get(path).json()["errorCode"]) == (404, "NoSuchMeeting")


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "a < b"},
        {"subject": "x" * 101},
        {"starttime": "tomorrow"},
        {"endtime": "2026-09-02T09:00:00Z"},
        {"endtime": "2026-08-02T11:00:00Z", "starttime": "2026-08-02T10:00:00Z"},
        {"passwordrequired": "no"},
        {"timezonekey": "Europe/Berlin"},
        {"timezonekey": None},
        {"meetingtype": "weekly"},
        {"conferencecallinfo": "x" * 256},
    ],
)
def test_every_member_is_needed_and_checked(olga: Door, change: dict[str, Any]) -> None:
    answer = olga.post(f"{MEETING}/meetings", meeting(**change))
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidRequest")


def test_the_start_link_works_once_and_then_the_meeting_runs(olga: Door, meeting_key: str) -> None:
    link = urlsplit(olga.get(f"{MEETING}/meetings/{meeting_key}/start").json()["hostURL"])
    browser = Door(olga.sandbox)
    opened = browser.get(f"{link.path}?{link.query}")
    assert opened.status_code == 303
    assert "Launch meeting" in browser.get(opened.headers["Location"]).text
    assert Door(olga.sandbox).get(f"{link.path}?{link.query}").status_code == 403
    assert browser.http.post(f"{link.path}/launch").status_code == 303
    assert olga.get(f"{MEETING}/meetings/{meeting_key}").json()[0]["status"] == "ACTIVE"
    assert olga.get(f"{MEETING}/upcomingMeetings").json()[0]["status"] == "ACTIVE"
    assert olga.delete(f"{MEETING}/meetings/{meeting_key}").status_code == 400
    assert browser.http.post(f"{link.path}/end").status_code == 303


def test_guests_come_in_by_name_and_each_join_is_a_row(olga: Door, meeting_key: str) -> None:
    guest = Door(olga.sandbox)
    assert "has not started yet" in guest.get(f"/join/{meeting_key}").text
    olga.control(f"meetings/{meeting_key}/launch")
    assert guest.http.post(f"/join/{meeting_key}", data={"name": " "}).status_code == 400
    entered = guest.http.post(f"/join/{meeting_key}", data={"name": "Ada Ferro", "email": "ada@example.com"})
    room = entered.headers["Location"]
    assert "You are in, Ada" in guest.get(room).text
    olga.sandbox.clock.advance(timedelta(minutes=10))
    assert "You have left" in guest.get(guest.http.post(f"{room}/leave").headers["Location"]).text
    olga.sandbox.clock.advance(timedelta(minutes=5))
    guest.http.post(f"/join/{meeting_key}", data={"name": "Ada Ferro", "email": "ada@example.com"})
    olga.control(f"meetings/{meeting_key}/people", {"name": "Somebody", "action": "join"})
    olga.sandbox.clock.advance(timedelta(minutes=5))
    assert attendees(olga, meeting_key) == []  # a running meeting is not in the history
    olga.control(f"meetings/{meeting_key}/end")
    rows = attendees(olga, meeting_key)
    assert [(row["attendeeName"], row["attendeeEmail"]) for row in rows] == [
        ("Ada Ferro", "ada@example.com"),
        ("Ada Ferro", "ada@example.com"),
        ("Somebody", ""),
    ]
    assert (rows[0]["joinTime"], rows[0]["leaveTime"]) == ("2026-09-01T12:00:00Z", "2026-09-01T12:10:00Z")
    assert {row["email"] for row in rows} == {"olga@northwind.example"}
    assert {row["numAttendees"] for row in rows} == {2}
    assert "This meeting is over" in guest.get(room).text or "goes on" not in guest.get(room).text


def test_a_recurring_meeting_is_held_again_and_again(olga: Door) -> None:
    key = olga.control("meetings", {"organizer_key": olga.organizer_key, "kind": "recurring"})["key"]
    for day in (2, 9):
        times = {"started_at": f"2026-08-0{day}T10:00:00Z", "ended_at": f"2026-08-0{day}T10:30:00Z"}
        olga.control(f"meetings/{key}/attendance", times | {"people": [{"name": f"Guest {day}"}]})
    olga.sandbox.clock.advance(timedelta(minutes=30))
    held = olga.get(f"{MEETING}/historicalMeetings", **HISTORY).json()
    assert [(row["meetingId"], row["duration"], row["numAttendees"]) for row in held] == [(key, "30", "1")] * 2
    assert [row["attendeeName"] for row in attendees(olga, key)] == ["Guest 2", "Guest 9"]
    instance = olga.get(f"{MEETING}/meetings", history="true", **HISTORY).json()[1]["meetingInstanceKey"]
    assert [row["attendeeName"] for row in attendees(olga, instance)] == ["Guest 9"]
    assert key in [row["meetingId"] for row in olga.get(f"{MEETING}/upcomingMeetings").json()]


def test_a_held_meeting_stays_in_the_history_after_it_is_deleted(olga: Door, meeting_key: str) -> None:
    times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T10:30:00Z"}
    olga.control(f"meetings/{meeting_key}/attendance", times | {"people": [{"name": "Ada"}]})
    assert olga.delete(f"{MEETING}/meetings/{meeting_key}").status_code == 204
    assert len(olga.get(f"{MEETING}/historicalMeetings", **HISTORY).json()) == 1
    assert len(attendees(olga, meeting_key)) == 1


def test_colleagues_see_their_own_and_administrators_see_all(olga: Door, omar: Door, otto: Door) -> None:
    key = omar.post(f"{MEETING}/meetings", meeting()).json()[0]["meetingid"]
    path = f"{MEETING}/meetings/{key}"
    assert (omar.get(path).status_code, olga.get(path).status_code, otto.get(path).status_code) == (200, 200, 404)
    assert olga.get(f"{MEETING}/upcomingMeetings").json() == []
    assert len(olga.get(f"{MEETING}/organizers/{omar.organizer_key}/upcomingMeetings").json()) == 1
    refused = omar.get(f"{MEETING}/organizers/{olga.organizer_key}/upcomingMeetings")
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "AccessDenied")


def test_only_administrators_list_everybody_who_attended(olga: Door, omar: Door) -> None:
    for door, status in ((olga, 200), (omar, 403)):
        answer = door.get(f"{MEETING}/organizers/{omar.organizer_key}/attendees", **HISTORY)
        assert answer.status_code == status


def test_a_group_of_more_than_fifty_is_refused(olga: Door) -> None:
    account_key = olga.sandbox.core.state.users[olga.organizer_key].account_key
    group_key = olga.get(f"{MEETING}/groups").json()[0]["groupkey"]
    for number in range(50):
        olga.control("organizers", {"account_key": account_key, "email": f"o{number}@northwind.example"})
    answer = olga.get(f"{MEETING}/groups/{group_key}/upcomingMeetings")
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "GroupTooLarge")
    assert len(olga.get(f"{MEETING}/groups/{group_key}/organizers").json()) == 51


def test_a_suspended_organizer_can_use_nothing_until_a_product_is_added(olga: Door, omar: Door) -> None:
    path = f"{MEETING}/organizers/{omar.organizer_key}"
    assert olga.put(path, {"status": "suspended"}).status_code == 204
    assert olga.get(path).json()[0]["status"] == "suspended"
    assert omar.get(f"{MEETING}/upcomingMeetings").status_code == 403
    assert olga.put(path, {"status": "active"}).status_code == 400
    assert olga.put(path, {"productType": "G2W"}).status_code == 204
    assert olga.get(path).json()[0]["products"] == ["G2M", "G2W"]
    assert omar.get(f"{MEETING}/upcomingMeetings").status_code == 200
    assert omar.get(omar.trainings).status_code == 403


def test_a_deleted_organizer_is_gone_and_what_they_held_is_not(olga: Door, omar: Door) -> None:
    omar.control("webinars", {"organizer_key": omar.organizer_key})
    assert olga.delete(f"{MEETING}/organizers/{olga.organizer_key}").status_code == 403
    assert olga.delete(f"{MEETING}/organizers/{omar.organizer_key}").status_code == 204
    assert omar.get(f"{MEETING}/upcomingMeetings").status_code == 403
    assert olga.get(f"{MEETING}/organizers/{omar.organizer_key}").status_code == 404
    account_key = olga.sandbox.core.state.users[olga.organizer_key].account_key
    wide = {"fromTime": "2026-01-01T00:00:00Z", "toTime": "2027-01-01T00:00:00Z"}
    listed = olga.get(f"/G2W/rest/v2/accounts/{account_key}/webinars", **wide).json()
    assert listed["page"]["totalElements"] == 1
