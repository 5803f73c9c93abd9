"""Events: new ones, changed ones, and those that are gone from GoTo's list for different reasons."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.hub.conftest import connect

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event
from greenroom.hub.events.services import mark_live
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import close_past_events

HOUR = timedelta(hours=1)


def iso(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_event_is_stored_as_goto_tells_it(world, sync, connection, facts):
    key = world.schedule_webinar("Ladder safety", description="Up & down", time_zone="Asia/Calcutta")
    assert ("done", 1, 1) == (sync().state, sync().events_total, Event.objects.count())
    event = Event.objects.get()
    assert (key, "Ladder safety", "Up & down", "Asia/Calcutta", connection, world.olga_key) == (
        event.event_key, event.title, event.description, event.time_zone, event.connection, event.organizer_key,
    )  # fmt: skip
    assert (world.now + HOUR, world.now + 2 * HOUR) == (event.starts_at, event.ends_at)
    assert (9, True) == (len(event.event_number), event.registration_url.endswith(key))
    assert [{"title": "Ladder safety"}] == facts("event_created")


def test_all_dates_of_an_event_are_stored(world, pull):
    times = [[iso(world.now + day * 24 * HOUR), iso(world.now + day * 24 * HOUR + HOUR)] for day in (1, 2, 3)]
    event = pull(world.schedule_webinar(type="sequence", times=times))
    assert times == [[iso(one.starts_at), iso(one.ends_at)] for one in event.times.all()]
    assert (times[0][0], times[2][1], times[0][1]) == (
        iso(event.starts_at), iso(event.ends_at), iso(event.attendance_due_at),
    )  # fmt: skip


def test_occurrences_of_a_series_are_events_with_one_recurrence_key(world, sync):
    times = [[iso(world.now + day * 24 * HOUR), iso(world.now + day * 24 * HOUR + HOUR)] for day in (1, 2, 3)]
    world.schedule_webinar(type="series", times=times)
    sync()
    assert 3 == Event.objects.values("event_key").distinct().count()
    assert 1 == Event.objects.exclude(recurrence_key="").values("recurrence_key").distinct().count()


def test_a_training_is_stored(world, pull):
    event = pull(world.schedule_training("Forklift theory"), "training")
    assert ("training", "Forklift theory", world.now + HOUR) == (event.product, event.title, event.starts_at)


def test_many_pages_of_events_are_read(world, sync):
    world.control(
        "POST", "webinars", organizer="olga@northwind.example", type="series",
        times=[[iso(world.now + n * HOUR), iso(world.now + n * HOUR + HOUR / 2)] for n in range(1, 206)],
    )  # fmt: skip
    run = sync()
    assert (205, 205) == (Event.objects.count(), run.events_done)


def test_a_second_pull_changes_nothing_and_costs_two_statements_an_event_at_most(world, sync):
    def statements_of_a_second_pull() -> int:
        sync()
        before = Fact.objects.count()
        with CaptureQueriesContext(database) as queries:
            run = sync()
        assert (0, before) == (run.rows_changed, Fact.objects.count())
        # One statement per call is the pace's.
        return len(queries) - run.calls

    for number in range(2):
        world.schedule_webinar(f"Ladder safety {number}", registrants=3)
    few = statements_of_a_second_pull()
    for number in range(10):
        world.schedule_webinar(f"Ladder safety {number}", registrants=3)
    many = statements_of_a_second_pull()
    assert (many - few) / 10 <= 2


def test_a_renamed_event_is_a_fact_with_both_names(world, event, sync, facts):
    for name in ("Rope safety", "Ladder safety", "Rope safety"):
        world.advance(minutes=1)
        world.ask_goto(f"webinars/{event.event_key}", "PUT", subject=name)
        sync()
    event.refresh_from_db()
    assert "Rope safety" == event.title
    assert [["Ladder safety", "Rope safety"], ["Rope safety", "Ladder safety"], ["Ladder safety", "Rope safety"]] == [
        one["title"] for one in facts("event_changed")
    ]


def test_a_moved_event_is_a_fact_with_both_times(world, event, sync, facts):
    start = world.now + 5 * HOUR
    world.ask_goto(
        f"webinars/{event.event_key}", "PUT", times=[{"startTime": iso(start), "endTime": iso(start + HOUR)}]
    )
    sync()
    event.refresh_from_db()
    assert (start, start + HOUR, start + HOUR) == (event.starts_at, event.ends_at, event.attendance_due_at)
    assert [start] == [one.starts_at for one in event.times.all()]
    [told] = facts("event_changed")
    assert [(world.now + HOUR).isoformat(), start.isoformat()] == told["starts_at"]
    assert {"starts_at", "ends_at"} == told.keys()


def test_a_date_in_the_middle_that_is_moved_is_a_fact_with_all_dates(world, pull, sync, facts):
    times = [[iso(world.now + day * 24 * HOUR), iso(world.now + day * 24 * HOUR + HOUR)] for day in (1, 2, 3)]
    event = pull(world.schedule_webinar(type="sequence", times=times))
    moved = [times[0], [iso(world.now + 30 * HOUR), iso(world.now + 31 * HOUR)], times[2]]
    ranges = [{"startTime": start, "endTime": end} for start, end in moved]
    world.ask_goto(f"webinars/{event.event_key}", "PUT", times=ranges)
    sync()
    [told] = facts("event_changed")
    assert {"times"} == told.keys()
    assert [times, moved] == [[[at.replace("+00:00", "Z") for at in date] for date in dates] for dates in told["times"]]


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("description", "Bring gloves", {"description": ["", "Bring gloves"]}),
        ("timeZone", "Europe/Athens", {"time_zone": ["America/New_York", "Europe/Athens"]}),
        ("recurrenceKey", "77", {"recurrence_key": ["", "77"]}),
        ("webinarID", "111-222-333", {"event_number": "changed"}),
        ("registrationUrl", "https://attendee.gotowebinar.com/x", {"registration_url": "changed"}),
    ],
)
def test_whatever_else_of_an_event_changes_is_told_with_both_values(world, event, sync, facts, member, value, told):
    listed = world.ask_goto(f"webinars?fromTime={iso(world.now)}&toTime={iso(world.now + 9 * HOUR)}")
    listed["_embedded"]["webinars"][0][member] = value
    world.answer("getWebinars", listed)
    sync()
    [found] = facts("event_changed")
    assert told.keys() <= found.keys()
    assert not found.keys() & {"title", "starts_at", "ends_at", "times"}
    assert all(found[name] == values for name, values in told.items() if values != "changed")
    assert all(len(values) == 2 and values[0] != values[1] for values in found.values())


def test_a_renamed_event_of_the_past_is_not_asked_for_attendance_again(world, event, sync):
    world.advance(days=9)
    sync()
    Event.objects.update(title="Of old", digest="another", attendance_due_at=None)
    world.advance(days=1)
    sync(is_full=False)
    assert ("Ladder safety", None) == Event.objects.values_list("title", "attendance_due_at").get()


def test_an_event_that_was_over_and_gets_a_new_date_is_open_again(world, event, sync):
    world.advance(hours=3)
    close_past_events()
    start = world.now + 24 * HOUR
    listed = {"webinarKey": event.event_key, "subject": "Ladder safety", "times": [
        {"startTime": iso(start), "endTime": iso(start + HOUR)}]}  # fmt: skip
    page = {"size": 200, "totalElements": 1, "totalPages": 1, "number": 0}
    world.answer("getWebinars", {"_embedded": {"webinars": [listed]}, "page": page})
    sync()
    event.refresh_from_db()
    assert "scheduled" == event.state


def test_an_event_that_ended_early_stays_over_when_it_is_renamed(world, event, pull):
    Event.objects.update(state="ended", digest="another")
    assert "ended" == pull(event.event_key).state


# Gone


def cancel(world, event) -> None:
    world.ask_goto(f"{event.product}s/{event.event_key}", "DELETE")


def state(event) -> str:
    return Event.objects.get(pk=event.pk).state


def test_a_cancelled_event_is_missing_at_the_first_look_and_cancelled_at_the_second(world, event, sync, facts):
    cancel(world, event)
    sync()
    assert ("missing", []) == (state(event), facts("event_cancelled"))
    sync()
    assert ("cancelled", [{"title": "Ladder safety"}]) == (state(event), facts("event_cancelled"))
    sync()
    assert ("cancelled", 1) == (state(event), len(facts("event_cancelled")))


@pytest.mark.parametrize("looks", [1, 2])
def test_an_event_that_is_listed_again_is_back(world, event, sync, looks):
    for _ in range(looks):
        world.answer("getWebinars", {"page": {"size": 200, "totalElements": 0, "totalPages": 0, "number": 0}})
        world.fail(kind="status", status=404, operation="getWebinar")
        sync()
    assert ["missing", "cancelled"][looks - 1] == state(event)
    sync()
    assert "scheduled" == state(event)


def test_an_event_cancelled_a_second_time_is_a_second_fact(world, event, sync, facts):
    for _ in range(2):
        Event.objects.update(state="missing")
        world.answer("getWebinars", {"page": {"size": 200, "totalElements": 0, "totalPages": 0, "number": 0}})
        world.fail(kind="status", status=404, operation="getWebinar")
        sync()
        world.advance(minutes=1)
        sync()
    assert 2 == len(facts("event_cancelled"))


def test_an_event_that_is_there_though_not_listed_is_not_gone(world, event, sync):
    Event.objects.update(state="missing")
    world.answer("getWebinars", {"page": {"size": 200, "totalElements": 0, "totalPages": 0, "number": 0}})
    sync()
    assert "scheduled" == state(event)


def test_an_event_goto_does_not_speak_of_keeps_its_state_and_the_others_go_on(world, event, sync):
    other = world.schedule_webinar("Rope safety")
    listed = world.ask_goto(f"webinars?fromTime={iso(world.now)}&toTime={iso(world.now + 9 * HOUR)}")
    listed["_embedded"]["webinars"] = [one for one in listed["_embedded"]["webinars"] if one["webinarKey"] == other]
    world.answer("getWebinars", listed)
    world.fail(kind="status", status=403, body='{"errorCode": "AccessDenied"}', operation="getWebinar")
    run = sync()
    assert ("done", [{"event": event.pk, "code": "permission_denied"}]) == (run.state, run.event_errors)
    assert ("scheduled", 2) == (state(event), Event.objects.count())


def test_a_training_that_is_over_leaves_the_list_without_being_cancelled(world, pull, sync, facts):
    event = pull(world.schedule_training(), "training")
    world.advance(hours=3)
    sync("training")
    sync("training")
    close_past_events()
    assert ("ended", []) == (state(event), facts("event_cancelled"))


def test_a_cancelled_training_is_cancelled(world, pull, sync):
    event = pull(world.schedule_training(), "training")
    cancel(world, event)
    sync("training")
    sync("training")
    assert "cancelled" == state(event)


def test_what_is_over_by_plan_is_ended_unless_it_runs(world, event, connection):
    world.advance(hours=1)
    mark_live(connection=connection, product="webinar", live_keys=[event.event_key])
    world.advance(hours=2)
    assert 0 == close_past_events()
    mark_live(connection=connection, product="webinar", live_keys=[])
    assert "ended" == state(event)


# Shared


@pytest.fixture
def omar(world, connection, ada) -> Connection:
    """A colleague of Olga's, connected too."""
    account = world.control("GET", "state")["accounts"][0]["key"]
    world.add_organizer(account, "omar@northwind.example", "Omar", "Haddad")
    return connect("omar@northwind.example", ada)


def test_an_event_that_two_organizers_share_is_one_event(world, connection, omar, sync, facts):
    key = world.schedule_training(co_organizer_keys=[omar.organizer_key], registrants=3)
    sync("training")
    run = sync("training", of=omar)
    event = Event.objects.get()
    assert (key, connection, 3, 0) == (event.event_key, event.connection, event.registrants.count(), run.rows_changed)
    assert 1 == len(facts("event_created"))


def test_a_shared_event_moves_to_who_is_still_connected(world, connection, omar, sync):
    world.schedule_training(co_organizer_keys=[omar.organizer_key])
    sync("training")
    Connection.objects.filter(pk=connection.pk).update(state="disconnected")
    sync("training", of=omar)
    assert omar == Event.objects.get().connection


# Odd


def test_odd_names_and_numbers_are_stored(world, sync):
    """Also NUL, which PostgreSQL refuses, and texts longer than their column."""
    listed = {
        "webinarKey": 2**63 + 12345,
        "webinarID": "1" * 40,
        "subject": "x" * 10_000 + "\0 \u202eهندسة 🎓",
        "description": "a\0b",
        "timeZone": "Zone/" + "z" * 100,
        "recurrenceKey": "9" * 64,
        "times": [{"startTime": "2026-03-02T10:00:00Z", "endTime": "2026-03-02T11:00:00Z"}] * 2,
    }
    page = {"size": 200, "totalElements": 2, "totalPages": 1, "number": 0}
    world.answer("getWebinars", {"_embedded": {"webinars": [listed, listed]}, "page": page})
    run = sync()
    event = Event.objects.get()
    assert "done" == run.state
    assert (str(2**63 + 12345), "x" * 10_000 + " \u202eهندسة 🎓", "ab") == (
        event.event_key, event.title, event.description,
    )  # fmt: skip
    assert 1 == event.times.count()


def test_a_training_listed_twice_is_one(world, sync):
    listed = {
        "trainingKey": "5", "name": "T\0heory", "timeZone": "GMT",
        "times": [{"startDate": "2026-03-02T10:00:00Z", "endDate": "2026-03-02T11:00:00Z"}],
    }  # fmt: skip
    world.answer("getAllTrainings", [listed, listed])
    assert "done" == sync("training").state
    assert "Theory" == Event.objects.get().title


def test_an_event_without_times_is_stored(world, sync):
    page = {"size": 200, "totalElements": 1, "totalPages": 1, "number": 0}
    world.answer("getWebinars", {"_embedded": {"webinars": [{"webinarKey": "5", "subject": "Soon"}]}, "page": page})
    assert "done" == sync().state
    assert (None, None) == (Event.objects.get().starts_at, Event.objects.get().attendance_due_at)
