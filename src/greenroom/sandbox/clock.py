"""The sandbox's clock: real time moved and stretched, or a frozen instant."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _real_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """
    Tell the sandbox's time, and let people move it.

    A running clock is the source's time plus an offset; at another speed than 1 the offset grows as the source goes
    on. A frozen clock stands still until it is set or advanced.
    """

    def __init__(self, *, frozen_at: datetime | None = None, source: Callable[[], datetime] = _real_now) -> None:
        self._source = source
        self._offset = timedelta()
        self._speed = 1.0
        self._since = source()
        self._frozen_at = _aware(frozen_at) if frozen_at is not None else None
        self._lock = threading.RLock()

    def now(self) -> datetime:
        """Return the aware UTC time."""
        with self._lock:
            if self._frozen_at is not None:
                return self._frozen_at
            real = self._source()
            if self._speed == 1.0:
                return real + self._offset
            return self._since + self._offset + (real - self._since) * self._speed

    def set(self, instant: datetime) -> None:
        """Make `instant` the present; a running clock goes on from there."""
        instant = _aware(instant)
        with self._lock:
            if self._frozen_at is not None:
                self._frozen_at = instant
            else:
                self._since = self._source()
                self._offset = instant - self._since

    def advance(self, by: timedelta) -> None:
        """Move forward (or back) by a span."""
        self.set(self.now() + by)

    def offset_by(self, seconds: float, *, since: datetime | None = None) -> None:
        """Run this far from the source; at another speed than 1, this far from it at `since`."""
        with self._lock:
            self._frozen_at = None
            self._since = since or self._source()
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
            self._since = self._source()
            self._offset = present - self._since

    def set_speed(self, speed: float) -> None:
        """
        Let this many seconds go by in each second of the source, from the present on.

        Raises:
            ValueError: not above zero; freeze the clock to stop it.
        """
        if speed <= 0:
            raise ValueError("speed must be above 0; freeze the clock to stop it")
        with self._lock:
            present = self.now()
            self._speed = speed
            if self._frozen_at is None:
                self.set(present)

    def follow_source(self) -> None:
        """Run as the source does, at its time."""
        with self._lock:
            self._speed = 1.0
            self.offset_by(0)

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def since(self) -> datetime:
        """The source's time when the clock was last set."""
        return self._since

    @property
    def offset_seconds(self) -> float:
        """How far a running clock is from its source; at another speed than 1, how far it was at `since`."""
        return self._offset.total_seconds()


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("the sandbox's clock takes aware datetimes only")
    return instant.astimezone(UTC)
