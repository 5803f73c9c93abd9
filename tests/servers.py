"""
Run the tests that need servers, each with the servers it needs: PostgreSQL, Redis, Chromium.

    python -m tests.servers

The servers are this machine's own programs, on free ports, in a folder that is gone at the end.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from tests.processes.starting import free_port, started, wait_until

# PostgreSQL refuses to be run by root; Debian's package brings this account.
ACCOUNT = "postgres"
# What a failure of the machine would lose is worth nothing here.
IN_HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "log_min_messages=fatal")


class MissingProgramError(Exception):
    """A program is not installed; the message names the Debian package that has it."""


@dataclass(frozen=True)
class Part:
    """One run of pytest."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a part went: pytest's closing line, the time it took and the exit status."""

    summary: str
    seconds: float
    status: int


PACE = "tests/processes/test_pace.py"
PARTS = (
    Part("The hub on PostgreSQL", ["tests/hub", "-m", "not browser and not broker"]),
    Part(
        "A hundred courses of events, with faults",
        ["tests/hub/sync/test_random_scenarios.py"],
        {"GREENROOM_SCENARIOS": "100"},
    ),
    Part(
        "Twenty thousand answers of GoTo's gone wrong",
        ["tests/goto/test_hostile_answers.py"],
        {"GREENROOM_HOSTILE_CASES": "20000"},
    ),
    Part(
        "Calls made up from the API's description",
        ["tests/hub/api/test_schema_driven.py"],
        {"GREENROOM_API_CALLS": "5500"},
    ),
    Part("Celery on Redis", ["tests/hub", "-m", "broker"]),
    # By itself: on a machine that is busy with others nobody can say when a call arrives.
    Part("Four processes at GoTo's pace", [PACE]),
    Part("Crashes on SQLite, on PostgreSQL and with Celery", ["tests/processes", f"--ignore={PACE}"]),
    Part("Journeys in Chromium", ["tests/journeys", "-m", "browser"]),
)


def main() -> int:
    """Run all parts; return 0 only when all of them passed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with ExitStack() as stack:
            settings = {name: stack.enter_context(server()) for name, server in SERVERS.items()}
            results = [run(part, settings) for part in PARTS]
    except MissingProgramError as error:
        print(error, file=sys.stderr)
        return 2
    print("\nIn all:")
    for part, result in zip(PARTS, results, strict=True):
        print(f"\n{part.name}, {result.seconds:.0f} seconds, exit status {result.status}\n{result.summary}")
    return int(any(result.status for result in results))


def run(part: Part, settings: Mapping[str, str]) -> Result:
    """Run one part, and show what it prints as it comes."""
    print(f"\n{part.name}\n", flush=True)
    begin, summary = time.monotonic(), ""
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--color=no", *part.arguments]
    with started(*command, environment={**settings, **part.environment}, stdout=subprocess.PIPE, text=True) as pytest:
        for line in pytest.stdout:
            print(line, end="", flush=True)
            summary = line.strip() or summary
        return Result(summary, time.monotonic() - begin, pytest.wait())


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL server and return the address of a database on it."""
    initdb = find("initdb", "postgresql", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))
    postgres, port = initdb.resolve().with_name("postgres"), free_port()
    with folder_of_account() as (folder, account):
        data = ["-D", f"{folder}/data"]
        create = [*account, str(initdb), *data, "--username=greenroom", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*create, "--auth=trust", "--no-sync"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *IN_HASTE]
        options = [f"--{setting}" for setting in settings]
        with started(*account, str(postgres), *data, *options, cwd=folder) as server:
            url = f"postgresql://greenroom@127.0.0.1:{port}/postgres"
            try:
                wait_until(lambda: accepts(url), "PostgreSQL accepts connections")
                yield url
            finally:
                server.send_signal(signal.SIGINT)  # "fast": it does not wait for clients
                server.wait(30)


@contextmanager
def folder_of_account() -> Iterator[tuple[str, list[str]]]:
    """Make a folder for a server that root may not run; return it with what goes before the server's command."""
    with tempfile.TemporaryDirectory(prefix="greenroom-postgresql-") as folder:
        if os.geteuid() != 0:
            yield folder, []
            return
        shutil.chown(folder, ACCOUNT, ACCOUNT)
        setpriv = str(find("setpriv", "util-linux"))
        yield folder, [setpriv, f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups", "--pdeathsig=INT"]


def accepts(url: str) -> bool:
    """Tell whether a PostgreSQL server lets us in."""
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def redis_server() -> Iterator[str]:
    """Run a Redis server that keeps nothing, and return its address."""
    program, port = find("redis-server", "redis-server"), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with (
        tempfile.TemporaryDirectory(prefix="greenroom-redis-") as folder,
        started(str(program), *options, "--dir", folder, stdout=subprocess.DEVNULL),
        redis.Redis(port=port) as client,
    ):
        wait_until(lambda: pings(client), "Redis answers")
        yield f"redis://127.0.0.1:{port}"


def pings(client: redis.Redis) -> bool:
    """Tell whether a Redis server answers."""
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


@contextmanager
def chromium() -> Iterator[str]:
    """Return where Chromium is; each journey starts its own."""
    yield str(find(os.environ.get("GREENROOM_TEST_CHROMIUM", "chromium"), "chromium"))


SERVERS = {
    "GREENROOM_DATABASE_URL": postgresql,
    "GREENROOM_TEST_REDIS_URL": redis_server,
    "GREENROOM_TEST_CHROMIUM": chromium,
}


def find(program: str, package: str, *folders: str) -> Path:
    """
    Return where a program is.

    Raises:
        MissingProgramError: it is nowhere.
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])
    if found := shutil.which(program, path=path):
        return Path(found)
    raise MissingProgramError(f"{program} is not installed. On Debian it is in the package {package}.")


if __name__ == "__main__":
    sys.exit(main())
