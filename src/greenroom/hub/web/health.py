"""What the machines that look after us ask."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from greenroom.hub.connections.selectors import count_calls_today, list_connections
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.selectors import count_jobs, list_live_workers, longest_wait


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers, its tables are up to date, and a worker is there."""
    checks = {"database": False, "migrations": False, "worker": False}
    try:
        executor = MigrationExecutor(connection)
        checks["database"] = True
        checks["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["worker"] = checks["migrations"] and bool(list_live_workers())
    except Error:
        pass
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the numbers worth watching, in Prometheus's form; they hold no names."""
    registry = CollectorRegistry()
    jobs = Gauge("greenroom_jobs", "Job rows by state.", ["state"], registry=registry)
    for state in Job.State.values:
        jobs.labels(state).set(0)
    for (_, state), number in count_jobs().items():
        jobs.labels(state).inc(number)
    waiting = Gauge("greenroom_jobs_longest_wait_seconds", "How long the oldest due job has waited.", registry=registry)
    waiting.set(longest_wait().total_seconds())
    accounts = Gauge("greenroom_connections", "Connected GoTo accounts by state.", ["state"], registry=registry)
    for one in list_connections():
        accounts.labels(one.state).inc()
    Gauge("greenroom_goto_calls_today", "Calls to GoTo since midnight UTC.", registry=registry).set(count_calls_today())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
