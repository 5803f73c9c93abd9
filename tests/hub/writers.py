"""Writers of facts that do one thing at a time, when they are told to, each with a database connection of its own."""

import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connections, transaction

from greenroom.hub.ledger.services import NewFact, append

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = 30


class Writer:
    """A connection of its own that begins, appends, commits and rolls back when it is told to."""

    def __init__(self, name: str, *, kind: str = "x", connection_id: int | None = None) -> None:
        self._name, self._count = name, 0
        self._kind, self._connection_id = kind, connection_id
        self._acts: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._atomic: transaction.Atomic | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while (act := self._acts.get()) is not None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - told to the test
                self._results.put(error)
            else:
                self._results.put(None)
        connections.close_all()

    def do(self, step: str) -> None:
        """Do one thing to its end."""
        self._acts.put(getattr(self, f"_{step}"))
        error = self._results.get(timeout=PATIENCE)
        if error:
            raise error

    def stop(self) -> None:
        self.do("rollback")
        self._acts.put(None)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _append(self) -> None:
        if self._atomic is None:
            self._atomic = transaction.atomic()
            self._atomic.__enter__()
        self._count += 1
        fact = NewFact(
            kind=self._kind,
            happened_at=NOON,
            dedupe_key=f"{self._name} {self._count}",
            connection_id=self._connection_id,
        )
        append([fact])

    def _commit(self) -> None:
        if self._atomic is not None:
            self._atomic.__exit__(None, None, None)
            self._atomic = None

    def _rollback(self) -> None:
        if self._atomic is not None:
            transaction.set_rollback(True)
            self._commit()
