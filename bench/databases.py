"""Empty and prepared databases: SQLite files, or databases of a PostgreSQL server that is thrown away afterwards."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")


class Databases(Protocol):
    """Somewhere databases can be made."""

    name: str

    def template(self, prepare: Callable[[str], object]) -> None:
        """Make the prepared database; `prepare` is called with its address."""

    def fresh(self) -> str:
        """Return the address of a new copy of the prepared database."""

    def floor(self) -> dict[str, str]:
        """Return the argument that gives a floor an empty database of its own."""


class SqliteFiles:
    """Databases that are files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self._folder = folder
        self._count = 0

    def template(self, prepare: Callable[[str], object]) -> None:
        """Prepare a file; its writer has left, so the write-ahead log is folded in."""
        prepare(_sqlite_url(self._folder / "template.sqlite3"))

    def fresh(self) -> str:
        """Copy the file."""
        return _sqlite_url(shutil.copy(self._folder / "template.sqlite3", self._next()))

    def floor(self) -> dict[str, str]:
        """Name a file that is not there yet."""
        return {"sqlite": str(self._next())}

    def _next(self) -> Path:
        self._count += 1
        return self._folder / f"{self._count}.sqlite3"


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


class PostgresqlServer:
    """Databases of a server, named `greenroom_bench_...`; they are dropped when `close` is called."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        """Use the server at `url`; the database it names is only signed in to."""
        self._url = url
        self._made: list[str] = []

    def template(self, prepare: Callable[[str], object]) -> None:
        """Prepare a database."""
        prepare(self._create("greenroom_bench_template"))

    def fresh(self) -> str:
        """Copy the prepared database."""
        return self._create(f"greenroom_bench_{len(self._made)}", template="greenroom_bench_template")

    def floor(self) -> dict[str, str]:
        """Make an empty database."""
        return {"postgresql": self._create(f"greenroom_bench_{len(self._made)}")}

    def close(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _create(self, name: str, template: str = "template0") -> str:
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as server:
            server.execute(statement)


@contextmanager
def open_databases(folder: Path, url: str) -> Iterator[Databases]:
    """Offer the kind of databases that an address of the hub's names; SQLite without one."""
    if not url.startswith("postgres"):
        yield SqliteFiles(folder)
        return
    with closing(PostgresqlServer(url)) as server:
        yield server


def find_postgresql() -> Path | None:
    """Return the newest folder with PostgreSQL's programs on this machine, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    found_all = [path for place in _PLACES for path in Path(place).glob("**/bin/initdb")]
    return max(found_all).parent if found_all else None


@contextmanager
def serve_postgresql(programs: Path, folder: Path, port: int) -> Iterator[str]:
    """Run a server with its own defaults on loopback until the block ends, and yield its address."""
    owner = _owner()
    folder.mkdir()
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data = folder / "data"
    _run([programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"], folder, owner)
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
    control = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    _run([*control, "-o", options, "start"], folder, owner)
    try:
        yield f"postgresql://bench@127.0.0.1:{port}/postgres"
    finally:
        _run([*control, "-m", "fast", "stop"], folder, owner)


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: name somebody else for it then."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    return {}


def _run(command: list[Any], folder: Path, owner: dict[str, Any]) -> None:
    subprocess.run(list(map(str, command)), cwd=folder, check=True, stdout=subprocess.DEVNULL, **owner)
