"""
A hub of its own in a process of its own, for tests that kill it.

    python -m tests.hub.jobs.child migrate | enqueue N FILE | hold FILE | drain THREADS | serve | report

`drain` is a worker that asks itself to stop, by SIGTERM, as soon as no job is left to do.
"""

import json
import os
import signal
import sys
import threading

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from greenroom.hub.jobs import task, worker  # noqa: E402
from greenroom.hub.jobs.models import Job, WorkerHeartbeat  # noqa: E402

OPEN = [Job.State.READY, Job.State.RUNNING]


def write_line(path: str, line: str) -> None:
    """Append a line; the system keeps appended lines apart, whoever writes them."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@task(queue="notes")
def note(*, path: str, word: str) -> None:
    """Leave a trace that no roll-back takes away."""
    write_line(path, word)


@task(queue="notes")
def hold(*, path: str) -> None:
    """Say that it has begun, and end when told to."""
    print("begun", flush=True)  # noqa: T201
    write_line(path, sys.stdin.readline().strip())


def migrate() -> None:
    """Make the tables."""
    call_command("migrate", verbosity=0)


def enqueue(number: str, path: str) -> None:
    """Put that many notes in line."""
    for word in range(int(number)):
        note.enqueue(path=path, word=str(word))


def enqueue_hold(path: str) -> None:
    """Put a job in line that begins, and ends when told to."""
    hold.enqueue(path=path)


def serve() -> None:
    """Be a worker."""
    worker.main(["notes"])


def drain(threads: str) -> None:
    """Be a worker until no job is left."""
    threading.Thread(target=_stop_when_idle, daemon=True).start()
    worker.main(["notes"], threads=int(threads))


def _stop_when_idle() -> None:
    # A worker that does not listen yet would be killed by the signal.
    while is_deaf() or Job.objects.filter(queue="notes", state__in=OPEN).exists():
        threading.Event().wait(0.05)
    os.kill(os.getpid(), signal.SIGTERM)


def is_deaf() -> bool:
    """Tell whether SIGTERM would end this process as it stands."""
    return signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def report() -> None:
    """Print what stands in the rows."""
    jobs = list(Job.objects.filter(queue="notes").order_by("pk").values("state", "attempts", "last_error"))
    print(json.dumps({"jobs": jobs, "workers": WorkerHeartbeat.objects.count()}))  # noqa: T201


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
