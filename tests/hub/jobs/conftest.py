"""A standing clock, and tasks and schedules of our own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
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


@pytest.fixture
def hub(tmp_path, transactional_db) -> Hub:
    """A hub in processes of its own: on SQLite in a file, on PostgreSQL in the test database."""
    url = f"sqlite:///{tmp_path}/hub.sqlite3"
    if connection.vendor == "postgresql":
        at = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
        url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**at)
    hub = Hub(
        {
            "DJANGO_SETTINGS_MODULE": "greenroom.hub.settings",
            "GREENROOM_DATA_DIR": str(tmp_path),
            "GREENROOM_DATABASE_URL": url,
            "GREENROOM_JOB_LEASE_SECONDS": "1",
            "GREENROOM_LOG_LEVEL": "ERROR",
        },
        tmp_path / "traces",
    )
    if connection.vendor != "postgresql":
        hub.run("migrate")
    return hub


@pytest.fixture
def broker(settings) -> Iterator[redis.Redis]:
    """A Redis database that this test has for itself."""
    settings.DISPATCH, settings.CELERY_BROKER_URL = "celery", own_broker()
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as server:
        yield server
