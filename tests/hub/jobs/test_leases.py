"""A job belongs to one worker at a time, and to none for long."""

from datetime import timedelta

import pytest
from django.conf import settings

from greenroom.hub.jobs import services
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.worker import Keeper, Leases, run_job, run_until_idle

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(task):
    @task(max_attempts=3)
    def note() -> None: ...

    return note


def expire(clock) -> None:
    clock.advance(seconds=settings.JOB_LEASE.total_seconds() + 1)


def test_a_claimed_job_is_nobody_elses(note):
    job = note.enqueue()
    assert [job] == services.claim(worker="a")
    assert services.claim(worker="b") == []
    assert services.sweep() == 0


def test_an_expired_lease_brings_the_job_back(note, clock):
    job = note.enqueue()
    services.claim(worker="a")
    expire(clock)
    assert services.sweep() == 1
    assert run_until_idle() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == ("done", 2, "LeaseExpired")


@pytest.mark.parametrize(
    "late",
    [
        services.finish,
        lambda job: services.give_up(job, "late"),
        lambda job: services.put_back(job, run_at=job.run_at, last_error="late"),
        lambda job: services.extend_lease(job, timedelta(minutes=1)),
        services.release,
        run_job,
    ],
    ids=["finish", "give_up", "put_back", "extend_lease", "release", "run_job"],
)
def test_a_worker_that_lost_its_lease_changes_nothing(note, clock, late):
    note.enqueue()
    [old] = services.claim(worker="a")
    expire(clock)
    services.sweep()
    [new] = services.claim(worker="b")
    before = Job.objects.values().get()
    assert not late(old)
    assert Job.objects.values().get() == before
    assert services.finish(new)


def test_a_heartbeat_keeps_the_lease(note, clock):
    note.enqueue()
    note.enqueue()
    kept, dropped = services.claim(worker="a", limit=2)
    leases = Leases()
    leases.add(kept)
    leases.add(dropped)
    leases.remove(dropped)
    clock.advance(seconds=20)
    leases.extend()
    clock.advance(seconds=20)
    assert services.sweep() == 1
    assert services.finish(kept)
    assert not services.finish(dropped)


def test_a_task_may_ask_for_a_longer_lease(task, clock):
    seen = []

    @task(lease=timedelta(minutes=10))
    def compute() -> None:
        clock.advance(minutes=9)
        seen.append(services.sweep())

    job = compute.enqueue()
    run_until_idle()
    job.refresh_from_db()
    assert seen == [0]
    assert job.state == "done"


def test_a_job_that_keeps_killing_its_workers_fails(note, clock):
    job = note.enqueue()
    for _ in range(3):
        assert len(services.claim(worker="a")) == 1
        expire(clock)
        services.sweep()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == ("failed", 3, "LeaseExpired")
    assert services.claim(worker="a") == []


def test_expired_twins_become_one_job(note, clock):
    for _ in range(2):
        note.enqueue(dedupe_key="same")
        services.claim(worker="a")
    expire(clock)
    assert services.sweep() == 2
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "ready"]
    assert run_until_idle() == 1


def test_a_job_given_back_unstarted_has_not_been_attempted(note):
    job = note.enqueue()
    [claimed] = services.claim(worker="a")
    assert services.release(claimed)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 0)


@pytest.mark.parametrize("change", [{"seconds": 2}, {"hours": -1}], ids=["forward", "back"])
def test_housekeeping_goes_on_when_the_clock_is_moved(note, clock, schedule, change):
    note.enqueue()
    services.claim(worker="a")
    keeper = Keeper("b")
    keeper.turn()
    clock.advance(**change)
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    keeper.turn()
    assert Job.objects.get().state == "ready"


def test_housekeeping_is_done_once_a_second(note, clock, schedule):
    keeper = Keeper("b")
    keeper.turn()
    note.enqueue()
    services.claim(worker="a")
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    keeper.turn()
    assert Job.objects.get().state == "running"
