"""A run over one product of one connection: what stops it, what does not, and what its row tells."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.errors import UnknownEventError
from greenroom.hub.events.links import PastedLink
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.jobs.models import Job
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services import (
    find_at_goto,
    keep_registration_form_fresh,
    open_run,
    read_registration_form,
    request_sync,
    synchronize,
)
from greenroom.hub.sync.tasks import sync_everything

LIST = "getAllRegistrantsForWebinar"


def errors(run: SyncRun) -> list[str]:
    return [one["code"] for one in run.event_errors]


def test_the_row_tells_calls_events_and_changes(world, sync):
    for number in range(3):
        world.schedule_webinar(f"Ladder safety {number}", registrants=2)
    world.count_calls()
    run = sync()
    assert ("done", 3, 3, 6) == (run.state, run.events_total, run.events_done, run.rows_changed)
    assert (world.count_calls(), world.now, world.now) == (run.calls, run.started_at, run.finished_at)


def test_progress_is_noted_with_each_event_but_not_more_than_once_a_second(world, connection):
    for number in range(5):
        world.schedule_webinar(f"Ladder safety {number}", registrants=2)
    told, noted = [], []

    def look(run: SyncRun) -> None:
        told.append(run.events_done)
        noted.append(SyncRun.objects.get(pk=run.pk).events_done)
        world.clock.advance(seconds=0.6)

    synchronize(run=open_run(connection=connection, product="webinar"), progress=look)
    assert ([1, 2, 3, 4, 5], [0, 0, 3, 3, 5]) == (told, noted)


def test_one_run_is_open_for_each_connection_product_and_key(connection):
    assert open_run(connection=connection, product="webinar")
    assert open_run(connection=connection, product="webinar") is None
    assert open_run(connection=connection, product="training")
    assert open_run(connection=connection, product="webinar", event_key="1")


def test_asking_twice_is_one_run_and_one_job(connection, ada):
    first = request_sync(connection=connection, product="webinar", actor=ada)
    assert first == request_sync(connection=connection, product="webinar")
    assert (ada, 1) == (first.requested_by, Job.objects.filter(name__endswith="run_sync").count())


def test_everything_is_every_product_of_every_account_that_can_be_called(connection, run_jobs):
    sync_everything.call()
    assert set(PRODUCTS) == set(SyncRun.objects.values_list("product", flat=True))
    SyncRun.objects.update(state="done")
    Connection.objects.update(state="reconnect_needed")
    sync_everything.call()
    assert len(PRODUCTS) == SyncRun.objects.count()


def test_connecting_an_account_reads_everything_of_it(world, connection, run_jobs):
    key = world.schedule_webinar(registrants=2)
    run_jobs()
    assert (key, 2) == (Event.objects.get().event_key, Registrant.objects.count())


# What goes wrong with one event


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "nonsense"}, "unexpected_response"),
        ({"kind": "status", "status": 200, "body": ""}, "unexpected_response"),
        ({"kind": "status", "status": 200, "body": '[{"firstName": "no key"}, {"no": 1}]'}, "unexpected_response"),
        ({"kind": "status", "status": 403}, "permission_denied"),
        ({"kind": "status", "status": 404}, "not_found"),
        ({"kind": "status", "status": 400}, "bad_request"),
        ({"kind": "status", "status": 500, "times": 2}, "server"),
    ],
)
def test_a_failing_event_steps_aside(world, sync, fault, code):
    for number in range(3):
        world.schedule_webinar(f"Ladder safety {number}", registrants=2)
    world.fail(operation=LIST, **fault)
    run = sync()
    assert ("done", 3, [code], 4) == (run.state, run.events_done, errors(run), run.rows_changed)
    assert ([], 2) == (errors(again := sync()), again.rows_changed)


def test_one_failure_of_goto_is_overcome(world, sync):
    world.schedule_webinar(registrants=2)
    world.fail(kind="status", status=500, operation=LIST)
    run = sync()
    assert ("done", [], 2) == (run.state, errors(run), run.rows_changed)


def test_a_form_that_cannot_be_read_is_noted_and_keeps_nobody_from_being_read(world, sync, event):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=2)
    read_registration_form.call(event_id=event.pk)
    world.advance(days=0.01)
    Event.objects.update(registration_form_read_at=None)
    world.fail(kind="nonsense", operation="getRegistrationFields")
    run = sync()
    assert (["unexpected_response"], 2) == (errors(run), run.rows_changed)


def test_forms_are_read_once_a_day_and_only_those_somebody_has_asked_for(world, sync, event):
    other = world.schedule_webinar("Rope safety", starts_in=timedelta(days=3))
    read_registration_form.call(event_id=event.pk)
    asked = []
    for _ in range(4):
        world.advance(hours=8)
        Event.objects.update(starts_at=world.now + timedelta(days=1), ends_at=world.now + timedelta(days=2))
        world.control("DELETE", "counters")
        sync()
        calls = world.control("GET", "counters")["calls"]
        asked.append(sum(one["count"] for one in calls if one["operation"] == "getRegistrationFields"))
    assert [0, 0, 1, 0] == asked
    assert Event.objects.get(event_key=other).registration_form is None


def test_attendance_that_cannot_be_read_steps_aside(world, sync):
    keys = [world.schedule_webinar(f"Ladder safety {number}", registrants=2) for number in range(2)]
    sync()
    world.advance(hours=3)
    for key in keys:
        world.write_attendance(key, {}, minutes=60)
    world.fail(kind="nonsense", operation="getAttendees")
    run = sync()
    assert ("done", ["unexpected_response"]) == (run.state, errors(run))
    assert [1, 1] == [event.sessions.count() for event in Event.objects.all()]
    assert all(event.attendance_due_at > world.now for event in Event.objects.all())


# What goes wrong with GoTo


@pytest.mark.parametrize("operation", ["getWebinars", "getInSessionWebinars"])
def test_goto_being_down_stops_the_run_and_the_next_one_goes_on(world, sync, operation):
    world.schedule_webinar(registrants=2)
    world.fail(kind="status", status=503, operation=operation, times=2)
    run = sync()
    assert ("failed", "temporarily_unavailable", True) == (run.state, run.error, run.finished_at is not None)
    assert "done" == sync().state
    assert 2 == Registrant.objects.count()


def test_goto_failing_over_one_event_after_the_other_stops_the_run(world, sync):
    for number in range(5):
        world.schedule_webinar(f"Ladder safety {number}", registrants=2)
    world.fail(kind="status", status=500, operation=LIST, times=6)
    world.count_calls()
    run = sync()
    assert ("failed", "temporarily_unavailable", 2) == (run.state, run.error, len(run.event_errors))
    assert 5 * 2 == sync().rows_changed


def test_failures_here_and_there_do_not_stop_it(world, sync):
    for number in range(7):
        world.schedule_webinar(f"Ladder safety {number}", registrants=1)
    for fails in (1, 1, 0, 1, 1, 0, 1):
        times = 2 if fails else 1
        world.fail(kind="status" if fails else "slow", status=500, operation=LIST, times=times)
    run = sync()
    assert ("done", 5, 2) == (run.state, len(run.event_errors), run.rows_changed)


def test_too_many_calls_stop_the_run_at_once(world, sync):
    for number in range(3):
        world.schedule_webinar(f"Ladder safety {number}", registrants=2)
    world.fail(kind="status", status=429, retry_after=60, operation=LIST, times=9)
    world.control("DELETE", "counters")
    run = sync()
    calls = world.control("GET", "counters")["calls"]
    assert ("failed", "temporarily_unavailable") == (run.state, run.error)
    assert [1] == [one["count"] for one in calls if one["status"] == 429]
    world.control("DELETE", "faults")
    assert 6 == sync().rows_changed


def test_a_short_wait_is_kept(world, sync):
    world.schedule_webinar(registrants=2)
    world.fail(kind="status", status=429, retry_after=0, operation=LIST)
    assert 2 == sync().rows_changed


def test_a_lost_authorization_stops_the_run_at_the_first_event(world, sync):
    """It is not the event's fault, and none of the others would do better."""
    for number in range(3):
        world.schedule_webinar(f"Ladder safety {number}")
    refused = '{"int_err_code": "InvalidToken", "msg": "Invalid token passed"}'
    world.fail(kind="status", status=403, body=refused, operation=LIST, times=2)
    run = sync()
    assert ("failed", "reconnect_needed", []) == (run.state, run.error, run.event_errors)
    assert "reconnect_needed" == Connection.objects.get().state


# One event


def test_a_run_of_one_event_reads_only_that_one(world, sync):
    keys = [world.schedule_webinar(f"Ladder safety {number}", registrants=2) for number in range(2)]
    run = sync(key=keys[1])
    assert ("done", 1, 2) == (run.state, run.events_done, run.rows_changed)
    assert [keys[1]] == list(Event.objects.values_list("event_key", flat=True))


def test_a_run_of_an_event_nobody_knows_says_so(sync):
    assert ("failed", "unknown_object") == (sync(key="123456789012345").state, sync(key="123456789012345").error)


def test_what_the_list_told_is_kept_by_a_run_of_one(world, event, sync):
    """Reading one event by its key tells less."""
    Event.objects.update(needs_approval=True, recurrence_key="5")
    sync(key=event.event_key)
    event.refresh_from_db()
    assert (True, "5") == (event.needs_approval, event.recurrence_key)


def test_a_run_of_one_marks_it_absent_like_any_other(world, event, sync):
    world.ask_goto(f"webinars/{event.event_key}", "DELETE")
    states = []
    for _ in range(3):
        sync(key=event.event_key)
        states.append(Event.objects.get().state)
    assert ["missing", "cancelled", "cancelled"] == states


def test_a_run_of_one_finds_what_was_missing(event, sync):
    Event.objects.update(state="missing")
    sync(key=event.event_key)
    assert "scheduled" == Event.objects.get().state


def test_a_run_of_one_leaves_what_is_past_though_goto_forgot_it(world, event, sync):
    world.advance(hours=3)
    world.fail(kind="status", status=404, operation="getWebinar")
    sync(key=event.event_key)
    assert Event.objects.get().state in {"scheduled", "ended"}


# Pasted


def test_a_pasted_key_we_do_not_have_is_asked_for_at_goto(world, connection):
    key = world.schedule_webinar("Rope safety")
    [found] = find_at_goto(link=PastedLink(event_key=key), among=Connection.objects.all())
    assert ("Rope safety", connection) == (found.title, found.connection)
    with CaptureQueriesContext(database) as queries:
        assert [found] == find_at_goto(link=PastedLink(event_key=key), among=Connection.objects.all())
    assert 2 == len(queries)


def test_a_pasted_key_of_a_training_is_found_too(world, connection):
    key = world.schedule_training()
    assert "training" == find_at_goto(link=PastedLink(event_key=key), among=Connection.objects.all())[0].product


def test_a_pasted_key_nobody_has_is_told(connection):
    with pytest.raises(UnknownEventError):
        find_at_goto(link=PastedLink(event_key="123456789012345"), among=Connection.objects.all())


def test_an_account_that_lost_its_access_does_not_end_the_search(world, connection):
    refused = '{"int_err_code": "InvalidToken", "msg": "Invalid token passed"}'
    world.fail(kind="status", status=403, body=refused, operation="getWebinar", times=2)
    with pytest.raises(UnknownEventError):
        find_at_goto(link=PastedLink(event_key="123456789012345"), among=Connection.objects.all())


@pytest.mark.parametrize("state", ["cancelled", "missing"])
def test_form_of_an_event_that_is_not_held_is_not_asked_for(event, state):
    event.state, event.registration_form_read_at = state, None
    keep_registration_form_fresh(event=event)
    assert not Job.objects.filter(name="sync.read_registration_form").exists()
