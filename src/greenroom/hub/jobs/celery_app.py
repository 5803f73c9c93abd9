"""
The Celery side of `DISPATCH=celery`; imported only then, as Celery is an optional extra.

Celery carries job ids and nothing more: one task, no result back end, one message at a time per thread,
acknowledged after the work. Its weaknesses cannot lose a job, because the row says what is done.
"""

from collections.abc import Sequence
from functools import cache

from celery import Celery
from django.db import close_old_connections


@cache
def app_for(broker_url: str) -> Celery:
    """Return the Celery application for a broker."""
    app = Celery("greenroom", broker=broker_url, set_as_current=False)
    app.conf.update(
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        # A request must not wait long for a broker that is down; `dispatch.resend` does the waiting.
        broker_transport_options={"socket_connect_timeout": 2, "max_retries": 1, "interval_start": 0},
        task_default_queue="default",
        worker_hijack_root_logger=False,
        enable_utc=True,
    )
    app.task(name="greenroom.run_job")(run_job)
    return app


def run_job(job_id: int) -> None:
    """Claim the row and run its task; a message about a job that is taken or done does nothing."""
    from greenroom.hub.jobs.worker import run_by_id

    close_old_connections()
    run_by_id(job_id)


def run_celery_worker(broker_url: str, queues: Sequence[str], threads: int) -> None:
    """Run a Celery worker in this thread until SIGTERM or SIGINT; it finishes what it has begun."""
    app = app_for(broker_url)
    worker = app.Worker(
        pool="threads",
        concurrency=threads,
        queues=list(queues),
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
