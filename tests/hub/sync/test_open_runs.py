"""An open run keeps others from starting, and never for good."""

import pytest
from django.db import IntegrityError

from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services import open_run, request_sync, runs, synchronize


def test_a_run_that_lost_its_process_makes_room_after_a_while(world, connection):
    lost = open_run(connection=connection, product="webinar")
    world.advance(minutes=10)
    assert open_run(connection=connection, product="webinar") is None

    world.advance(seconds=1)
    synchronize(run=open_run(connection=connection, product="webinar"))
    lost.refresh_from_db()
    assert ("failed", "abandoned") == (lost.state, lost.error)


def test_asking_takes_over_from_a_run_that_lost_its_process(world, connection, run_jobs):
    lost = open_run(connection=connection, product="webinar")
    world.advance(minutes=11)
    asked = request_sync(connection=connection, product="webinar")
    assert asked != lost
    run_jobs()
    asked.refresh_from_db()
    assert SyncRun.State.DONE == asked.state


def test_a_run_that_goes_on_keeps_its_place(world, connection):
    """What it reads takes longer than anybody waits for a sign of life, but each event is one."""
    for number in range(3):
        world.schedule_webinar(f"Ladder safety {number}")
    seen = []

    def nine_minutes_later(run: SyncRun) -> None:
        world.clock.advance(minutes=9)
        seen.append(open_run(connection=connection, product="webinar"))

    synchronize(run=open_run(connection=connection, product="webinar"), progress=nine_minutes_later)
    assert [None] * 3 == seen


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_a_run_that_is_interrupted_is_closed(connection, monkeypatch, error):
    def stop(*_: object) -> None:
        raise error

    monkeypatch.setattr(runs, "pull", stop)
    run = open_run(connection=connection, product="webinar")
    with pytest.raises(error):
        synchronize(run=run)
    run.refresh_from_db()
    assert ("failed", "stopped", False) == (run.state, run.error, run.is_open)
    assert open_run(connection=connection, product="webinar")


def test_a_run_that_begins_again_counts_its_events_anew(world, connection, run_jobs):
    """As when the worker was killed: the row says that it runs, and its job is given to another worker."""
    world.schedule_webinar()
    run_jobs()
    run = request_sync(connection=connection, product="webinar", is_full=True)
    SyncRun.objects.filter(pk=run.pk).update(state="running", events_total=1, events_done=1)
    run_jobs()
    run.refresh_from_db()
    assert ("done", 1, 1) == (run.state, run.events_total, run.events_done)


def test_asking_while_the_open_run_ends_begins_another(connection, monkeypatch):
    """A second row is refused, and by the time one looks for the first one it is over."""
    create = runs._create_run

    def refuse_once(*_: object) -> SyncRun:
        monkeypatch.setattr(runs, "_create_run", create)
        raise IntegrityError

    monkeypatch.setattr(runs, "_create_run", refuse_once)
    assert "waiting" == request_sync(connection=connection, product="webinar").state
