"""What pages say about jobs and workers, and trying again what has failed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from greenroom.hub.jobs import services
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.registry import describe_task
from greenroom.hub.jobs.selectors import QueueState, list_queue_states, list_workers
from greenroom.hub.jobs.worker import run_until_idle

pytestmark = pytest.mark.django_db


@pytest.fixture
def carry(task):
    """A task that fails until it is told not to."""

    @task(queue="tests", max_attempts=1)
    def carry(*, number: int) -> None:
        """
        Carry one stone uphill.

        It rolls back.
        """
        if carry.is_hard:
            raise ZeroDivisionError
        carry.done.append(number)

    object.__setattr__(carry, "is_hard", True)
    object.__setattr__(carry, "done", [])
    return carry


def fail(carry, number: int, **options) -> Job:
    job = carry.enqueue(number=number, **options)
    run_until_idle()
    return job


def test_all_that_has_failed_is_tried_again(carry, clock):
    for number in range(3):
        fail(carry, number)
    clock.advance(hours=1)
    object.__setattr__(carry, "is_hard", False)
    assert 3 == services.retry_failed_jobs()
    run_until_idle()
    assert [0, 1, 2] == sorted(carry.done)
    assert {"done"} == set(Job.objects.values_list("state", flat=True))
    assert 0 == services.retry_failed_jobs()


def test_what_is_in_line_already_is_not_tried_beside_it(carry):
    """Two have failed with the same key: one goes in line again, and stands for both."""
    fail(carry, 1, dedupe_key="stone")
    fail(carry, 2, dedupe_key="stone")
    fail(carry, 3)
    assert 2 == services.retry_failed_jobs()
    assert {"ready": 2, "done": 1} == {state: Job.objects.filter(state=state).count() for state in ("ready", "done")}


def test_no_more_are_tried_again_than_asked_for(carry):
    for number in range(3):
        fail(carry, number)
    assert 2 == services.retry_failed_jobs(limit=2)
    assert 1 == Job.objects.filter(state="failed").count()


def test_each_line_tells_its_length(carry, clock):
    carry.enqueue(number=1)
    carry.enqueue(number=2, run_at=clock.now() + timedelta(days=1))
    since = clock.now()
    clock.advance(minutes=5)
    carry.enqueue(number=3)
    services.claim(worker="a", queues=["tests"])
    assert [QueueState("tests", due=1, later=1, running=1, waiting_since=clock.now())] == list_queue_states()
    Job.objects.filter(state="running").update(state="ready")
    assert since == list_queue_states()[0].waiting_since


def test_a_line_without_jobs_is_told_too(carry):
    assert [QueueState("tests")] == list_queue_states()


def test_states_of_lines_are_one_query(carry):
    for number in range(20):
        carry.enqueue(number=number)
    with CaptureQueriesContext(connection) as queries:
        list_queue_states()
    assert 1 == len(queries)


def test_silent_workers_are_told_first(clock):
    services.record_heartbeat("dead")
    clock.advance(seconds=61)
    services.record_heartbeat("alive")
    assert [("dead", False), ("alive", True)] == [(one.name, one.is_live) for one in list_workers()]


def test_a_task_says_what_it_does(carry):
    assert "Carry one stone uphill." == describe_task("tests.hub.jobs.test_states.carry")
    assert "sync.of_another_release" == describe_task("sync.of_another_release")
