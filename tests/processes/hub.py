"""A hub that lives in processes, beside a sandbox that does."""

import json
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.hub.world import World
from tests.processes.places import own_broker, own_database
from tests.processes.starting import GREENROOM, PATIENCE, answers, free_port, started, wait_until

from greenroom.hub.core.clock import SystemClock


class ServedWorld(World):
    """The same GoTo as in other tests, behind a port and in real time."""

    def __init__(self, http: httpx2.Client) -> None:
        self.clock = SystemClock()
        self._http = http
        account = self.control("POST", "accounts", name="Northwind Academy")["key"]
        self.olga_key = self.add_organizer(account, "olga@northwind.example", "Olga", "Ortiz", is_admin=True)


@contextmanager
def served_world(folder: Path) -> Iterator[tuple[ServedWorld, str]]:
    """Serve a sandbox with nobody but Olga, and return it with its address."""
    port = free_port()
    settings = {
        "GREENROOM_SANDBOX_SEED": "none",
        "GREENROOM_SANDBOX_SMTP_PORT": "0",
        "GREENROOM_DATA_DIR": str(folder),
    }
    with started(*GREENROOM, "sandbox", "--port", str(port), environment=settings):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/healthz"), "the sandbox answers")
        with httpx2.Client(base_url=url) as http:
            yield ServedWorld(http), url


@dataclass(frozen=True)
class Hub:
    """A hub whose web side does what it is told; workers come and go."""

    environment: Mapping[str, str]
    world: ServedWorld
    console: subprocess.Popen

    def do(self, act: str, **arguments: Any) -> Any:
        """Have something done on the web side; see `console.py`."""
        self.console.stdin.write(json.dumps([act, arguments]) + "\n")
        self.console.stdin.flush()
        assert select.select([self.console.stdout], [], [], PATIENCE)[0], f"{act} did not end"
        line = self.console.stdout.readline()
        assert line, f"{act} failed; the reason stands in what the process printed"
        return json.loads(line)

    def worker(self, *options: str, **settings: str) -> AbstractContextManager[subprocess.Popen]:
        """Start a worker."""
        return started(*GREENROOM, "worker", "--threads", "1", *options, environment={**self.environment, **settings})

    def crash(self, moment: str, *options: str) -> None:
        """Let a worker work until that moment, at which it is killed."""
        with self.worker(*options, GREENROOM_KILL_AT=moment, GREENROOM_JOB_LEASE_SECONDS="1") as worker:
            assert -signal.SIGKILL == worker.wait(PATIENCE)

    def finish_work(self) -> None:
        """Let another worker do all there is to do."""
        with self.worker() as worker:
            wait_until(lambda: self.do("is_at_work", pid=worker.pid), "the worker has begun")
            wait_until(lambda: self.do("is_settled"), "all work is done")
            worker.terminate()
            assert 0 == worker.wait(PATIENCE)


@contextmanager
def console(environment: Mapping[str, str]) -> Iterator[subprocess.Popen]:
    """Start the web side of a hub."""
    command = [sys.executable, "-m", "tests.processes.console"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with started(*command, environment=environment, **pipes) as process:
        yield process


def settings_for(folder: Path, goto_url: str) -> dict[str, str]:
    """Return the settings of a hub whose GoTo is at that address."""
    return {
        "DJANGO_SETTINGS_MODULE": "greenroom.hub.settings",
        "GREENROOM_DATA_DIR": str(folder),
        "GREENROOM_PUBLIC_URL": "http://127.0.0.1:8000",
        "GREENROOM_GOTO_API_URL": goto_url,
        "GREENROOM_GOTO_AUTH_URL": goto_url,
        "GREENROOM_GOTO_CLIENT_ID": "greenroom-demo",
        "GREENROOM_GOTO_CLIENT_SECRET": "greenroom-demo-secret",
        "GREENROOM_GOTO_CALLS_PER_SECOND": "1000",
        "GREENROOM_WEBHOOKS": "off",
        "GREENROOM_HOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "GREENROOM_LOG_LEVEL": "WARNING",
    }


@contextmanager
def served_hub(engine: str, folder: Path, **settings: str) -> Iterator[Hub]:
    """Set a hub up on "sqlite" or "postgresql" with embedded workers, or on "celery" with PostgreSQL and Redis."""
    broker = {}
    if engine == "celery":
        broker = {"GREENROOM_DISPATCH": "celery", "GREENROOM_CELERY_BROKER_URL": own_broker()}
    with (
        own_database("sqlite" if engine == "sqlite" else "postgresql", folder) as database,
        served_world(folder) as (world, url),
    ):
        environment = settings_for(folder, url) | broker | {"GREENROOM_DATABASE_URL": database} | settings
        with console(environment) as process:
            hub = Hub(environment, world, process)
            hub.do("set_up")
            yield hub
