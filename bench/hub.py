"""What the hub does while it is measured. Each function runs in a process of its own, in which Django is set up."""

import threading
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import connection as database
from django.db import transaction

from bench.meter import Meter, peak_bytes
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import begin_authorization, finish_authorization
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.models import Registrant
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


def _backends() -> list[int]:
    """Return the processes of the PostgreSQL server that work on our database."""
    if database.vendor != "postgresql":
        return []
    with database.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def _pull(email: str) -> int:
    """Read an organizer's webinars from GoTo and return how many rows changed."""
    run = open_run(connection=Connection.objects.get(organizer_email=email), product="webinar")
    assert run is not None
    carry_out(run=run)
    assert not run.event_errors, run.event_errors
    return run.rows_changed


def synchronize(email: str, warm_up: str) -> dict[str, Any]:
    """Read everything for the first time, then once more with nothing changed; `warm_up` has a short list."""
    known = _pull(warm_up)
    idle = peak_bytes()
    with Meter(_backends) as first:
        changed = _pull(email)
    peak = peak_bytes()
    with Meter(_backends) as again:
        changed_again = _pull(email)
    assert (known + changed, changed_again) == (Registrant.objects.count(), 0)
    return {
        "rows": changed,
        "facts": Fact.objects.filter(registrant_id__isnull=False).count(),
        "first": first.told(),
        "again": again.told(),
        "idle_bytes": idle,
        "peak_bytes": peak,
    }


def count_statements(email: str) -> int:
    """Read everything, then return how many statements a second pass takes, with nothing changed."""
    _pull(email)
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with database.execute_wrapper(note):
        assert _pull(email) == 0
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
    with Meter(_backends) as meter:
        worker.start()
        assert _jobs.is_over.wait(600)
    stop.set()
    worker.join()
    return meter.told()
