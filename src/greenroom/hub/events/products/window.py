"""One list of GoTo's over a window of time, read once and used for every smaller window."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class Window(Generic[T]):
    """The rows of the last window that was read; it lives as long as one run."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._limits: tuple[datetime, datetime] | None = None
        self.rows: list[T] = []

    def read(self, since: datetime, until: datetime, fetch: Callable[[datetime, datetime], list[T]]) -> list[T]:
        """Return at least the rows of this window; `fetch` is not called when a window around it was read before."""
        if self._limits is None or since < self._limits[0] or until > self._limits[1]:
            self.rows = fetch(since, until)
            self._limits = since, until
        return self.rows
