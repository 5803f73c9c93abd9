"""What became of events: who was there and for how long, what was asked, and what happened since."""

from dataclasses import replace

import pytest

from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events.models import Attendee, EventSession, SessionAnswers
from greenroom.hub.sync.services import open_run, synchronize

LENA = {"email": "lena@example.com", "firstName": "Lena", "lastName": "Lind"}


@pytest.fixture
def held(world, event, do):
    """A webinar in whose hour Lena was for 30 minutes, read from GoTo."""
    do("AddWebinarRegistrant", webinarKey=event.event_key, **LENA)
    world.advance(hours=3)
    world.write_attendance(event.event_key, {"lena@example.com": [[0, 10], [20, 40]]})
    world.advance(hours=1)
    run = open_run(connection=event.connection, product="webinar", is_full=True)
    synchronize(run=run)
    return event


def test_sessions_and_attendees_are_told_with_minutes_and_percent(held, tell):
    [session] = tell("ListSessions", event=held.event_key)
    assert 60 == session["minutes"]
    [one] = tell("ListAttendees", event=held.event_key, session_key=session["session_key"])
    assert (30, 50.0) == (one["attended_minutes"], one["attended_percent"])
    assert "lena@example.com" == one["email"]
    [registrant] = tell("ListRegistrants", event=held.event_key)
    assert registrant["registrant_key"] == one["registrant_key"]
    assert [] == tell("ListAttendees", event=held.event_key, email="otto@example.com")
    assert 1 == tell("GetEvent", event=held.event_key)["attended"]


def test_lists_of_attendees_cost_the_same_with_many_rows(held, do, django_assert_max_num_queries):
    session = EventSession.objects.get()
    for number in range(20):
        Attendee.objects.create(
            session=session, attendee_key=str(number), email="", attended_seconds=60, reported_seconds=60
        )
    with django_assert_max_num_queries(2):
        assert 21 == len(do("ListAttendees", event=held.event_key).body)


def test_polls_and_questions_are_read_when_they_are_asked_for_first(world, held, tell):
    session = EventSession.objects.get()
    world.list_calls()
    report = tell("GetSessionReport", event=held.event_key, session_key=session.session_key)
    assert {"polls", "questions", "surveys"} <= report.keys()
    assert 1 == SessionAnswers.objects.count()
    assert "getQuestions" in world.list_calls()
    tell("GetSessionReport", event=held.event_key, session_key=session.session_key)
    assert [] == world.list_calls()


def test_what_goto_does_not_tell_is_said(world, pull, tell):
    training = pull(world.schedule_training(), "training")
    with pytest.raises(StateConflictError, match="webinars only"):
        tell("GetSessionReport", event=training.event_key, session_key="1")
    meeting = pull(world.schedule_meeting(), "meeting")
    with pytest.raises(StateConflictError, match="webinars and trainings only"):
        tell("ListRecordings", event=meeting.event_key)
    with pytest.raises(StateConflictError, match="everybody joins by the same link"):
        tell("ListRegistrationQuestions", event=meeting.event_key)


def test_a_recording_is_listed_and_leads_to_its_download(world, event, tell):
    times = {"started_at": event.starts_at.isoformat(), "ended_at": event.ends_at.isoformat()}
    key = world.control("POST", f"webinars/{event.event_key}/recordings", **times)["key"]
    [one] = tell("ListRecordings", event=event.event_key)
    assert key == one["recording_key"] == one["id"]
    assert tell("GetRecordingLink", event=event.event_key, recording_key=key)["download_url"].startswith("http")
    with pytest.raises(UnknownObjectError):
        tell("GetRecordingLink", event=event.event_key, recording_key="none")


def test_the_feed_tells_everything_once(event, do, tell):
    start = tell("GetFeed")
    assert ([], False) == (start["items"], start["has_more"])
    for number in range(3):
        person = LENA | {"email": f"p{number}@example.com"}
        do("AddWebinarRegistrant", webinarKey=event.event_key, **person)
    seen, cursor, has_more = [], start["cursor"], True
    while has_more:
        page = tell("GetFeed", cursor=cursor, limit=2)
        assert page == tell("GetFeed", cursor=cursor, limit=2)
        seen += [(one["kind"], one["email"], one["event_key"]) for one in page["items"]]
        cursor, has_more = page["cursor"], page["has_more"]
    assert [("registered", f"p{number}@example.com", event.event_key) for number in range(3)] == seen
    assert [] == tell("GetFeed", cursor=cursor)["items"]


def test_the_feed_is_of_the_callers_accounts_and_cursors_are_their_own(event, do, caller, tell):
    cursor = tell("GetFeed")["cursor"]
    do("AddWebinarRegistrant", webinarKey=event.event_key, **LENA)
    other = replace(caller, owner="key:2", connection_ids=frozenset({event.connection_id + 1}))
    for bad in (cursor, "x", cursor[:-1]):
        with pytest.raises(UnknownObjectError):
            do("GetFeed", caller=other, cursor=bad)
    own = replace(other, owner=caller.owner)
    assert [] == do("GetFeed", caller=own, cursor=cursor).body.items
