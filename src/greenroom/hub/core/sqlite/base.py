"""
Django's backend for SQLite, with another way of waiting for whoever writes just now.

SQLite's own waiting looks again ever more seldom, at last each 100 ms: beside somebody who writes often, a writer then
waits for seconds, though the database is free most of the time. Here it looks again each millisecond.
"""

import sqlite3
from time import monotonic
from typing import Any

from django.db.backends.sqlite3 import base

PATIENCE_SECONDS = 20
# With this as its patience SQLite sleeps for a millisecond, looks once more, and says that it is busy.
LOOK_AGAIN = "PRAGMA busy_timeout=1"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    def create_cursor(self, name: str | None = None) -> "PatientCursor":
        """Return a cursor."""
        return self.connection.cursor(factory=PatientCursor)


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
