"""What the machines that look after the hub are told."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.migrations.recorder import MigrationRecorder

from greenroom.hub.jobs.models import Job, WorkerHeartbeat


def test_process_that_answers_is_healthy(client):
    answer = client.get("/healthz")
    assert (200, {"status": "ok"}) == (answer.status_code, answer.json())
    assert 200 == client.head("/healthz").status_code


@pytest.mark.parametrize(("status", "age"), [(503, None), (503, 61), (200, 60), (200, 0)])
def test_hub_is_ready_with_a_worker_seen_in_the_last_minute(world, client, db, status, age):
    if age is not None:
        WorkerHeartbeat.objects.create(worker="one", seen_at=world.now - timedelta(seconds=age))
    answer = client.get("/readyz")
    assert (status, {"database": True, "migrations": True, "worker": status == 200}) == (
        answer.status_code,
        answer.json(),
    )


def test_hub_is_not_ready_while_a_migration_is_missing(world, client, db):
    WorkerHeartbeat.objects.create(worker="one", seen_at=world.now)
    MigrationRecorder(database).migration_qs.filter(app="courses").delete()
    answer = client.get("/readyz")
    assert (503, {"database": True, "migrations": False, "worker": False}) == (answer.status_code, answer.json())


def test_metrics_count_and_name_nobody(client, scene, cast):
    text = client.get("/metrics").content.decode()
    ready = Job.objects.filter(state="ready").count()
    assert f'greenroom_jobs{{state="ready"}} {float(ready)}' in text
    assert 'greenroom_connections{state="active"} 1.0' in text
    assert "greenroom_goto_calls_today" in text
    for secret in ("olga", "ortiz", "northwind", "lena", "example", "@", "ladder"):
        assert secret not in text.lower()
