"""Meetings and support sessions as sync mirrors them: without plans to rely on, and without anybody signed up."""

from datetime import timedelta

import pytest

from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import close_past_events, watch

LENA = {"name": "Lena Fischer", "email": "lena@example.com", "joined": [[0, 30]]}
WEEKLY = {"title": "Weekly", "kind": "recurring"}


@pytest.fixture
def look(connection):
    """Watch closely, as the hub does every few seconds."""
    return lambda product="meeting": watch(connection=connection, product=product)


def state() -> str:
    return Event.objects.get().state


def kinds(*but: str) -> list[str]:
    facts = Fact.objects.filter(event_id__isnull=False).order_by("pk").values_list("kind", flat=True)
    return [kind for kind in facts if kind not in but]


# Meetings


def test_a_pass_over_meetings_is_three_calls_and_two_when_nothing_is_due(world, sync):
    for number in range(4):
        key = world.schedule_meeting(f"Meeting {number}", starts_in=timedelta(hours=-1))
        world.hold_meeting(key, [LENA])
    world.schedule_meeting("To come")
    world.count_calls()
    assert (3, 3) == (sync("meeting").calls, world.count_calls())
    assert (5, 4, 4) == (Event.objects.count(), EventSession.objects.count(), Attendee.objects.count())
    world.advance(minutes=1)
    assert 2 == sync("meeting", is_full=False).calls


def test_looking_again_at_attendance_takes_no_second_look_at_the_history(world, sync):
    for days in (1, 2):
        key = world.schedule_meeting(f"Meeting {days}", starts_in=timedelta(hours=-1))
        world.hold_meeting(key, [LENA])
        sync("meeting", is_full=False)
        world.advance(days=days)
    assert 3 == sync("meeting", is_full=False).calls


def test_a_recurring_meeting_runs_ends_and_stays_to_come(world, sync, look):
    key = world.schedule_meeting(**WEEKLY)
    sync("meeting")
    for times in (1, 2):
        world.advance(days=7)
        world.launch(key, "meetings")
        look()
        assert "live" == state()
        world.control("POST", f"meetings/{key}/people", name="Lena", email="lena@example.com", action="join")
        world.advance(minutes=30)
        world.end(key, "meetings")
        look()
        assert ("scheduled", times, times) == (state(), EventSession.objects.count(), Attendee.objects.count())
        close_past_events()
        sync("meeting", is_full=False)
        assert "scheduled" == state()
    assert 2 == kinds().count("session_ended")
    assert [] == [kind for kind in kinds() if kind in {"event_changed", "event_cancelled"}]


def test_a_run_of_a_recurring_meeting_that_nobody_watched_is_found(world, sync):
    key = world.schedule_meeting(**WEEKLY)
    sync("meeting")
    for times in (1, 2, 3):
        world.advance(days=3)
        world.hold_meeting(key, [LENA])
        world.advance(hours=1)
        sync("meeting", is_full=False)
        assert (times, times) == (EventSession.objects.count(), Attendee.objects.count())


def test_a_recurring_meeting_that_is_gone_is_cancelled_though_it_was_held(world, sync, connection):
    key = world.schedule_meeting(**WEEKLY)
    world.hold_meeting(key, [LENA])
    sync("meeting")
    world.sandbox.core.state.meetings.remove(key)
    states = []
    for _ in range(3):
        world.advance(minutes=15)
        sync("meeting", is_full=False)
        states.append(state())
    assert ["missing", "cancelled", "cancelled"] == states
    assert 1 == Attendee.objects.count()


def test_a_meeting_with_a_date_keeps_it_when_it_was_held(world, sync, look):
    key = world.schedule_meeting("Plan", starts_in=timedelta(hours=1))
    sync("meeting")
    start = Event.objects.get().starts_at
    world.advance(minutes=65)
    world.launch(key, "meetings")
    look()
    world.advance(minutes=50)
    world.end(key, "meetings")
    look()
    world.advance(hours=3)
    sync("meeting")
    event = Event.objects.get()
    assert ("ended", start, "one") == (event.state, event.starts_at, event.dates)
    assert (start + timedelta(minutes=5), 0) == (event.sessions.get().started_at, kinds().count("event_changed"))


def test_what_was_held_before_we_came_is_there_with_its_people(world, sync):
    key = world.schedule_meeting("Before", starts_in=timedelta(hours=-1))
    world.hold_meeting(key, [LENA, {"name": "Otto", "email": "", "joined": [[0, 10], [20, 30]]}])
    world.advance(days=20)
    sync("meeting")
    event = Event.objects.get()
    assert ("ended", "Before", None) == (event.state, event.title, event.attendance_due_at)
    found = Attendee.objects.order_by("-email").values_list("email", "first_name", "attended_seconds", "registrant")
    assert [("lena@example.com", "Lena Fischer", 1800, None), ("", "Otto", 1200, None)] == list(found)
    assert (["event_created"], 0) == (kinds("attended", "attendance_read", "attendance_final", "attendance_closed"), 0)
    assert not Registrant.objects.exists()


def test_who_attended_is_told_with_who_they_are_here(world, sync, lena):
    world.hold_meeting(world.schedule_meeting(**WEEKLY), [LENA | {"email": "LENA@Example.com"}, LENA | {"email": ""}])
    sync("meeting")
    told = Fact.objects.filter(kind="attended").order_by("email").values_list("email", "user_id", "registrant_id")
    assert [("", None, None), ("lena@example.com", lena.pk, None)] == list(told)


def test_a_meeting_that_was_over_can_come_again(world, sync):
    key = world.schedule_meeting("Again", starts_in=timedelta(hours=-1))
    world.hold_meeting(key, [LENA])
    sync("meeting")
    meeting = world.sandbox.core.state.meetings[key]
    meeting.kind = "recurring"
    world.sandbox.core.state.meetings.put(key, meeting)
    sync("meeting")
    event = Event.objects.get()
    assert ("scheduled", "any_time", None, 0) == (event.state, event.dates, event.ends_at, event.times.count())


# Support sessions


def test_a_support_session_from_waiting_to_its_end(world, sync, look):
    key = world.start_support(customerName="Lena Fischer", customerEmail="lena@example.com")
    sync("assist")
    assert ("scheduled", "any_time") == (state(), Event.objects.get().dates)
    world.move_support(key, "launch", "join")
    look("assist")
    assert "live" == state()
    world.advance(minutes=20)
    world.move_support(key, "end")
    look("assist")
    sync("assist", is_full=False)
    world.advance(seconds=1)
    close_past_events()
    event = Event.objects.get()
    assert ("ended", "one", timedelta(minutes=20)) == (event.state, event.dates, event.ends_at - event.starts_at)
    assert "Status at GoTo: complete." in event.description
    customer = Attendee.objects.get(session__event=event)
    assert ("lena@example.com", "Lena Fischer", 1200) == (
        customer.email, customer.first_name, customer.attended_seconds,
    )  # fmt: skip
    assert not Registrant.objects.exists()


def test_an_abandoned_support_session_is_over_without_anybody(world, sync):
    key = world.start_support()
    world.move_support(key, "launch")
    world.advance(minutes=20)
    world.move_support(key, "end")
    sync("assist")
    world.advance(seconds=1)
    close_past_events()
    assert ("ended", 1, 0) == (state(), EventSession.objects.count(), Attendee.objects.count())


def test_a_support_session_that_waits_for_long_is_not_taken_for_gone(world, sync):
    world.control("PUT", "switches", assist_abandoned_after_seconds=10**7)
    for _ in range(8):
        world.start_support()
    sync("assist")
    for _ in range(3):
        world.advance(days=3)
        assert 1 == sync("assist", is_full=False).calls
    assert {"scheduled"} == set(Event.objects.values_list("state", flat=True))


def test_a_pass_over_support_sessions_is_one_call(world, sync):
    for _ in range(3):
        key = world.start_support()
        world.move_support(key, "launch", "join")
        world.advance(minutes=5)
        world.move_support(key, "end")
    world.start_support()
    assert (1, 4, 3) == (sync("assist").calls, Event.objects.count(), Attendee.objects.count())


def test_who_is_helped_is_nowhere_but_among_those_who_attended(world, sync):
    key = world.start_support(customerName="Lena Fischer")
    world.move_support(key, "launch", "join", "end")
    sync("assist")
    told = [*Event.objects.values_list(), *Fact.objects.exclude(kind="attended").values_list()]
    assert "Lena" not in str(told)
