"""What readiness checks, metrics and pages ask about jobs."""

from datetime import timedelta

from django.db.models import Count, Min

from greenroom.hub.core import clock
from greenroom.hub.jobs.models import Job, WorkerHeartbeat


def list_live_workers(within: timedelta = timedelta(seconds=60)) -> list[str]:
    """Return the names of workers seen lately, sorted. One query."""
    since = clock.now() - within
    return list(WorkerHeartbeat.objects.filter(seen_at__gte=since).order_by("worker").values_list("worker", flat=True))


def count_jobs() -> dict[tuple[str, str], int]:
    """Return the number of jobs by (queue, state). One query over the whole table."""
    rows = Job.objects.values_list("queue", "state").annotate(number=Count("pk")).order_by()
    return {(queue, state): number for queue, state, number in rows}


def longest_wait() -> timedelta:
    """Return for how long the oldest due job has been waiting; zero when none is. One query."""
    now = clock.now()
    oldest = Job.objects.filter(state=Job.State.READY, run_at__lte=now).aggregate(at=Min("run_at"))["at"]
    return now - oldest if oldest else timedelta(0)


def list_failed_jobs(limit: int = 100) -> list[Job]:
    """Return jobs that failed for good, latest first. One query."""
    return list(Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at")[:limit])
