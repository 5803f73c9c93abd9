"""
How workers learn of a job.

With `settings.DISPATCH == "db"` they look into the table and nothing is sent. With "celery" a message that
carries the job's id goes to the broker once the caller's transaction has committed. A message that gets lost,
and a job whose time comes later, is (re)sent by `resend`, which the loop beside every Celery worker calls; so
a broker can lose everything it has and no work is lost.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction

from greenroom.hub.core import clock
from greenroom.hub.jobs.models import Job

RESEND_AFTER = timedelta(seconds=10)
# With one round a second this keeps a long line in the broker from growing by its own echoes.
RESEND_AT_ONCE = 200

log = structlog.get_logger(__name__)

_TAKE = """
    UPDATE jobs_job SET sent_at = %(now)s
    WHERE state = 'ready' AND id IN (
        SELECT id FROM jobs_job
        WHERE state = 'ready' AND run_at <= %(now)s AND (sent_at IS NULL OR sent_at < %(lost)s)
        ORDER BY run_at LIMIT %(limit)s
    )
    RETURNING *
"""


def is_sent(run_at: datetime) -> bool:
    """Tell whether a job due at `run_at` is announced to a broker on commit."""
    return settings.DISPATCH == "celery" and run_at <= clock.now()


def announce(job: Job) -> None:
    """Have workers told about a job as soon as the current transaction has committed."""
    if is_sent(job.run_at):
        # Robust: a broker that is down must not fail a request whose job is safe in the table.
        transaction.on_commit(lambda: send(job.pk, job.queue), robust=True)


def send(job_id: int, queue: str) -> None:
    """Send the message that carries a job's id."""
    # Celery is an optional extra.
    from greenroom.hub.jobs.celery_app import app_for

    app_for(settings.CELERY_BROKER_URL).send_task("greenroom.run_job", args=[job_id], queue=queue, retry=False)


def resend() -> int:
    """Send due jobs that no message was sent for, or whose message seems lost. Returns how many."""
    now = clock.now()
    moments = {"now": _db_time(now), "lost": _db_time(now - RESEND_AFTER)}
    jobs = list(Job.objects.raw(_TAKE, {**moments, "limit": RESEND_AT_ONCE}))
    for job in jobs:
        send(job.pk, job.queue)
    if jobs:
        log.info("jobs_resent", count=len(jobs))
    return len(jobs)


def _db_time(moment: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(moment)
