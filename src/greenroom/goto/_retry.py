"""
Decide whether a failed call is sent again. Pure: nothing here waits.

Source: the GoTo facts on rate limits and on calls that may be repeated. No idempotency key exists, so a
call that creates something is not sent twice unless GoTo surely did not act on the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from greenroom.goto.errors import ApiError, GotoError, RateLimitError, TransportError


@dataclass(frozen=True, slots=True)
class Wait:
    """Send again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Give the error to the caller."""


STOP = Stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """
    How often and how patiently to try.

    Attributes:
        attempts: how many times a call is sent at most, the first one included.
        first_wait: seconds; the ceiling of the first random wait, doubled every time.
        cap: seconds; no random wait is longer.
        retry_after_cap: seconds; when GoTo asks for more, the caller gets the error and may queue the call.
    """

    attempts: int = 4
    first_wait: float = 1.0
    cap: float = 30.0
    retry_after_cap: float = 60.0

    def decide(self, error: GotoError, attempt: int, *, retryable: bool, random: Callable[[], float]) -> Wait | Stop:
        """
        Decide about the attempt that just failed.

        Args:
            error: what went wrong.
            attempt: its number, from 1.
            retryable: the operation may be repeated even if GoTo acted on it.
            random: gives a number in [0, 1); full jitter keeps many clients from coming back together.
        """
        if attempt >= self.attempts or not _may_repeat(error, retryable):
            return STOP
        if isinstance(error, ApiError) and error.retry_after is not None:
            return Wait(error.retry_after) if error.retry_after <= self.retry_after_cap else STOP
        return Wait(random() * min(self.cap, self.first_wait * 2 ** (attempt - 1)))


def _may_repeat(error: GotoError, retryable: bool) -> bool:
    """Tell whether sending again is safe and sensible."""
    if not error.retryable:
        return False
    if isinstance(error, RateLimitError):
        return True  # refused before anything was done, so even a creating call is safe
    if isinstance(error, TransportError) and not error.request_sent:
        return True
    return retryable
