"""What a type checker must know about the client; `test_typing.py` asks one."""

from __future__ import annotations

from typing import assert_type

from greenroom.goto import AsyncGoTo, GoTo, Page, Redirect, training, webinar


def sync_types(goto: GoTo) -> None:
    assert_type(goto.send(training.get_training("1", "2")), training.Training)
    assert_type(goto.send(training.get_all_trainings("1")), list[training.Training])
    assert_type(goto.send(training.get_recording_download_by_id("1", "2")), Redirect)
    assert_type(goto.send(webinar.get_all_registrants_for_webinar("1", "2")), Page[webinar.Registrant])
    assert_type(goto.fetch(webinar.get_webinar("1", "2")).value.webinar_key, str)
    for registrant in goto.iterate(webinar.get_all_registrants_for_webinar("1", "2")):
        assert_type(registrant, webinar.Registrant)
    for organizer in goto.iterate(training.get_all_organisers("1")):
        assert_type(organizer, training.Organizer)
    for page in goto.pages(webinar.get_all_sessions("1", "2"), page_size=50):
        assert_type(page.content, bytes)
        assert_type(page.items[0], webinar.ReportingSession)


async def async_types(goto: AsyncGoTo) -> None:
    assert_type(await goto.send(training.get_training("1", "2")), training.Training)
    async for attendee in goto.iterate(webinar.get_attendees_for_all_webinar_sessions("1", "2")):
        assert_type(attendee, webinar.Attendee)


def wrong_calls(goto: GoTo) -> None:
    goto.send(training.get_training("1"))  # type: ignore[call-arg]
    goto.iterate(webinar.get_webinar("1", "2"))  # type: ignore[arg-type]
    webinar.get_webinars("1", "2026-09-01", "2026-09-02")  # type: ignore[arg-type]
