"""Writing together what several threads bring at the same time, where the database has one writer."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

from django.db import connection, transaction

Row = TypeVar("Row")


@dataclass
class _Entry(Generic[Row]):
    """A row that waits."""

    row: Row
    is_done: bool = False
    error: Exception | None = None


class WrittenTogether(Generic[Row]):
    """
    A function that writes rows, called for several threads at once.

    On SQLite every transaction waits for whoever is writing just now, so the first to come to its turn writes the rows
    of all who wait in this process; each goes on when its row is written. On PostgreSQL writers do not wait for each
    other, and each writes its own.
    """

    def __init__(self, write: Callable[[Sequence[Row]], object]) -> None:
        """Write with a function that does it in one transaction."""
        self._write = write
        self._turn = threading.Lock()
        self._waiting: SimpleQueue[_Entry[Row]] = SimpleQueue()

    def __call__(self, row: Row) -> None:
        """
        Write a row; it is there when this returns.

        Raises:
            Exception: whatever the function raised, to everyone whose row was among those.
        """
        if connection.vendor != "sqlite":
            self._write([row])
            return
        entry = _Entry(row)
        self._waiting.put(entry)
        with self._turn:
            if not entry.is_done:
                self._write_all()
        if entry.error:
            raise entry.error

    def _write_all(self) -> None:
        """Write what waits now; who comes meanwhile waits for the next turn."""
        entries = [self._waiting.get() for _ in range(self._waiting.qsize())]
        error = None
        try:
            with transaction.atomic():
                self._write([entry.row for entry in entries])
        except Exception as caught:  # noqa: BLE001 - raised again for each of them
            error = caught
        for entry in entries:
            entry.error, entry.is_done = error, True
