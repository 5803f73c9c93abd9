"""Around an event: it begins, it ends, and its attendance is read until it is settled."""

from datetime import timedelta

import pytest
from django.db import transaction

from greenroom.hub.events.models import Attendee, Event, EventSession
from greenroom.hub.events.products.base import AttendanceListing
from greenroom.hub.events.services import get_start_url, mirror, plan_next_reading
from greenroom.hub.events.services.attendance import store_attendance
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import watch
from greenroom.hub.sync.tasks import watch_everything

LENA, OTTO = "lena@example.com", "otto@example.com"


@pytest.fixture
def look(connection):
    """Watch, as the worker does every few seconds around an event."""
    return lambda product="webinar": watch(connection=connection, product=product)


@pytest.fixture
def attended(world, pull):
    """Make an event with two registrants, an hour long and over by now, at which somebody was from and to a minute."""

    def make(people: dict[str, list], product: str = "webinar", wait: int = 0) -> Event:
        schedule = world.schedule_webinar if product == "webinar" else world.schedule_training
        key = schedule(registrants=[{"email": LENA}, {"email": OTTO}])
        pull(product=product)
        world.advance(hours=2, minutes=1)
        world.write_attendance(key, people, minutes=60, kind=f"{product}s")
        return Event.objects.get(event_key=key)

    return make


def minutes() -> dict[str, int]:
    return {one.email: one.attended_seconds // 60 for one in Attendee.objects.all()}


def kinds() -> list[str]:
    wanted = ["session_started", "session_ended", "attended", "attendance_read", "attendance_final"]
    # Final here is what is said of a session.
    told = Fact.objects.filter(kind__in=wanted).exclude(kind="attendance_final", session_id=None)
    return list(told.order_by("pk").values_list("kind", flat=True))


# Live


def test_an_event_that_begins_is_live_and_one_that_ends_is_over(world, event, look):
    world.advance(hours=1)
    look()
    assert ("scheduled", None) == (Event.objects.get().state, Event.objects.get().live_since)
    world.launch(event.event_key)
    look()
    assert ("live", world.now) == (Event.objects.get().state, Event.objects.get().live_since)
    began = world.now
    world.advance(minutes=5)
    look()
    assert (["session_started"], began) == (kinds(), Event.objects.get().live_since)
    world.end(event.event_key)
    look()
    assert ("ended", None) == (Event.objects.get().state, Event.objects.get().live_since)
    assert ["session_started", "session_ended", "attendance_read"] == kinds()
    assert 300 == EventSession.objects.get().duration_seconds


def test_one_look_that_fails_is_followed_by_a_pause(world, event, run_jobs):
    world.advance(minutes=50)
    run_jobs()

    def look_after(seconds: int) -> int:
        world.advance(seconds=seconds)
        world.count_calls()
        watch_everything.call()
        run_jobs()
        return world.count_calls()

    assert 1 == look_after(10)
    world.fail(kind="status", status=503, times=2)
    assert 2 == look_after(10), "the client tries twice"
    assert [0, 0, 1, 1] == [look_after(seconds) for seconds in (10, 40, 11, 10)]


def test_an_event_with_more_dates_goes_back_to_waiting(world, pull, look):
    times = [
        [(world.now + timedelta(days=day, hours=1)).isoformat(), (world.now + timedelta(days=day, hours=2)).isoformat()]
        for day in (0, 1)
    ]
    event = pull(world.schedule_webinar(type="sequence", times=times, registrants=[{"email": LENA}]))
    for day in (0, 1):
        world.advance(hours=1)
        world.launch(event.event_key)
        look()
        world.move(event.event_key, LENA, "join")
        world.advance(minutes=30)
        world.end(event.event_key)
        look()
        event.refresh_from_db()
        assert ["scheduled", "ended"][day] == event.state
        world.advance(hours=22, minutes=30)
    assert (2, [1800, 1800]) == (
        event.sessions.count(),
        list(Attendee.objects.values_list("attended_seconds", flat=True)),
    )
    assert 2 == kinds().count("session_started") == kinds().count("session_ended")


def test_a_session_somebody_else_saw_first_is_one_fact(world, event, look, connection):
    """A run of sync looks at the same moment with what it read before."""
    world.advance(hours=1)
    stale = Event.objects.get()
    world.launch(event.event_key)
    look()
    world.advance(seconds=1)
    with transaction.atomic():
        mirror._begin(stale, world.now)
    assert ["session_started"] == kinds()


# Attendance


def test_attendance_is_collected_with_joins_and_leaves(world, attended, look):
    event = attended({LENA: [[0, 10], [20, 30]], OTTO: [[5, 60]]})
    look()
    assert {LENA: 20, OTTO: 55} == minutes()
    lena = Attendee.objects.get(email=LENA)
    assert ([[0, 600], [1200, 1800]], LENA, 1200) == (lena.intervals, lena.registrant.email, lena.reported_seconds)
    assert ["session_started", "session_ended", "attended", "attended", "attendance_read"] == kinds()
    assert {"attended_seconds": 3300} in Fact.objects.filter(event_id=event.pk).values_list("data", flat=True)


def test_two_devices_at_once_count_once(world, attended, look):
    world.control("PUT", "switches", overlapping_attendance="sum")
    attended({LENA: [[0, 40], [10, 50]]})
    look()
    assert {LENA: 50} == minutes()
    assert 80 * 60 == Attendee.objects.get().reported_seconds


def test_who_did_not_come_is_no_attendee(attended, look):
    attended({LENA: [[0, 10]]})
    look()
    assert {LENA: 10} == minutes()


def test_an_attendee_nobody_knows_as_registrant_is_kept(world, attended, look):
    attended({})
    row = {"registrantKey": 77, "sessionKey": 1, "email": "Stranger@example.com", "attendanceTimeInSeconds": 90}
    joined = EventTimes(world)
    world.answer("getAttendees", [row | {"attendance": [joined.stay(0, 1)]}])
    look()
    stranger = Attendee.objects.get()
    assert ("stranger@example.com", "77", None, 60) == (
        stranger.email, stranger.attendee_key, stranger.registrant, stranger.attended_seconds,
    )  # fmt: skip


class EventTimes:
    """Joins and leaves of the session that ended now, in GoTo's spelling."""

    def __init__(self, world) -> None:
        self._start = world.now - timedelta(hours=1)

    def stay(self, join: float, leave: float | None) -> dict:
        at = {"joinTime": join, "leaveTime": leave}
        return {
            name: (self._start + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for name, minute in at.items()
            if minute is not None
        }


@pytest.mark.parametrize(
    ("row", "seconds"),
    [
        ({"attendanceTimeInSeconds": 120}, 120),
        ({"attendanceTimeInSeconds": 999_999}, 3600),
        ({"attendanceTimeInSeconds": 120, "attendance": [(0, 1)]}, 60),
        ({"attendance": [(0, None)]}, 3600),
        ({"attendance": [(-30, 90)]}, 3600),
        ({"attendance": [(30, 10)]}, 0),
        ({}, 0),
    ],
)
def test_odd_rows_never_count_more_than_the_session(world, attended, look, row, seconds):
    attended({})
    times = EventTimes(world)
    row = {"registrantKey": 77, "email": LENA} | row
    row["attendance"] = [times.stay(*stay) for stay in row.get("attendance", [])]
    world.answer("getAttendees", [row])
    look()
    assert seconds == Attendee.objects.get().attended_seconds
    assert ("attended" in kinds()) == (seconds > 0)


def test_one_person_in_several_rows_is_one_attendee(world, attended, look):
    attended({})
    times = EventTimes(world)
    row = {"registrantKey": 77, "email": LENA, "firstName": "Le\0na"}
    world.answer("getAttendees", [row | {"attendance": [times.stay(0, 10)]}, row | {"attendance": [times.stay(5, 20)]}])
    look()
    assert {LENA: 20} == minutes()
    assert "Lena" == Attendee.objects.get().first_name


def test_somebody_who_signed_up_again_is_matched_to_the_sign_up_that_is_there(world, attended, look):
    """Trainings name no key: the address has to do."""
    event = attended({OTTO: [[0, 60]]}, "training")
    there = event.registrants.get(email=OTTO)
    for key in ("0", "z"):
        event.registrants.create(registrant_key=key, email=OTTO, status="APPROVED", gone_at=world.now)
    look("training")
    assert there == Attendee.objects.get().registrant


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_several_sessions_are_kept_apart(world, attended, look, product):
    event = attended({LENA: [[0, 10]]}, product)
    look(product)
    world.advance(hours=1, minutes=1)
    people = {LENA: [[0, 30]], OTTO: [[0, 60]]}
    world.write_attendance(event.event_key, people, minutes=60, kind=f"{product}s")
    look(product)
    assert [{LENA: 600}, {LENA: 1800, OTTO: 3600}] == [
        {one.email: one.attended_seconds for one in session.attendees.all()} for session in event.sessions.all()
    ]


def test_a_training_s_minutes_are_matched_by_address(world, attended, look):
    attended({LENA: [[0, 25]]}, "training")
    look("training")
    assert {LENA: 25} == minutes()
    one = Attendee.objects.get()
    assert (LENA, LENA, 1500) == (one.attendee_key, one.registrant.email, one.reported_seconds)


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_who_was_there_stays_so_when_their_sign_up_is_cancelled(world, attended, look, pull, product):
    event = attended({LENA: [[0, 25]]}, product)
    look(product)
    key = event.registrants.get(email=LENA).registrant_key
    listing = "getAllRegistrantsForWebinar" if product == "webinar" else "getRegistrants"
    others = [one for one in world.registrants_at_goto(event.event_key, f"{product}s") if one["email"] != LENA]
    world.advance(hours=3)
    Event.objects.update(registrants_due_at=world.now, registrants_digest="")
    world.answer(listing, others)
    pull(event.event_key, product)
    assert not event.registrants.get(registrant_key=key).is_there
    assert {LENA: 25} == minutes()


def test_attendance_that_comes_late_is_found(world, attended, look):
    world.control("PUT", "switches", attendance_delay_seconds=3500)
    event = attended({LENA: [[0, 10]]})
    look()
    assert (0, {}) == (EventSession.objects.count(), minutes())
    event.refresh_from_db()
    assert event.attendance_due_at > world.now
    world.advance(minutes=59)
    look()
    assert {LENA: 10} == minutes()


def test_attendance_that_is_corrected_corrects_the_rows(world, attended, look):
    attended({LENA: [[0, 60]]})
    times = EventTimes(world)
    row = {"registrantKey": 77, "email": OTTO, "attendanceTimeInSeconds": 60, "attendance": [times.stay(0, 1)]}
    world.answer("getAttendees", [row])
    look()
    assert {OTTO: 1} == minutes()
    world.advance(minutes=10)
    look()
    assert {LENA: 60} == minutes()
    assert 2 == kinds().count("attendance_read")
    assert not EventSession.objects.get().is_final


def move_session(world, event, minutes: int) -> None:
    """Have GoTo correct when the only session began, once, and say the same of who was there."""
    session = event.sessions.get()
    world.answer(
        "getOrganizerSessions",
        {
            "_embedded": {
                "sessionInfoResources": [
                    {
                        "webinarKey": event.event_key,
                        "sessionKey": session.session_key,
                        "startTime": f"{session.started_at + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
                        "endTime": f"{session.ended_at:%Y-%m-%dT%H:%M:%SZ}",
                        "registrantsAttended": 1,
                    }
                ]
            },
            "page": {"size": 200, "totalElements": 1, "totalPages": 1, "number": 0},
        },
    )


def test_presence_is_measured_anew_when_goto_corrects_the_session_s_times(world, attended, look):
    event = attended({LENA: [[0, 10], [20, 40]]})
    look()
    assert {LENA: 30} == minutes()
    world.advance(minutes=10)
    move_session(world, event, 30)
    look()
    assert ({LENA: 10}, [[0, 600]], 1800) == (
        minutes(), Attendee.objects.get().intervals, event.sessions.get().duration_seconds,
    )  # fmt: skip
    assert 2 == kinds().count("attendance_read")


def test_a_session_that_was_final_and_is_corrected_is_final_again_later(world, attended, look):
    event = attended({LENA: [[0, 60]]})
    for wait in (0, 60):
        world.advance(minutes=wait)
        look()
    assert event.sessions.get().is_final
    Event.objects.update(attendance_due_at=world.now)
    move_session(world, event, 30)
    look()
    assert ({LENA: 30}, False) == (minutes(), event.sessions.get().is_final)
    event.refresh_from_db()
    world.clock.set(event.attendance_due_at)
    world.advance(seconds=1)
    move_session(world, event, 0)
    look()
    assert (True, 2) == (event.sessions.get().is_final, kinds().count("attendance_final"))


def test_another_answer_that_says_the_same_of_everybody_is_no_news(world, attended, look):
    """A training lists also who stayed away, and one of them who signs off in time no more."""
    event = attended({})
    for wait in (0, 24):
        world.advance(hours=wait)
        look()
    before = kinds()
    assert 1 == before.count("attendance_read") == before.count("attendance_final")
    listing = AttendanceListing("another digest", tuple)
    assert not store_attendance(event=event, session=event.sessions.get(), listing=listing)
    session = event.sessions.get()
    assert ("another digest", True, before) == (session.attendance_digest, session.is_final, kinds())


def test_reading_the_same_again_changes_nothing(world, attended, look):
    attended({LENA: [[0, 60]]})
    look()
    before, rows = kinds(), set(Attendee.objects.values_list("pk", flat=True))
    world.advance(minutes=10)
    look()
    assert (before, rows) == (kinds(), set(Attendee.objects.values_list("pk", flat=True)))


# How long


def test_the_looks_come_further_and_further_apart(world, event):
    """Without any session: GoTo may be late, or nobody started it."""
    world.clock.set(event.ends_at)
    waits = []
    while event.attendance_due_at:
        world.clock.set(event.attendance_due_at)
        plan_next_reading(event=event)
        waits.append(event.attendance_due_at and (event.attendance_due_at - event.ends_at).total_seconds() / 60)
    assert [10, 30, 60, 240, 1440, 4320, None] == waits


def test_attendance_is_final_after_two_equal_readings_an_hour_apart(world, attended, look):
    event = attended({LENA: [[0, 60]]})
    for wait in (0, 10, 20):
        world.advance(minutes=wait)
        look()
        assert not EventSession.objects.get().is_final
    world.advance(minutes=30)
    look()
    event.refresh_from_db()
    assert (True, None) == (EventSession.objects.get().is_final, event.attendance_due_at)
    assert ["session_started", "session_ended", "attended", "attendance_read", "attendance_final"] == kinds()


def test_a_list_of_nobody_is_final_only_after_a_day(world, attended, look):
    """GoTo may be late, and everybody would count as absent."""
    attended({LENA: [[0, 60]]})
    world.fail(kind="late_attendance", times=5)
    for wait in (0, 1, 3):
        world.advance(hours=wait)
        look()
        assert ({}, False) == (minutes(), EventSession.objects.get().is_final)
    assert "absent" not in kinds()
    world.control("DELETE", "faults")
    world.advance(hours=20)
    look()
    assert {LENA: 60} == minutes()


def test_attendance_that_never_settles_is_final_after_three_days(world, attended, look):
    event = attended({LENA: [[0, 60]]})
    looks = 0
    while True:
        row = {"registrantKey": 77, "email": OTTO, "attendanceTimeInSeconds": 60 + looks}
        world.answer("getAttendees", [row])
        look()
        looks += 1
        event.refresh_from_db()
        if event.attendance_due_at is None:
            break
        world.clock.set(event.attendance_due_at)
        world.advance(seconds=1)
    assert (7, True, 1) == (looks, EventSession.objects.get().is_final, kinds().count("attendance_final"))


def test_an_event_that_ends_early_is_looked_at_again_at_its_planned_end(world, event, look):
    world.advance(hours=1)
    world.launch(event.event_key)
    look()
    world.advance(minutes=5)
    world.end(event.event_key)
    look()
    event.refresh_from_db()
    assert world.now + timedelta(minutes=10) == event.attendance_due_at


# When


def watched(run_jobs) -> set[str]:
    Job.objects.all().delete()
    watch_everything.call()
    return set(Job.objects.filter(name__endswith="watch_product").values_list("args__product", flat=True))


def test_only_what_is_near_is_watched(world, event, run_jobs):
    run_jobs()
    assert set() == watched(run_jobs)
    world.advance(minutes=41)
    assert {"webinar"} == watched(run_jobs)
    world.advance(days=30)
    Event.objects.update(attendance_due_at=None)
    assert set() == watched(run_jobs)


@pytest.mark.parametrize("more", [{"state": "live"}, {"attendance_due_at": "2026-03-01T00:00:00Z"}])
def test_what_runs_or_waits_for_its_attendance_is_watched_however_long(world, event, run_jobs, more):
    run_jobs()
    world.advance(days=2)
    Event.objects.update(**{"attendance_due_at": None} | more)
    assert {"webinar"} == watched(run_jobs)


def test_nothing_is_watched_of_an_account_that_cannot_be_called(world, event, connection, run_jobs):
    run_jobs()
    world.advance(hours=1)
    type(connection).objects.update(state="reconnect_needed")
    assert set() == watched(run_jobs)


def test_looking_while_nothing_happens_is_one_call(world, event, look):
    world.advance(minutes=50)
    world.count_calls()
    look()
    assert 1 == world.count_calls()


def test_a_training_between_two_dates_is_not_asked_for(world, pull, look):
    """GoTo does not tell when a training runs, so those that may be running are asked for; this one is not."""
    times = [
        [(world.now + timedelta(days=day)).isoformat(), (world.now + timedelta(days=day, hours=1)).isoformat()]
        for day in (1, 3)
    ]
    key = world.control("POST", "trainings", organizer="olga@northwind.example", times=times)["key"]
    event = pull(key, "training")
    world.advance(days=2)
    Event.objects.update(attendance_due_at=world.now + timedelta(days=1))
    world.count_calls()
    look("training")
    assert (2, 0) == (event.times.count(), world.count_calls())


def test_a_running_training_is_asked_for_every_two_minutes(world, pull, look):
    pull(world.schedule_training(starts_in=timedelta(minutes=30)), "training")
    world.advance(minutes=31)
    world.count_calls()
    for _ in range(12):
        look("training")
        world.advance(seconds=10)
    assert 1 == world.count_calls()
    world.advance(seconds=10)
    look("training")
    assert 1 == world.count_calls()


def test_a_cancelled_training_does_not_keep_the_others_from_theirs(world, attended, look):
    gone = world.schedule_training("Gone")
    event = attended({LENA: [[0, 25]]}, "training")
    world.ask_goto(f"trainings/{gone}", "DELETE")
    look("training")
    assert {LENA: 25} == minutes()
    assert 2 == Event.objects.filter(product=event.product).count()


def test_one_failing_event_does_not_keep_the_others_from_theirs(world, attended, look):
    attended({LENA: [[0, 25]]})
    other = world.schedule_webinar(starts_in=timedelta(days=1))
    world.fail(kind="nonsense", operation="getAttendees")
    look()
    event = Event.objects.exclude(event_key=other).get()
    assert ({}, world.now + timedelta(minutes=10)) == (minutes(), event.attendance_due_at)
    world.advance(minutes=10)
    look()
    assert {LENA: 25} == minutes()


def test_a_second_date_that_goto_tells_of_late_is_still_read(world, connection, pull):
    """The first date is final long before GoTo tells of the second one's session."""
    first, second = world.now + timedelta(hours=1), world.now + timedelta(days=1)
    times = [[at.isoformat(), (at + timedelta(hours=1)).isoformat()] for at in (first, second)]
    key = world.schedule_webinar(type="sequence", times=times, registrants=[{"email": LENA}])
    pull()
    world.clock.set(first + timedelta(hours=1))
    world.advance(seconds=1)
    world.write_attendance(key, {LENA: [(0, 60)]})
    for _ in range(3):
        watch(connection=connection, product="webinar")
        world.advance(hours=1)
    assert EventSession.objects.get().is_final

    world.clock.set(second + timedelta(hours=3))
    world.advance(seconds=1)
    watch(connection=connection, product="webinar")
    event = Event.objects.get()
    assert event.attendance_due_at is not None
    world.write_attendance(key, {LENA: [(0, 60)]})
    world.clock.set(event.attendance_due_at)
    world.advance(seconds=1)
    watch(connection=connection, product="webinar")
    assert 2 == EventSession.objects.count()


def test_going_to_start_an_event_has_it_watched_closely(world, pull, run_jobs):
    """Somebody starts it days before the plan; the next full reading may be a quarter of an hour away."""
    event = pull(world.schedule_webinar(starts_in=timedelta(days=3)))
    run_jobs()
    get_start_url(event=event)
    world.launch(event.event_key)
    world.advance(seconds=10)
    run_until_idle(with_schedules=True)
    event.refresh_from_db()
    assert "live" == event.state


def test_what_took_place_before_the_event_was_moved_is_found(world, event, pull):
    world.launch(event.event_key)
    world.advance(minutes=10)
    world.end(event.event_key)
    later = [{"startTime": "2026-03-20T10:00:00Z", "endTime": "2026-03-20T11:00:00Z"}]
    world.ask_goto(f"webinars/{event.event_key}", "PUT", times=later, timeZone="America/New_York")
    pull()
    world.advance(days=19)
    pull()
    assert 1 == event.sessions.count()


def test_what_took_place_unseen_at_another_time_is_found_the_next_day(world, event, pull):
    pull()
    world.launch(event.event_key)
    world.advance(minutes=3)
    world.end(event.event_key)
    world.advance(hours=20)
    pull()
    assert 1 == event.sessions.count()
