"""What the hub does while it is measured. Each function runs in a process of its own, in which Django is set up."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from django.db import transaction

from bench.api_reads import read_api as read_api  # a step that stands in a module of its own
from bench.forms import send_forms as send_forms
from bench.joins import expect_joins as expect_joins
from bench.learning import learn as learn
from bench.meter import Meter, peak_bytes
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import begin_authorization, finish_authorization
from greenroom.hub.core import clock
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.intake.models import WebhookDelivery, WebhookSecret
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.worker import run_worker
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import open_run
from greenroom.hub.sync.services import synchronize as carry_out
from greenroom.hub.users.models import User


def prepare(emails: list[str], password: str) -> None:
    """Make the tables and connect organizers as a person would."""
    call_command("migrate", verbosity=0)
    ada = User.objects.create_user(
        email="ada@bench.example", password=None, first_name="Ada", last_name="Bench", is_site_admin=True
    )
    for email in emails:
        address, pending = begin_authorization(back_to="")
        answer = allow_access(address, email=email, password=password)
        finish_authorization(actor=ada, pending=pending, answer=answer)


def backends() -> list[int]:
    """Return the processes of the PostgreSQL server that work on our database."""
    if database.vendor != "postgresql":
        return []
    with database.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def pull(email: str) -> int:
    """Read an organizer's webinars from GoTo and return how many rows changed."""
    run = open_run(connection=Connection.objects.get(organizer_email=email), product="webinar")
    assert run is not None
    carry_out(run=run)
    assert not run.event_errors, run.event_errors
    return run.rows_changed


def synchronize(email: str, warm_up: str) -> dict[str, Any]:
    """Read everything for the first time, then once more with nothing changed; `warm_up` has a short list."""
    known = pull(warm_up)
    idle = peak_bytes()
    with Meter(backends) as first:
        changed = pull(email)
    peak = peak_bytes()
    with Meter(backends) as again:
        changed_again = pull(email)
    assert (known + changed, changed_again) == (Registrant.objects.count(), 0)
    return {
        "rows": changed,
        "facts": Fact.objects.filter(registrant_id__isnull=False).count(),
        "first": first.told(),
        "again": again.told(),
        "idle_bytes": idle,
        "peak_bytes": peak,
    }


def read_at_a_pace(email: str, warm_up: str) -> dict[str, Any]:
    """Read everything for the first time, and return the calls GoTo has counted, apart from signing in, and `wall`."""
    pull(warm_up)
    counters = f"{settings.GOTO_API_URL}/_sandbox/counters"
    httpx2.delete(counters).raise_for_status()
    with Meter() as meter:
        pull(email)
    calls = httpx2.get(counters).raise_for_status().json()["calls"]
    return {"calls": sum(one["count"] for one in calls if one["product"] != "oauth"), "wall": meter.wall}


def count_statements(email: str) -> int:
    """Read everything, then return how many statements a second pass takes, with nothing changed."""
    pull(email)
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with database.execute_wrapper(note):
        assert pull(email) == 0
    return len(seen)


class _Countdown:
    """Tells when so many jobs were run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 0
        self.is_over = threading.Event()

    def begin(self, count: int) -> None:
        self._left = count

    def tick(self) -> None:
        with self._lock:
            self._left -= 1
            if not self._left:
                self.is_over.set()


_jobs = _Countdown()


@task(queue="bench")
def do_nothing(number: int) -> None:
    """Be a job without work in it."""
    _jobs.tick()


def drain_jobs(count: int) -> dict[str, Any]:
    """Run `count` jobs that do nothing with the hub's own worker."""
    with transaction.atomic():
        for number in range(count):
            do_nothing.enqueue(number=number)
    _jobs.begin(count)
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=[stop])
    with Meter(backends) as meter:
        worker.start()
        assert _jobs.is_over.wait(600)
    stop.set()
    worker.join()
    return meter.told()


def expect_webhooks(email: str, secret: str, event_keys: list[str]) -> int:
    """Know the events and the secret that deliveries will come with, and return the connection they come to."""
    connection, now = Connection.objects.get(organizer_email=email), clock.now()
    WebhookSecret.objects.create(client_id=settings.GOTO_CLIENT_ID, secret_id="bench", value=secret, valid_from=now)
    for key in event_keys:
        tomorrow = now + timedelta(days=1)
        Event.objects.create(
            connection=connection,
            product="webinar",
            event_key=key,
            organizer_key=connection.organizer_key,
            title="Ladder safety",
            starts_at=tomorrow,
            ends_at=tomorrow + timedelta(hours=1),
        )
    return connection.pk


def webhooks_applied(event_key: str, patience: float) -> dict[str, Any]:
    """Wait until nothing waits to be applied, and return how long each delivery took to become a fact, in seconds."""
    start = time.perf_counter()
    waiting = WebhookDelivery.objects.filter(state__in=["stored", "asking"])
    while waiting.exists() and time.perf_counter() - start < patience:
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    event = Event.objects.get(event_key=event_key)
    received = WebhookDelivery.objects.filter(event_key__startswith=f"{event_key}-", state="applied")
    moments = dict(received.values_list("event_key", "received_at"))
    emails = {f"ada{key.rpartition('-')[2]}@bench.example": at for key, at in moments.items()}
    facts = Fact.objects.filter(kind="registered", event_id=event.pk).values_list("email", "recorded_at")
    return {"seconds": seconds, "waits": [(at - emails[email]).total_seconds() for email, at in facts]}
