"""
Keep below GoTo's limit of ten requests per second and API.

For several processes see `_shared_pacing`.

Source: GoTo's guide on rate limits (documented); counted per product and connection (assumed).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol


class Limiter(Protocol):
    """Hands out sending slots; may be shared by threads, processes or machines."""

    def reserve(self, bucket: str) -> float:
        """Take the bucket's next slot and return the seconds to wait for it, 0.0 for none."""
        ...

    def postpone(self, bucket: str, seconds: float) -> None:
        """Move the slots that are still free: a call left so long after its own."""
        ...


class PacedLimiter:
    """Evenly spaced slots in memory, shared by the threads of one process."""

    def __init__(self, per_second: float = 10, *, clock: Callable[[], float] = time.monotonic) -> None:
        if per_second <= 0:
            raise ValueError("per_second must be above 0")
        self._interval = 1 / per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._next_slots: dict[str, float] = {}

    def reserve(self, bucket: str) -> float:
        """Take the bucket's next slot and return the seconds to wait for it, 0.0 for none."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next_slots.get(bucket, now))
            self._next_slots[bucket] = slot + self._interval
        return slot - now

    def postpone(self, bucket: str, seconds: float) -> None:
        """Move the slots that are still free."""
        with self._lock:
            if bucket in self._next_slots:
                self._next_slots[bucket] += seconds
