"""A standing clock, and readers of our own."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from greenroom.hub.core.clock import SetClock
from greenroom.hub.ledger import readers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(settings) -> SetClock:
    settings.CLOCK = SetClock(NOON)
    return settings.CLOCK


@pytest.fixture
def reader(monkeypatch) -> Callable:
    """The decorator, with a registry that lasts as long as the test."""
    monkeypatch.setattr(readers, "_readers", {})
    return readers.reader


@pytest.fixture
def postgresql(transactional_db) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time; set GREENROOM_DATABASE_URL to a PostgreSQL server")
