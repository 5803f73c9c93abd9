"""Workers that are threads of this process, each with its own connection."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from greenroom.hub.jobs import services
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.schedules import fire_due_schedules
from greenroom.hub.jobs.worker import run_worker

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("postgresql")]

PATIENCE = 30


def side_by_side(number, function):
    """Call the function in that many threads at once and return what they returned."""
    barrier = threading.Barrier(number)

    def call():
        try:
            barrier.wait(PATIENCE)
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(call) for _ in range(number)]]


def test_two_workers_run_each_job_once(task, schedule):
    done, all_done, stop = Counter(), threading.Event(), threading.Event()
    lock = threading.Lock()

    @task()
    def count(*, number: int) -> None:
        with lock:
            done[number] += 1
            if len(done) == 300:
                all_done.set()

    for number in range(300):
        count.enqueue(number=number)
    workers = [threading.Thread(target=run_worker, args=[stop], kwargs={"threads": 3}) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert all_done.wait(PATIENCE)
    stop.set()
    for worker in workers:
        worker.join(PATIENCE)
    assert done == Counter(range(300))
    assert Job.objects.filter(state="done", attempts=1).count() == 300


def test_claims_side_by_side_never_overlap(task):
    @task()
    def noop() -> None: ...

    for _ in range(100):
        noop.enqueue()

    def claim_all():
        claimed = []
        while jobs := services.claim(worker="w", limit=3):
            claimed += [job.pk for job in jobs]
        return claimed

    claimed = [pk for part in side_by_side(4, claim_all) for pk in part]
    assert sorted(claimed) == sorted(Job.objects.values_list("pk", flat=True))


def test_the_same_key_from_many_sides_is_one_job(task):
    @task()
    def noop() -> None: ...

    returned = side_by_side(8, lambda: noop.enqueue(dedupe_key="same").pk)
    assert {Job.objects.get().pk} == set(returned)


def test_a_slot_fires_once_with_many_workers(task, schedule):
    @schedule(every=timedelta(minutes=1))
    @task()
    def noop() -> None: ...

    assert sorted(side_by_side(8, fire_due_schedules)) == [0] * 7 + [1]
    assert Job.objects.count() == 1


def test_a_swept_job_is_swept_once(task, clock):
    @task()
    def noop() -> None: ...

    for _ in range(20):
        noop.enqueue()
    services.claim(worker="dead", limit=20)
    clock.advance(minutes=1)
    assert sum(side_by_side(4, services.sweep)) == 20
    assert Job.objects.filter(state="ready", attempts=1).count() == 20


def test_a_running_job_fails_while_its_twin_comes_up(task, clock):
    """The collision of two jobs with one key is found by the database, whatever comes first."""

    @task()
    def noop() -> None: ...

    def come_up_and_put_back(running):
        acts = iter(
            [
                lambda: noop.enqueue(dedupe_key="same"),
                lambda: services.put_back(running, run_at=clock.now(), last_error="late"),
            ]
        )
        side_by_side(2, lambda: next(acts)())

    for _ in range(20):
        noop.enqueue(dedupe_key="same")
        [running] = services.claim(worker="a")
        come_up_and_put_back(running)
        assert Job.objects.filter(state="ready").count() == 1
        assert not Job.objects.filter(state="running").exists()
        Job.objects.all().delete()


def test_jobs_behind_a_long_one_go_back_in_line(task, schedule, clock):
    begun, may_end, stop = threading.Event(), threading.Event(), threading.Event()

    @task()
    def wait() -> None:
        begun.set()
        assert may_end.wait(PATIENCE)

    for _ in range(3):
        wait.enqueue()
    worker = threading.Thread(target=run_worker, args=[stop], kwargs={"threads": 1})
    worker.start()
    assert begun.wait(PATIENCE)
    clock.advance(seconds=2)
    for _ in range(PATIENCE * 20):
        given_back = Job.objects.filter(state="ready", attempts=0).count()
        if given_back == 2:
            break
        threading.Event().wait(0.05)
    stop.set()
    may_end.set()
    worker.join(PATIENCE)
    assert given_back == 2
    assert Job.objects.filter(state="done", attempts=1).count() == 1
