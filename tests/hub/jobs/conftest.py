"""A standing clock, and tasks and schedules of our own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.db import connection
from tests.hub.jobs.processes import Hub
from tests.processes.places import own_broker

from greenroom.hub.core.clock import SetClock
from greenroom.hub.jobs import registry, schedules

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(settings) -> SetClock:
    settings.CLOCK = SetClock(NOON)
    return settings.CLOCK


@pytest.fixture
def task(monkeypatch) -> Callable:
    """The decorator, with a registry that lasts as long as the test."""
    monkeypatch.setattr(registry, "_tasks", {})
    return registry.task


@pytest.fixture
def schedule(monkeypatch) -> Callable:
    """The decorator, with a registry that lasts as long as the test."""
    monkeypatch.setattr(schedules, "_schedules", {})
    return schedules.schedule


@pytest.fixture
def postgresql(transactional_db) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite in memory; test_processes.py covers the same with a file")


@pytest.fixture(scope="session")
def tables(tmp_path_factory) -> Path:
    """A SQLite file with all tables and no rows."""
    folder = tmp_path_factory.mktemp("tables")
    file_hub(folder).run("migrate")
    return folder / "hub.sqlite3"


def file_hub(folder: Path) -> Hub:
    """Return a hub whose database is a file in the folder."""
    return Hub(settings_in(folder, f"sqlite:///{folder}/hub.sqlite3"), folder / "traces")


def settings_in(folder: Path, database: str) -> dict[str, str]:
    """Return the settings of a hub that lives in the folder."""
    return {
        "DJANGO_SETTINGS_MODULE": "greenroom.hub.settings",
        "GREENROOM_DATA_DIR": str(folder),
        "GREENROOM_DATABASE_URL": database,
        "GREENROOM_JOB_LEASE_SECONDS": "1",
        "GREENROOM_LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def hub(request, tmp_path, transactional_db) -> Hub:
    """A hub in processes of its own: on SQLite in a file, on PostgreSQL in the test database."""
    if connection.vendor == "postgresql":
        at = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
        url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**at)
        return Hub(settings_in(tmp_path, url), tmp_path / "traces")
    shutil.copy(request.getfixturevalue("tables"), tmp_path)
    return file_hub(tmp_path)


@pytest.fixture
def broker(settings) -> Iterator[redis.Redis]:
    """A Redis database that this test has for itself."""
    settings.DISPATCH, settings.CELERY_BROKER_URL = "celery", own_broker()
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as server:
        yield server
