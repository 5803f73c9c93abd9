"""Taking turns at writing, where the database has one writer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_turn = threading.Lock()


@contextmanager
def turn_to_write() -> Iterator[None]:
    """
    Wait for the other threads of this process that write to SQLite.

    SQLite's own waiting looks again after up to 100 ms, however soon the other is done; this wakes at once. On
    PostgreSQL writers do not wait for each other.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _turn:
        yield
