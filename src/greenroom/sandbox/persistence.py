"""An optional SQLite file that holds every record as a row of (kind, key, document)."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

Row = tuple[str, str, bytes]


class Store:
    """
    Keep rows across restarts.

    Calls come one at a time: the sandbox's lock guards them.
    """

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False)
        # A sandbox may lose its last moments in a power cut; it must not slow every request with a disk flush.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS record"
            " (kind TEXT NOT NULL, key TEXT NOT NULL, document BLOB NOT NULL, UNIQUE (kind, key))"
        )
        self._connection.commit()

    def read(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Read all rows of a kind, in the order they were first written."""
        yield from self._connection.execute("SELECT key, document FROM record WHERE kind = ? ORDER BY rowid", (kind,))

    def write(self, changed: Iterable[Row], removed: Iterable[tuple[str, str]]) -> None:
        """Write and delete rows in one transaction."""
        with self._connection:
            self._connection.executemany(
                "INSERT INTO record VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET document = excluded.document",
                changed,
            )
            self._connection.executemany("DELETE FROM record WHERE kind = ? AND key = ?", removed)

    def clear(self) -> None:
        with self._connection:
            self._connection.execute("DELETE FROM record")

    def close(self) -> None:
        self._connection.close()
