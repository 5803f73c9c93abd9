"""Databases and brokers that no other test uses at the same time."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis


@contextmanager
def own_database(vendor: str, folder: Path) -> Iterator[str]:
    """Make an empty database, in a file or on the server that the tests were given, and return its address."""
    if vendor == "sqlite":
        yield f"sqlite:///{folder}/hub.sqlite3"
        return
    server = os.environ.get("GREENROOM_DATABASE_URL", "")
    if not server.startswith("postgres"):
        pytest.skip("set GREENROOM_DATABASE_URL to a PostgreSQL server on which databases may be made")
    name = f"greenroom_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(database: str, statement: str) -> Any:
    """Run a statement without the time it takes a process to start; return the first value, if it gives one."""
    if database.startswith("postgres"):
        with psycopg.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"), timeout=20)) as connection, connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def own_broker() -> str:
    """Return the address of a Redis database that belongs to this test process alone, emptied."""
    server = os.environ.get("GREENROOM_TEST_REDIS_URL")
    if not server:
        pytest.skip("set GREENROOM_TEST_REDIS_URL to a Redis server that may be emptied")
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = urlsplit(server)._replace(path=f"/{number}").geturl()
    with redis.Redis.from_url(url) as broker:
        broker.flushdb()
    return url
