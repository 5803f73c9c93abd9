"""The sandbox's clock: real time plus an offset, or a frozen instant."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _real_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """
    Tell the sandbox's time, and let people move it.

    A running clock is the source's time plus an offset; a frozen clock stands still until it is set or advanced.
    """

    def __init__(self, *, frozen_at: datetime | None = None, source: Callable[[], datetime] = _real_now) -> None:
        self._source = source
        self._offset = timedelta()
        self._frozen_at = _aware(frozen_at) if frozen_at is not None else None
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the aware UTC time."""
        with self._lock:
            if self._frozen_at is not None:
                return self._frozen_at
            return self._source() + self._offset

    def set(self, instant: datetime) -> None:
        """Make `instant` the present; a running clock goes on from there."""
        instant = _aware(instant)
        with self._lock:
            if self._frozen_at is not None:
                self._frozen_at = instant
            else:
                self._offset = instant - self._source()

    def advance(self, by: timedelta) -> None:
        """Move forward (or back) by a span."""
        self.set(self.now() + by)

    def offset_by(self, seconds: float) -> None:
        """Run this far from the source."""
        with self._lock:
            self._frozen_at = None
            self._offset = timedelta(seconds=seconds)

    def freeze(self, instant: datetime | None = None) -> None:
        """Stand still at `instant`, or at the present."""
        instant = _aware(instant) if instant is not None else self.now()
        with self._lock:
            self._frozen_at = instant

    def run(self) -> None:
        """Go on from the present; nothing happens to a clock that runs."""
        present = self.now()
        with self._lock:
            self._frozen_at = None
            self._offset = present - self._source()

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    @property
    def offset_seconds(self) -> float:
        """How far a running clock is from its source."""
        return self._offset.total_seconds()


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("the sandbox's clock takes aware datetimes only")
    return instant.astimezone(UTC)
