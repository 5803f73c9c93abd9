"""
What can be done with a job row.

The hot statements are written out: SQLite uses a partial index only when the condition stands in the
statement as it stands in the index, and a claim must be one statement.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.jobs import dispatch
from greenroom.hub.jobs.models import Job, WorkerHeartbeat

KEEP_DONE = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)
SWEEP_AT_ONCE = 500

log = structlog.get_logger(__name__)

_INSERT = """
    INSERT INTO jobs_job (queue, name, args, priority, state, run_at, attempts, max_attempts, lease_token,
                          worker, dedupe_key, last_error, sent_at, created_at)
    VALUES {rows}
    ON CONFLICT (dedupe_key) WHERE state = 'ready' DO UPDATE SET
        run_at = CASE WHEN excluded.run_at < jobs_job.run_at AND (jobs_job.attempts = 0 OR %(is_wish)s)
                      THEN excluded.run_at ELSE jobs_job.run_at END,
        priority = CASE WHEN excluded.priority > jobs_job.priority
                        THEN excluded.priority ELSE jobs_job.priority END
    RETURNING *
"""
_ROW = """(%(queue)s, %(name)s, %(args{number})s, %(priority)s, 'ready', %(run_at)s, 0, %(max_attempts)s, '', '',
            %(dedupe_key{number})s, '', %(sent_at)s, %(now)s)"""
_INSERT_ONE = _INSERT.format(rows=_ROW.format(number=0))
# Two values a job stay well below SQLite's limit of 32,766 in a statement.
_AT_ONCE = 1000

_IS_ANY_DUE = "SELECT 1 FROM jobs_job WHERE state = 'ready' AND run_at <= %s LIMIT 1"

_CLAIM = """
    UPDATE jobs_job SET state = 'running', attempts = attempts + 1, lease_until = %(lease_until)s,
                        lease_token = %(token)s, worker = %(worker)s
    WHERE id {among} (
        SELECT id FROM jobs_job WHERE state = 'ready' AND run_at <= %(now)s {only}
        ORDER BY priority DESC, run_at, id LIMIT %(limit)s {lock}
    ) RETURNING *
"""
# ARRAY(...) is computed once; a plain IN may be planned as a join that runs the locking query again for each
# row.
_ON_POSTGRESQL = {"among": "= ANY(ARRAY", "lock": "FOR UPDATE SKIP LOCKED)"}
_ON_SQLITE = {"among": "IN", "lock": ""}

_EXPIRED = "SELECT * FROM jobs_job WHERE state = 'running' AND lease_until < %s ORDER BY lease_until LIMIT %s"


def enqueue(
    *,
    name: str,
    queue: str,
    args: Mapping[str, Any],
    max_attempts: int,
    priority: int = 0,
    run_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> Job:
    """
    Put a job in line, in the caller's transaction: a roll-back leaves no job and sends no message.

    One statement. While a job with the same `dedupe_key` is ready, that one is returned: it keeps its
    arguments, takes the higher priority and the earlier time. Without `run_at` a job that waits after a
    failure goes on waiting; an explicit `run_at` moves it too.

    With a `dedupe_key` the row stays locked until the caller commits, so that the job cannot run before it
    can see the caller's changes; a second caller with the same key waits for the first one's commit. Do it
    last.

    Raises:
        TypeError: the arguments are not JSON.
    """
    values = _shared_values(name, queue, max_attempts, priority, run_at)
    return _insert(_INSERT_ONE, {**values, "args0": json.dumps(dict(args)), "dedupe_key0": dedupe_key})[0]


def enqueue_many(
    *, name: str, queue: str, calls: Mapping[str, Mapping[str, Any]], max_attempts: int, priority: int = 0
) -> None:
    """
    Put jobs in line as `enqueue` does, for arguments by `dedupe_key`. One statement for each 1000.

    Raises:
        TypeError: the arguments are not JSON.
    """
    values = _shared_values(name, queue, max_attempts, priority, None)
    # In one order for all: two callers who wait for each other's keys would wait for ever.
    waiting = iter(sorted(calls.items()))
    while some := list(islice(waiting, _AT_ONCE)):
        own: dict[str, Any] = {}
        for number, (key, args) in enumerate(some):
            own |= {f"args{number}": json.dumps(dict(args)), f"dedupe_key{number}": key}
        _insert(_INSERT.format(rows=", ".join(_ROW.format(number=number) for number in range(len(some)))), values | own)


def _shared_values(name: str, queue: str, max_attempts: int, priority: int, run_at: datetime | None) -> dict[str, Any]:
    now = clock.now()
    due = run_at or now
    return {
        "name": name,
        "queue": queue,
        "priority": priority,
        "run_at": _db_time(due),
        "max_attempts": max_attempts,
        "sent_at": _db_time(now) if dispatch.is_sent(due) else None,
        "now": _db_time(now),
        "is_wish": run_at is not None,
    }


def _insert(statement: str, values: Mapping[str, Any]) -> list[Job]:
    jobs = list(Job.objects.raw(statement, values))  # whole: SQLite ends the statement at its last row
    for job in jobs:
        dispatch.announce(job)
    return jobs


def claim(*, worker: str, limit: int = 1, queues: Sequence[str] | None = None) -> list[Job]:
    """
    Take up to `limit` due jobs, most important first, and lease them to `worker`.

    Two workers never get the same job. Costs one look when nothing is due, else that and one statement.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_IS_ANY_DUE, [_db_time(now)])
        if cursor.fetchone() is None:
            return []
    chosen = {f"queue{number}": queue for number, queue in enumerate(queues or ())}
    only = f"AND queue IN ({', '.join(f'%({key})s' for key in chosen)})" if chosen else ""
    return _claim(only, {**chosen, "limit": limit, "worker": worker}, now)


def claim_one(job_id: int, *, worker: str) -> Job | None:
    """Take this job if it is due and nobody has it, else None: so a doubled message does nothing."""
    jobs = _claim("AND id = %(id)s", {"id": job_id, "limit": 1, "worker": worker}, clock.now())
    return jobs[0] if jobs else None


def _claim(only: str, values: Mapping[str, Any], now: datetime) -> list[Job]:
    dialect = _ON_POSTGRESQL if connection.vendor == "postgresql" else _ON_SQLITE
    statement = _CLAIM.format(only=only, **dialect)
    lease_until = _db_time(now + settings.JOB_LEASE)
    held = {"token": uuid.uuid4().hex, "lease_until": lease_until, "now": _db_time(now)}
    jobs = list(Job.objects.raw(statement, {**values, **held}))
    return sorted(jobs, key=lambda job: (-job.priority, job.run_at, job.pk))


def finish(job: Job) -> bool:
    """Mark a claimed job done. False, and no change, when its lease was lost to another worker meanwhile."""
    return _update_held(job, state=Job.State.DONE, lease_until=None, finished_at=clock.now())


def give_up(job: Job, last_error: str) -> bool:
    """Mark a claimed job failed for good, for a person to look at. False when its lease was lost."""
    return _update_held(job, state=Job.State.FAILED, lease_until=None, finished_at=clock.now(), last_error=last_error)


def put_back(job: Job, *, run_at: datetime, last_error: str, attempts: int | None = None) -> bool:
    """
    Make a claimed job ready again. False when its lease was lost.

    When a ready job with the same dedupe key has come up meanwhile, that one takes over the attempts and the
    wait, and this one is done: one line of work never becomes two.
    """
    ready = {
        "state": Job.State.READY,
        "run_at": run_at,
        "attempts": job.attempts if attempts is None else attempts,
        "last_error": last_error,
        "lease_until": None,
        "lease_token": "",
        "sent_at": None,
    }
    try:
        with transaction.atomic():
            return _update_held(job, **ready)
    except IntegrityError:
        return _merge(job, run_at=run_at, last_error=last_error)


def _merge(job: Job, *, run_at: datetime, last_error: str) -> bool:
    with transaction.atomic():
        if not _update_held(
            job, state=Job.State.DONE, lease_until=None, finished_at=clock.now(), last_error=last_error
        ):
            return False
        Job.objects.filter(dedupe_key=job.dedupe_key, state=Job.State.READY).update(
            attempts=Greatest("attempts", Value(job.attempts)),
            run_at=Greatest("run_at", Value(run_at)),
            last_error=last_error,
        )
        return True


def release(job: Job) -> bool:
    """Make a claimed job that was not started ready again, as if it had never been claimed."""
    return put_back(job, run_at=job.run_at, last_error=job.last_error, attempts=job.attempts - 1)


def extend_lease(job: Job, lease: timedelta) -> bool:
    """Keep a claimed job for another `lease`. False when it is no longer ours."""
    return _update_held(job, lease_until=clock.now() + lease)


def _update_held(job: Job, **changes: Any) -> bool:
    """Change the row only while the lease is ours: the token is new with every claim."""
    held = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, lease_token=job.lease_token)
    return held.update(**changes) == 1


def sweep() -> int:
    """
    Take back jobs whose lease has run out: their worker died or hangs.

    They are due at once and keep their attempts; a job that has lost its worker `max_attempts` times has
    failed. Returns how many were taken back. At most `SWEEP_AT_ONCE` a call.
    """
    now = clock.now()
    expired = list(Job.objects.raw(_EXPIRED, [_db_time(now), SWEEP_AT_ONCE]))
    swept = sum(_take_back(job, now) for job in expired)
    if swept:
        log.warning("leases_expired", count=swept)
    return swept


def _take_back(job: Job, now: datetime) -> bool:
    with transaction.atomic():
        still = Job.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        if not still.filter(pk=job.pk, state=Job.State.RUNNING, lease_until__lt=now).exists():
            return False  # a late heartbeat came through
        if job.attempts >= job.max_attempts:
            return give_up(job, "LeaseExpired")
        return put_back(job, run_at=now, last_error="LeaseExpired")


def retry_failed_job(job_id: int) -> Job:
    """
    Give a failed job a fresh set of attempts, as a person asked.

    Raises:
        StateConflictError: the job has not failed, or a job with its dedupe key is in line already.
    """
    fresh = {
        "state": Job.State.READY,
        "attempts": 0,
        "run_at": clock.now(),
        "finished_at": None,
        "sent_at": None,
    }
    try:
        with transaction.atomic():
            changed = Job.objects.filter(pk=job_id, state=Job.State.FAILED).update(**fresh, lease_token="")
    except IntegrityError as error:
        raise StateConflictError("The same work is in line already.") from error
    if not changed:
        raise StateConflictError("Only a failed job can be tried again.")
    return Job.objects.get(pk=job_id)


def retry_failed_jobs(limit: int = 1000) -> int:
    """
    Give up to `limit` failed jobs a fresh set of attempts, the latest first, and return how many.

    One whose work is in line already is done with: the other one does the same.
    """
    retried = 0
    for job in Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at", "-pk")[:limit]:
        try:
            retry_failed_job(job.pk)
            retried += 1
        except StateConflictError:
            Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(state=Job.State.DONE)
    return retried


def record_heartbeat(worker: str) -> None:
    """Note that a worker is alive."""
    WorkerHeartbeat.objects.bulk_create(
        [WorkerHeartbeat(worker=worker, seen_at=clock.now())],
        update_conflicts=True,
        unique_fields=["worker"],
        update_fields=["seen_at"],
    )


def forget_worker(worker: str) -> None:
    """Remove a worker that stops in good order."""
    WorkerHeartbeat.objects.filter(worker=worker).delete()


def delete_old_jobs(limit: int = 5000) -> int:
    """Delete jobs done for a day or failed for a month, and workers unseen for a day; count the jobs."""
    now = clock.now()
    WorkerHeartbeat.objects.filter(seen_at__lt=now - KEEP_DONE).delete()
    deleted = 0
    for state, keep in ((Job.State.DONE, KEEP_DONE), (Job.State.FAILED, KEEP_FAILED)):
        old = Job.objects.filter(state=state, finished_at__lt=now - keep).order_by("finished_at")[:limit]
        deleted += Job.objects.filter(pk__in=old.values("pk")).delete()[0]
    return deleted


def _db_time(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
