"""What a type checker must know about the client; `test_typing.py` asks one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from greenroom import goto as package
from greenroom.goto import (
    Answer,
    AsyncGoTo,
    GoTo,
    Page,
    Redirect,
    admin,
    assist,
    meeting,
    scim,
    seeit,
    training,
    webinar,
)


def sync_types(goto: GoTo) -> None:
    assert_type(goto.send(training.get_training("1", "2")), training.Training)
    assert_type(goto.send(training.get_all_trainings("1")), list[training.Training])
    assert_type(goto.send(training.get_recording_download_by_id("1", "2")), Redirect)
    assert_type(goto.send(webinar.get_all_registrants_for_webinar("1", "2")), Page[webinar.Registrant])
    assert_type(goto.fetch(webinar.get_webinar("1", "2")).value.webinar_key, str)
    for registrant in goto.iterate(webinar.get_all_registrants_for_webinar("1", "2")):
        assert_type(registrant, webinar.Registrant)
    for registrant in goto.fetch(webinar.get_all_registrants_for_webinar("1", "2")).rows():
        assert_type(registrant, webinar.Registrant)
    for organizer in goto.iterate(training.get_all_organisers("1")):
        assert_type(organizer, training.Organizer)
    for page in goto.pages(webinar.get_all_sessions("1", "2"), page_size=50):
        assert_type(page.content, bytes)
        assert_type(page.items[0], webinar.ReportingSession)


def types_of_other_products(goto: GoTo, request: meeting.MeetingReqCreate) -> None:
    assert_type(goto.send(meeting.meetings_post(request)), meeting.MeetingCreated)
    assert_type(goto.send(meeting.meetings_meeting_id_get("1")), meeting.MeetingById)
    assert_type(goto.send(meeting.upcoming_meetings_get()), list[meeting.UpcomingMeeting])
    assert_type(goto.fetch(meeting.organizers_delete("e")), Answer[None])
    assert_type(goto.send(scim.get_users()), Page[scim.User])
    assert_type(goto.send(assist.get_companies()), Page[assist.Company])
    assert_type(goto.send(assist.get_tickets("t")), Any)
    assert_type(goto.send(assist.start_session_in_browser()), Redirect)
    assert_type(goto.fetch(seeit.sessions_post()).value.support_key, str)
    for user in goto.iterate(admin.get_users("1")):
        assert_type(user, admin.User)
    for attendee in goto.iterate(meeting.meetings_meeting_id_attendees_get("1")):
        assert_type(attendee, meeting.Attendee)
    for row in webinar.iterate_attendance(goto, "1", "2"):
        assert_type(row, webinar.Attendee)
    goto.download(goto.send(training.get_recording_download_by_id("1", "2")), Path("rec.mp4"), progress=print)


async def async_types(goto: AsyncGoTo) -> None:
    assert_type(await goto.send(training.get_training("1", "2")), training.Training)
    async for attendee in goto.iterate(webinar.get_attendees_for_all_webinar_sessions("1", "2")):
        assert_type(attendee, webinar.Attendee)
    answer = await goto.fetch(webinar.get_webinar("1", "2"))
    assert_type(answer.value, webinar.WebinarByKey)
    found = await goto.gather(webinar.get_webinar("1", key) for key in ("2", "3"))
    assert_type(found, list[webinar.WebinarByKey])
    async for row in webinar.iterate_attendance_async(goto, "1", "2"):
        assert_type(row, webinar.Attendee)


def wrong_calls(goto: GoTo) -> None:
    goto.send(training.get_training("1"))  # type: ignore[call-arg]
    goto.iterate(webinar.get_webinar("1", "2"))  # type: ignore[arg-type]
    goto.iterate(meeting.meetings_meeting_id_get("1"))  # type: ignore[arg-type]
    goto.send(meeting.meetings_post(training.TrainingTimes(time_zone="GMT", times=())))  # type: ignore[arg-type]
    webinar.get_webinars("1", "2026-09-01", "2026-09-02")  # type: ignore[arg-type]
    package.GoToo  # type: ignore[attr-defined]  # noqa: B018
