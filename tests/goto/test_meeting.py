"""GoToMeeting: lower-case requests, arrays of one, numbers as text, two spellings."""

from __future__ import annotations

from typing import Any

import pytest
from tests.goto.fakes import NOW, FakeGoTo, answer, later

from greenroom.goto import RetryPolicy, ServerError, UnexpectedResponseError, meeting

MEETING = meeting.MeetingReqCreate(subject="Ladders < stairs & <b>more</b>", start_time=NOW, end_time=later(3600))
SENT = {
    "subject": "Ladders &lt; stairs & &lt;b&gt;more&lt;/b&gt;",
    "starttime": "2026-09-01T12:00:00Z",
    "endtime": "2026-09-01T13:00:00Z",
    "passwordrequired": False,
    "conferencecallinfo": "Hybrid",
    "meetingtype": "scheduled",
    "timezonekey": "",
}


def test_a_meeting_is_sent_whole_in_lower_case_with_an_empty_time_zone(connect) -> None:
    fake = FakeGoTo(answer(201, [{"meetingid": 123456789, "joinURL": "https://www.example/join/123456789"}]))

    created = connect(fake).send(meeting.meetings_post(MEETING))

    assert fake.bodies() == [SENT]
    assert (created.meeting_id, created.join_url) == ("123456789", "https://www.example/join/123456789")
    assert "example" not in repr(created)


def test_an_update_is_sent_the_same_way(connect) -> None:
    fake = FakeGoTo(answer(204))
    update = meeting.MeetingReqUpdate(
        subject="Ladders", start_time=NOW, end_time=later(3600), meeting_type=meeting.MeetingType.RECURRING
    )

    assert connect(fake).send(meeting.meetings_meeting_id_put("123456789", update)) is None
    assert fake.bodies() == [SENT | {"subject": "Ladders", "meetingtype": "recurring"}]
    assert (fake.requests[0].method, fake.requests[0].url.path) == ("PUT", "/G2M/rest/meetings/123456789")


@pytest.mark.parametrize("wrap", [lambda it: [it], lambda it: it], ids=["array of one", "object"])
def test_one_meeting_is_read_with_or_without_its_array(connect, wrap: Any) -> None:
    body = {
        "meetingId": 123456789, "subject": "a &lt; b", "status": "inactive", "duration": "60", "createTime": "",
        "startTime": "2026-09-01T12:00:00.+0000", "meetingType": "scheduled", "passwordRequired": "",
    }  # fmt: skip

    one = connect(FakeGoTo(answer(200, wrap(body)))).send(meeting.meetings_meeting_id_get("123456789"))

    assert (one.meeting_id, one.subject, one.duration) == ("123456789", "a < b", 60)
    assert one.status is meeting.MeetingStatus.INACTIVE
    assert (one.start_time, one.create_time, one.password_required) == (NOW, None, None)


@pytest.mark.parametrize("body", [[], [{"meetingId": 1}, {"meetingId": 2}], b"<html>", b"", "x"])
def test_an_array_of_none_or_two_is_unexpected(connect, body: object) -> None:
    with pytest.raises(UnexpectedResponseError):
        connect(FakeGoTo(answer(200, body))).send(meeting.meetings_meeting_id_get("1"))


def test_past_meetings_give_numbers_as_text(connect) -> None:
    body = [
        {"meetingId": "123456789", "sessionId": 77, "duration": "45", "numAttendees": "3", "organizerKey": 9,
         "startTime": "9/1/2026 12:00 PM", "endTime": "2026-09-01T12:45:00Z",
         "recording": {"downloadUrl": "https://x.example/d", "shareUrl": "https://x.example/s"}},
    ]  # fmt: skip
    fake = FakeGoTo(answer(200, body))

    [past] = connect(fake).send(meeting.historical_meetings_get(NOW, later(86_400)))

    assert (past.duration, past.num_attendees, past.organizer_key, past.start_time) == (45, 3, "9", NOW)
    assert past.recording.share_url == "https://x.example/s"
    assert "x.example" not in repr(past)
    assert dict(fake.requests[0].url.params) == {
        "startDate": "2026-09-01T12:00:00Z",
        "endDate": "2026-09-02T12:00:00Z",
    }


@pytest.mark.parametrize("keys", [{"organizerKey": "9"}, {"organizerkey": 9}, {"organizerKey": "9", "organizerkey": 9}])
def test_attendees_have_an_organizer_key_in_either_spelling(connect, keys: dict[str, object]) -> None:
    row = keys | {"attendeeName": "Lena L", "attendeeEmail": "lena@example.com", "duration": 12}

    [stay] = connect(FakeGoTo(answer(200, [row]))).send(meeting.groups_group_key_attendees_get("5"))

    assert (stay.organizer_key, stay.attendee_name, stay.duration) == ("9", "Lena L", 12)
    assert "lena@" not in repr(stay)


def test_an_attendees_name_is_not_taken_for_the_subject(connect) -> None:
    """Elsewhere `name` is another spelling of `subject`."""
    row = {"organizerkey": 9, "name": "Lena L", "startTime": 1788264000000}

    [stay] = connect(FakeGoTo(answer(200, [row]))).send(meeting.meetings_meeting_id_attendees_get("123456789"))

    assert (stay.name, stay.subject, stay.start_time) == ("Lena L", "", NOW)


def test_keys_of_groups_and_meetings_are_read_in_either_spelling(connect) -> None:
    groups = connect(FakeGoTo(answer(200, [{"groupkey": 1}, {"groupKey": "2"}]))).send(meeting.groups_get())
    listed = connect(FakeGoTo(answer(200, [{"meetingid": 1}, {"meetingId": "2"}]))).send(
        meeting.organizers_organizer_key_meetings_get("9", scheduled=True)
    )

    assert [group.group_key for group in groups] == ["1", "2"]
    assert [one.meeting_id for one in listed] == ["1", "2"]


def test_organizers_are_made_changed_and_deleted(connect) -> None:
    fake = FakeGoTo(answer(201, [{"email": "o@example.com", "key": 2**62}]), answer(204), answer(204))
    client = connect(fake)
    request = meeting.OrganizerReq(
        organizer_email="o@example.com", first_name="Olga", last_name="O", product_type=meeting.Product.G2W
    )

    assert client.send(meeting.organizers_post(request)).key == str(2**62)
    client.send(meeting.organizers_organizer_key_put("9", meeting.OrganizerStatus(status="suspended")))
    client.send(meeting.organizers_delete("o+x@example.com"))

    assert fake.bodies() == [
        {"organizerEmail": "o@example.com", "firstName": "Olga", "lastName": "O", "productType": "G2W"},
        {"status": "suspended"},
        None,
    ]
    assert fake.requests[2].url.query == b"email=o%2Bx%40example.com"


def test_a_meeting_is_not_made_twice(connect) -> None:
    fake = FakeGoTo(answer(500))

    with pytest.raises(ServerError):
        connect(fake, retry=RetryPolicy()).send(meeting.meetings_post(MEETING))
    assert len(fake.requests) == 1


def test_the_host_link_is_not_shown(connect) -> None:
    start = connect(FakeGoTo(answer(200, {"hostURL": "https://x.example/h"}))).send(
        meeting.meetings_meeting_id_start_get("1")
    )

    assert start.host_url == "https://x.example/h"
    assert "x.example" not in repr(start)
