"""
Pacing that several processes share, and a budget of calls a day.

Source: ten requests per second and API (documented); counted per product and OAuth client (assumed); a daily
limit of 10,000 calls is told by integrators and by no guide of GoTo's (unconfirmed), so the budget is optional.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from greenroom.goto._files import FileLock
from greenroom.goto.errors import DailyBudgetError

# How much wider than needed the slots are apart. Eleven calls in one second at GoTo's door would take that ten
# slots' worth of lateness: at ten per second a tenth of a second between the first and the eleventh.
HEADROOM = 0.1
_STATE_BYTES_MAX = 4096


class Slots(msgspec.Struct, frozen=True):
    """
    What is known of one bucket.

    Attributes:
        next_slot: the first moment still free, in seconds since 1970.
        seen_at: when it was asked last; a clock that was set back shows by it.
        day: days since 1970 (UTC) that `used` counts.
        used: calls on that day.
    """

    next_slot: float = 0.0
    seen_at: float = 0.0
    day: int = 0
    used: int = 0


class SlotStore(Protocol):
    """Keeps what all who share a limit must agree on."""

    def change(self, name: str, act: Callable[[Slots | None], Slots]) -> Slots:
        """
        Replace a bucket's state by what `act` makes of it, one holder at a time, and return the new state.

        `act` may raise, and then nothing changes. None stands for a state that cannot be read.
        """
        ...


class MemorySlotStore:
    """Keeps buckets in memory, for the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[str, Slots] = {}

    def change(self, name: str, act: Callable[[Slots | None], Slots]) -> Slots:
        """Replace a bucket's state."""
        with self._lock:
            self._slots[name] = act(self._slots.get(name, Slots()))
            return self._slots[name]


class FileSlotStore:
    """
    Keeps buckets in a folder, a small file for each, for all processes of one machine.

    Args:
        folder: made when missing.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    def change(self, name: str, act: Callable[[Slots | None], Slots]) -> Slots:
        """Replace a bucket's state under the system's lock; no wait for the disk, as a limit may be forgotten."""
        path = self._folder / f"{_file_name(name)}.slots"
        with FileLock(path.with_suffix(".lock")):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                after = act(_read_slots(os.pread(descriptor, _STATE_BYTES_MAX, 0)))
                content = msgspec.json.encode(after)
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, content, 0)
            finally:
                os.close(descriptor)
        return after


def _file_name(name: str) -> str:
    """Make a name that no bucket can leave the folder with."""
    return "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in name)[:200]


def _read_slots(content: bytes) -> Slots | None:
    """Read a state; an empty file is a new one, a torn one is None."""
    if not content:
        return Slots()
    try:
        return msgspec.json.decode(content, type=Slots)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class SharedLimiter:
    """
    Evenly spaced slots per product and OAuth client, shared by all who use the same store.

    Args:
        store: where the slots are kept.
        client_id: of the OAuth client that the limit counts.
        per_second: how many calls any second may hold.
        daily_budget: how many calls a day (UTC) may hold per product; None for no end.
        clock: tells seconds since 1970, the same for all who share.
    """

    def __init__(
        self,
        store: SlotStore,
        client_id: str,
        *,
        per_second: float = 10,
        daily_budget: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if per_second <= 0:
            raise ValueError("per_second must be above 0")
        self._store = store
        self._client_id = client_id
        self._interval = (1 + HEADROOM) / per_second
        self._daily_budget = daily_budget
        self._clock = clock

    def reserve(self, bucket: str) -> float:
        """
        Take the bucket's next slot and return the seconds to wait for it, 0.0 for none.

        Raises:
            DailyBudgetError: the day has no slot left; nothing is sent.
        """
        waits: list[float] = []

        def act(slots: Slots | None) -> Slots:
            now = self._clock()
            after, slot = self._next(bucket, slots, now)
            waits.append(slot - now)
            return after

        self._store.change(self._name(bucket), act)
        return waits[0]

    def postpone(self, bucket: str, seconds: float) -> None:
        """Move the slots that are still free: a call left so long after its own."""

        def act(slots: Slots | None) -> Slots:
            before = slots or Slots(next_slot=self._clock() + 1, seen_at=self._clock())
            return msgspec.structs.replace(before, next_slot=before.next_slot + seconds)

        self._store.change(self._name(bucket), act)

    def _name(self, bucket: str) -> str:
        return f"{self._client_id}:{bucket}"

    def _next(self, bucket: str, slots: Slots | None, now: float) -> tuple[Slots, float]:
        """Choose the next slot. An unreadable state means that a second's slots may just have been given out."""
        before = slots or Slots(next_slot=now + 1, seen_at=now)
        # A clock set back must not make everybody wait for the future: the slots move with it.
        set_back = max(0.0, before.seen_at - now)
        slot = max(now, before.next_slot - set_back)
        day = math.floor(slot / 86_400)
        used = before.used if before.day == day else 0
        if self._daily_budget is not None and used >= self._daily_budget:
            raise DailyBudgetError(429, product=bucket, retry_after=_until_midnight(now, day))
        return Slots(slot + self._interval, now, day, used + 1), slot


def _until_midnight(now: float, day: int) -> float:
    """Count the seconds until a day (since 1970, UTC) is over."""
    midnight = datetime.fromtimestamp(0, UTC) + timedelta(days=day + 1)
    return max(0.0, midnight.timestamp() - now)
