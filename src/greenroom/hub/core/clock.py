"""
The one clock of the hub.

Code asks `clock.now()`; nothing else reads the time. Tests and simulations put another clock into `settings.CLOCK`.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.conf import settings


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        """Start at `at`, which must be aware."""
        self._at = at

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self._at

    def set(self, at: datetime) -> None:
        """Jump to `at`."""
        self._at = at

    def advance(self, **duration: float) -> None:
        """Move on by a `timedelta(**duration)`."""
        self._at += timedelta(**duration)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    clock: Clock = settings.CLOCK
    return clock.now()
