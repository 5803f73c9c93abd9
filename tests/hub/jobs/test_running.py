"""What becomes of a job that is run."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.jobs import services
from greenroom.hub.jobs.errors import RetryLaterError
from greenroom.hub.jobs.models import Job, ScheduleSlot, WorkerHeartbeat
from greenroom.hub.jobs.registry import list_queues
from greenroom.hub.jobs.selectors import count_jobs, list_failed_jobs, list_live_workers, longest_wait
from greenroom.hub.jobs.tasks import tidy
from greenroom.hub.jobs.worker import run_by_id, run_job, run_until_idle

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(task):
    """A task that notes down its word; the words stand in `note.words`."""
    words = []

    @task()
    def note(*, word: str) -> None:
        words.append(word)

    object.__setattr__(note, "words", words)
    return note


@pytest.fixture
def fail(task):
    @task(max_attempts=3)
    def fail() -> None:
        raise ZeroDivisionError("lena@example.com")

    return fail


def test_a_job_is_done_when_its_function_returns(note, clock):
    job = note.enqueue(word="one")
    assert run_until_idle() == 1
    job.refresh_from_db()
    assert note.words == ["one"]
    assert (job.state, job.attempts, job.finished_at, job.lease_until) == ("done", 1, clock.now(), None)
    assert run_until_idle() == 0


def test_jobs_run_by_priority_then_time_then_number(note, clock):
    ago = clock.now() - timedelta(minutes=1)
    note.enqueue(word="third")
    note.enqueue(word="fourth")
    note.enqueue(word="second", run_at=ago)
    note.enqueue(word="first", priority=1)
    assert [job.args["word"] for job in services.claim(worker="a", limit=10)] == [
        "first",
        "second",
        "third",
        "fourth",
    ]


def test_a_claim_takes_no_more_than_asked_and_only_its_queues(task):
    @task(queue="mail")
    def send() -> None: ...

    @task(queue="sync")
    def pull() -> None: ...

    assert list_queues() == ["mail", "sync"]
    for _ in range(3):
        send.enqueue()
        pull.enqueue()
    assert [job.queue for job in services.claim(worker="a", limit=2, queues=["mail"])] == ["mail", "mail"]
    assert [job.queue for job in services.claim(worker="a", limit=9, queues=["mail"])] == ["mail"]
    assert len(services.claim(worker="a", limit=9, queues=["mail", "sync"])) == 3


def test_a_job_waits_for_its_time(note, clock):
    note.enqueue(word="later", run_at=clock.now() + timedelta(seconds=60))
    assert run_until_idle() == 0
    clock.advance(seconds=60)
    assert run_until_idle() == 1
    assert note.words == ["later"]


def test_a_failing_job_is_tried_again_later_and_later_and_then_fails(fail, clock):
    job = fail.enqueue()
    waits = []
    for _ in range(2):
        run_until_idle()
        job.refresh_from_db()
        assert job.state == "ready"
        waits.append((job.run_at - clock.now()).total_seconds())
        clock.set(job.run_at)
    run_until_idle()
    job.refresh_from_db()
    assert 2.5 <= waits[0] <= 5 <= waits[1] <= 10
    assert (job.state, job.attempts, job.last_error) == ("failed", 3, "ZeroDivisionError")
    assert list(list_failed_jobs()) == [job]


def test_a_failing_job_does_not_block_the_line(fail, note):
    fail.enqueue(priority=9)
    note.enqueue(word="after")
    run_until_idle()
    assert note.words == ["after"]


def test_an_error_that_repeating_cannot_mend_fails_at_once(task):
    @task()
    def refuse() -> None:
        raise InvalidInputError("lena@example.com is no address.")

    job = refuse.enqueue()
    run_until_idle()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == ("failed", 1, "InvalidInputError: invalid_input")


def test_a_task_may_ask_for_another_turn_at_a_time_of_its_own(task, clock):
    @task()
    def ask() -> None:
        raise RetryLaterError("budget_used_up", after=1800)

    job = ask.enqueue()
    run_until_idle()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("ready", 1)
    assert job.run_at == clock.now() + timedelta(minutes=30)
    assert job.last_error == "RetryLaterError: budget_used_up"


@pytest.mark.parametrize(
    ("cause", "told"), [(None, ["job_postponed"]), (OSError(), ["job_failed"])], ids=["by plan", "by a failure"]
)
def test_a_task_that_waits_for_its_time_is_not_told_as_a_failure(task, cause, told):
    @task()
    def ask() -> None:
        raise RetryLaterError("not_listed_yet", after=10) from cause

    ask.enqueue()
    with capture_logs() as lines:
        run_until_idle()
    assert [line["event"] for line in lines] == told


def test_a_job_of_another_release_waits_for_it(note):
    job = note.enqueue(word="one")
    Job.objects.update(name="sync.not_yet_written")
    run_until_idle()
    job.refresh_from_db()
    assert (job.state, job.last_error) == ("ready", "UnknownTaskError: unknown_task")


def test_a_person_can_have_a_failed_job_tried_again(fail, note, clock):
    job = fail.enqueue()
    Job.objects.update(max_attempts=1)
    run_until_idle()
    services.retry_failed_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.run_at) == ("ready", 0, clock.now())
    with pytest.raises(StateConflictError):
        services.retry_failed_job(job.pk)


def test_a_failed_job_is_not_tried_again_beside_its_twin(fail):
    job = fail.enqueue(dedupe_key="same")
    Job.objects.update(max_attempts=1)
    run_until_idle()
    fail.enqueue(dedupe_key="same")
    with pytest.raises(StateConflictError):
        services.retry_failed_job(job.pk)
    assert count_jobs() == {("default", "ready"): 1, ("default", "failed"): 1}


def test_a_failing_job_and_its_twin_become_one_that_waits(fail, clock):
    fail.enqueue(dedupe_key="same")
    [running] = services.claim(worker="a")
    twin = fail.enqueue(dedupe_key="same")
    run_job(running)
    twin.refresh_from_db()
    running.refresh_from_db()
    assert (running.state, twin.state, twin.attempts) == ("done", "ready", 1)
    assert twin.run_at > clock.now()


def test_a_job_can_enqueue_another(task, note):
    @task()
    def begin() -> None:
        note.enqueue(word="next")

    begin.enqueue()
    assert run_until_idle() == 2
    assert note.words == ["next"]


def test_running_until_idle_notices_what_never_becomes_idle(task):
    @task()
    def again() -> None:
        again.enqueue()

    again.enqueue()
    with pytest.raises(RuntimeError, match="due jobs after 7"):
        run_until_idle(limit=7)


def test_a_job_taken_by_number_runs_once_and_only_when_due(note, clock):
    job = note.enqueue(word="one")
    later = note.enqueue(word="two", run_at=clock.now() + timedelta(seconds=1))
    claimed = services.claim_one(job.pk, worker="a")
    assert claimed is not None
    assert services.claim_one(job.pk, worker="b") is None
    assert services.claim_one(later.pk, worker="b") is None
    assert services.claim_one(0, worker="b") is None
    assert run_job(claimed)
    assert not run_by_id(job.pk)
    assert note.words == ["one"]


def test_the_longest_wait_is_that_of_the_oldest_due_job(note, clock):
    assert longest_wait() == timedelta(0)
    note.enqueue(word="one")
    note.enqueue(word="later", run_at=clock.now() + timedelta(days=1))
    clock.advance(seconds=90)
    assert longest_wait() == timedelta(seconds=90)


def test_workers_are_live_as_long_as_they_are_seen(clock):
    services.record_heartbeat("a")
    services.record_heartbeat("b")
    clock.advance(seconds=50)
    services.record_heartbeat("b")
    assert list_live_workers(within=timedelta(seconds=60)) == ["a", "b"]
    clock.advance(seconds=50)
    assert list_live_workers(within=timedelta(seconds=60)) == ["b"]
    services.forget_worker("b")
    assert list(WorkerHeartbeat.objects.values_list("worker", flat=True)) == ["a"]


def test_what_nobody_will_ask_about_is_deleted(fail, note, clock):
    note.enqueue(word="one")
    fail.enqueue()
    Job.objects.update(max_attempts=1)
    services.record_heartbeat("a")
    run_until_idle()
    ScheduleSlot.objects.create(schedule="jobs.tidy", slot=clock.now())
    clock.advance(days=1, seconds=1)
    waiting = note.enqueue(word="waits")
    tidy.call()
    assert set(Job.objects.values_list("state", flat=True)) == {"failed", "ready"}
    assert not WorkerHeartbeat.objects.exists()
    assert ScheduleSlot.objects.exists()
    clock.advance(days=30)
    tidy.call()
    assert list(Job.objects.all()) == [waiting]
    assert not ScheduleSlot.objects.exists()
