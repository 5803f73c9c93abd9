"""What readiness checks, metrics and pages ask about jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.jobs.models import Job, WorkerHeartbeat
from greenroom.hub.jobs.registry import list_queues

# A worker says every second that it is there; one that is silent for so long is dead, or cut off.
SILENT_AFTER = timedelta(seconds=60)


def live_workers(within: timedelta = SILENT_AFTER) -> QuerySet[WorkerHeartbeat]:
    """Return the workers seen lately."""
    return WorkerHeartbeat.objects.filter(seen_at__gte=clock.now() - within)


def list_live_workers(within: timedelta = SILENT_AFTER) -> list[str]:
    """Return the names of workers seen lately, sorted. One query."""
    return list(live_workers(within).order_by("worker").values_list("worker", flat=True))


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker process, and when it was last seen."""

    name: str
    seen_at: datetime
    is_live: bool


def list_workers() -> list[WorkerState]:
    """Return all workers of the last day, those that have fallen silent first. One query."""
    since = clock.now() - SILENT_AFTER
    workers = WorkerHeartbeat.objects.order_by("seen_at", "worker").values_list("worker", "seen_at")
    return [WorkerState(name, seen_at, seen_at >= since) for name, seen_at in workers]


@dataclass(frozen=True, slots=True)
class QueueState:
    """
    How long a line of jobs is.

    Attributes:
        due: jobs that could run now.
        later: jobs whose time has not come.
        running: jobs a worker has.
        waiting_since: when the oldest due one came due; None when none is.
    """

    name: str
    due: int = 0
    later: int = 0
    running: int = 0
    waiting_since: datetime | None = None


_IS_IN_LINE = "SELECT 1 FROM jobs_job WHERE dedupe_key = %s AND state = 'ready' LIMIT 1"


def is_in_line(dedupe_key: str) -> bool:
    """
    Tell whether a job with this key is ready, and so sees all that was committed before this was asked. One query.

    Where many ask for the same job at once, looking first spares them the lock that `enqueue` holds on its row.
    """
    # Asked for each delivery: composing the same query anew would cost more than answering it.
    with connection.cursor() as cursor:
        cursor.execute(_IS_IN_LINE, [dedupe_key])
        return cursor.fetchone() is not None


def list_queue_states() -> list[QueueState]:
    """Return how long each line is, by name. One query over the jobs that are not done."""
    now = clock.now()
    is_due = Q(state=Job.State.READY, run_at__lte=now)
    rows = (
        Job.objects.filter(state__in=[Job.State.READY, Job.State.RUNNING])
        .values_list("queue")
        .annotate(
            due=Count("pk", filter=is_due),
            later=Count("pk", filter=Q(state=Job.State.READY, run_at__gt=now)),
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            waiting_since=Min("run_at", filter=is_due),
        )
        .order_by()
    )
    found = {row[0]: QueueState(*row) for row in rows}
    return [found.get(name, QueueState(name)) for name in sorted({*list_queues(), *found})]


def count_jobs() -> dict[tuple[str, str], int]:
    """Return the number of jobs by (queue, state). One query over the whole table."""
    rows = Job.objects.values_list("queue", "state").annotate(number=Count("pk")).order_by()
    return {(queue, state): number for queue, state, number in rows}


def longest_wait() -> timedelta:
    """Return for how long the oldest due job has been waiting; zero when none is. One query."""
    now = clock.now()
    oldest = Job.objects.filter(state=Job.State.READY, run_at__lte=now).aggregate(at=Min("run_at"))["at"]
    return now - oldest if oldest else timedelta(0)


def list_failed_jobs() -> QuerySet[Job]:
    """Return jobs that failed for good, latest first."""
    return Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at", "-pk")
