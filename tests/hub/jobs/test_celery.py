"""Dispatch through Celery: a message carries the id of a committed job, and losing it loses nothing."""

import base64
import json
import signal
from datetime import timedelta

import pytest
from django.db import transaction

from greenroom.hub.jobs import dispatch
from greenroom.hub.jobs.celery_app import app_for
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.services import claim

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def note(task):
    @task(queue="notes")
    def note(*, word: str = "") -> None: ...

    return note


def sent_ids(broker) -> list[int]:
    """Return the arguments of the waiting messages, oldest first."""
    messages = [json.loads(each) for each in reversed(broker.lrange("notes", 0, -1))]
    bodies = [json.loads(base64.b64decode(message["body"])) for message in messages]
    assert all(keywords == {} for _, keywords, _ in bodies)
    return [arguments[0] for arguments, _, _ in bodies]


def test_the_message_goes_out_on_commit_and_carries_only_the_id(note, broker):
    with transaction.atomic():
        job = note.enqueue(word="secret")
        assert sent_ids(broker) == []
    assert sent_ids(broker) == [job.pk]
    assert b"secret" not in base64.b64decode(json.loads(broker.lindex("notes", 0))["body"])


def test_a_roll_back_sends_nothing(note, broker):
    with transaction.atomic():
        note.enqueue()
        transaction.set_rollback(True)
    assert sent_ids(broker) == []


def test_a_lost_message_is_sent_again_after_a_few_seconds(note, broker, clock):
    job = note.enqueue()
    broker.delete("notes")
    assert dispatch.resend() == 0
    clock.advance(seconds=11)
    assert dispatch.resend() == 1
    assert sent_ids(broker) == [job.pk]
    assert dispatch.resend() == 0


def test_a_job_for_later_is_sent_when_its_time_comes(note, broker, clock):
    job = note.enqueue(run_at=clock.now() + timedelta(hours=1))
    assert sent_ids(broker) == []
    assert dispatch.resend() == 0
    clock.advance(hours=1)
    assert dispatch.resend() == 1
    assert sent_ids(broker) == [job.pk]


def test_a_job_that_somebody_has_taken_is_not_sent_again(note, broker, clock):
    note.enqueue()
    claim(worker="a")
    clock.advance(seconds=11)
    assert dispatch.resend() == 0


def test_a_broker_that_is_down_loses_no_job_and_fails_no_request(note, broker, settings, clock):
    url, settings.CELERY_BROKER_URL = settings.CELERY_BROKER_URL, "redis://127.0.0.1:1/0"
    job = note.enqueue()
    assert Job.objects.get() == job
    settings.CELERY_BROKER_URL = url
    clock.advance(seconds=11)
    dispatch.resend()
    assert sent_ids(broker) == [job.pk]


def test_celery_keeps_no_results_and_acknowledges_late(broker, settings):
    conf = app_for(settings.CELERY_BROKER_URL).conf
    assert (conf.result_backend, conf.task_ignore_result, conf.task_acks_late) == (None, True, True)
    assert conf.worker_prefetch_multiplier == 1


@pytest.mark.processes
def test_a_celery_worker_runs_what_is_announced_and_what_was_lost_once(hub, broker, settings):
    celery = {"GREENROOM_DISPATCH": "celery", "GREENROOM_CELERY_BROKER_URL": settings.CELERY_BROKER_URL}
    hub.run("enqueue", "3", str(hub.traces), **celery)
    assert len(sent_ids(broker)) == 3
    broker.lpop("notes")
    broker.rpush("notes", broker.lindex("notes", 0))
    hub.run("enqueue", "1", str(hub.traces), GREENROOM_DISPATCH="db")
    hub.run("drain", "2", **celery)
    assert hub.list_traces() == ["0", "0", "1", "2"]
    jobs = hub.report()["jobs"]
    assert [(job["state"], job["attempts"]) for job in jobs] == [("done", 1)] * 4


@pytest.mark.processes
def test_a_job_whose_celery_worker_is_killed_is_run_by_another(hub, broker, settings):
    celery = {"GREENROOM_DISPATCH": "celery", "GREENROOM_CELERY_BROKER_URL": settings.CELERY_BROKER_URL}
    hub.run("enqueue", "1", str(hub.traces), **celery)
    with hub.started("drain", "1", GREENROOM_KILL_AT="jobs.before_finish", **celery) as killed:
        assert killed.wait() == -signal.SIGKILL
    hub.run("drain", "1", **celery)
    assert hub.list_traces() == ["0", "0"]
    assert hub.report()["jobs"] == [{"state": "done", "attempts": 2, "last_error": "LeaseExpired"}]
