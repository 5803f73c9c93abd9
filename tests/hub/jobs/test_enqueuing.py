"""A job is in line when its transaction has committed, once per dedupe key."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from greenroom.hub.jobs import registry
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.services import claim, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def greet(task):
    @task(queue="letters", priority=3, max_attempts=4)
    def greet(*, name: str = "") -> str:
        return f"Hello {name}"

    return greet


def test_a_job_holds_all_that_its_worker_needs(greet, clock):
    job = greet.enqueue(name="Lena")
    job.refresh_from_db()
    assert job.name == "tests.hub.jobs.test_enqueuing.greet"
    assert (job.queue, job.priority, job.max_attempts, job.args) == ("letters", 3, 4, {"name": "Lena"})
    assert (job.state, job.attempts, job.run_at, job.created_at) == ("ready", 0, clock.now(), clock.now())


def test_a_job_in_the_hub_is_named_by_app_and_function():
    from greenroom.hub.jobs.tasks import tidy

    assert tidy.name == "jobs.tidy"
    assert registry.get_task("jobs.tidy") is tidy


def test_a_roll_back_leaves_no_job(greet):
    with transaction.atomic():
        greet.enqueue(name="Lena")
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_task_can_be_called_here_and_now(greet):
    assert greet.call(name="Lena") == "Hello Lena"
    assert not Job.objects.exists()


def test_arguments_must_be_json(greet):
    with pytest.raises(TypeError):
        greet.enqueue(name=object())
    assert not Job.objects.exists()


def test_enqueuing_is_one_statement(greet):
    with CaptureQueriesContext(connection) as queries:
        greet.enqueue(dedupe_key="a")
        greet.enqueue(dedupe_key="a")
    assert len(queries) == 2


def test_many_jobs_are_put_in_line_with_one_statement_and_none_of_them_twice(greet):
    first = greet.enqueue(name="Lena", dedupe_key="1")
    with CaptureQueriesContext(connection) as queries:
        greet.enqueue_many({str(number): {"name": f"Nr. {number}"} for number in range(1000)})
    assert 1 == len(queries)
    assert 1000 == Job.objects.filter(queue="letters", priority=3, max_attempts=4, state="ready").count()
    first.refresh_from_db()
    assert ({"name": "Lena"}, {"name": "Nr. 7"}) == (first.args, Job.objects.get(dedupe_key="7").args)
    greet.enqueue_many({})


def test_one_ready_job_per_dedupe_key(greet):
    first = greet.enqueue(name="Lena", dedupe_key="greeting")
    again = greet.enqueue(name="Ivan", dedupe_key="greeting")
    other = greet.enqueue(name="Ivan", dedupe_key="another greeting")
    assert again.pk == first.pk != other.pk
    assert again.args == {"name": "Lena"}
    assert greet.enqueue().pk != greet.enqueue().pk


@pytest.mark.parametrize("outcome", ["running", "done"])
def test_a_job_that_has_been_taken_does_not_stand_in_for_a_new_one(greet, outcome):
    first = greet.enqueue(dedupe_key="greeting")
    [claimed] = claim(worker="a")
    if outcome == "done":
        finish(claimed)
    assert greet.enqueue(dedupe_key="greeting").pk != first.pk


def test_the_earlier_time_and_the_higher_priority_win(greet, clock):
    hour = timedelta(hours=1)
    first = greet.enqueue(dedupe_key="greeting", run_at=clock.now() + 2 * hour, priority=1)
    assert greet.enqueue(dedupe_key="greeting", run_at=clock.now() + hour, priority=5).pk == first.pk
    greet.enqueue(dedupe_key="greeting", run_at=clock.now() + 3 * hour, priority=2)
    first.refresh_from_db()
    assert (first.run_at, first.priority) == (clock.now() + hour, 5)


def test_a_wait_after_a_failure_is_cut_short_only_on_request(greet, clock):
    later = clock.now() + timedelta(hours=1)
    job = greet.enqueue(dedupe_key="greeting", run_at=later)
    Job.objects.update(attempts=1)
    assert greet.enqueue(dedupe_key="greeting").run_at == later
    assert greet.enqueue(dedupe_key="greeting", run_at=clock.now()).run_at == clock.now()
    assert Job.objects.get().pk == job.pk


def test_two_tasks_cannot_share_a_name(task, greet):
    with pytest.raises(ValueError, match="two tasks named"):
        task()(greet.function)


def test_a_task_cannot_take_what_enqueue_takes(task):
    with pytest.raises(ValueError, match="run_at"):

        @task()
        def remind(*, run_at: str) -> None: ...
