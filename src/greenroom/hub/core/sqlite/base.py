"""
Django's backend for SQLite, with another way of waiting for whoever writes just now.

SQLite's own waiting looks again ever more seldom, at last each 100 ms: beside somebody who writes often, a writer then
waits for seconds, though the database is free most of the time. Here

- it looks again each millisecond,
- the threads of a process take turns at their transactions instead of looking, which would only slow down the one
  whose turn it is,
- a process that has kept the others waiting for long lets them begin before it goes on.
"""

import sqlite3
import threading
from collections import defaultdict
from time import monotonic, sleep
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

PATIENCE_SECONDS = 20
# With this as its patience SQLite sleeps for a millisecond, looks once more, and says that it is busy.
LOOK_AGAIN = "PRAGMA busy_timeout=1"
# After a transaction of so long, the others who look each millisecond get this time to begin.
LONG_SECONDS, PAUSE_SECONDS = 0.005, 0.003


class Turn:
    """Whose turn it is among the threads of this process that write to one database."""

    def __init__(self) -> None:
        """Begin with nobody's."""
        self._lock = threading.Lock()
        self._began = self._ended = self._pause = 0.0

    def take(self) -> None:
        """
        Wait for it.

        Raises:
            OperationalError: another thread has been writing for 20 seconds.
        """
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            raise OperationalError("database is locked by another thread")
        now = monotonic()
        wait = self._ended + self._pause - now
        if wait > 0:
            sleep(wait)
        self._began = now + max(wait, 0)

    def end(self) -> None:
        """Let the next one begin."""
        self._ended = monotonic()
        self._pause = PAUSE_SECONDS if self._ended - self._began > LONG_SECONDS else 0
        self._lock.release()


_turns: defaultdict[str, Turn] = defaultdict(Turn)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    _turn: Turn | None = None

    def create_cursor(self, name: str | None = None) -> "PatientCursor":
        """Return a cursor."""
        return self.connection.cursor(factory=PatientCursor)

    def _start_transaction_under_autocommit(self) -> None:
        turn = _turns[str(self.settings_dict["NAME"])]
        turn.take()
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def commit(self) -> None:
        """Commit, and let the next one begin."""
        super().commit()
        self._end_turn()

    def rollback(self) -> None:
        """Roll back, and let the next one begin."""
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        """Close the connection, with what it has begun."""
        try:
            super().close()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn:
            turn.end()


class PatientCursor(base.SQLiteCursorWrapper):
    """
    A cursor that waits for its turn.

    Only a statement that begins a transaction, or is one by itself, ever waits, so it can be said again. Many at once
    (`executemany`) belong into a transaction.
    """

    def execute(self, query: str, params: Any = None) -> Any:
        """
        Execute a statement.

        Raises:
            sqlite3.OperationalError: also when somebody else has been writing for 20 seconds.
        """
        deadline = 0.0
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                now = monotonic()
                deadline = deadline or now + PATIENCE_SECONDS
                if now > deadline:
                    raise
