"""
Whether and when a failed job gets another turn: pure decisions, no clock and no chance inside.

Errors are asked for `retryable`, `retry_after` and `code`, which ours and those of the GoTo client have; one
that knows none of them is worth another turn.
"""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# A daily budget that is used up comes back within a day; nobody sensible asks for more.
LONGEST_ASKED_WAIT = timedelta(days=1)


def backoff(attempt: int, jitter: float) -> timedelta:
    """
    Return how long to wait after the `attempt`-th failure (1 is the first).

    Args:
        attempt: failures so far; the wait doubles with each and stops growing at `LONGEST_WAIT`.
        jitter: 0 to 1; spreads the wait over the upper half, so that jobs that failed together come back
            apart.
    """
    doublings = min(attempt - 1, 30)
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT) * (0.5 + jitter / 2)


def wait_before_retry(error: Exception, attempt: int, max_attempts: int, jitter: float) -> timedelta | None:
    """
    Decide what a failed attempt leads to.

    Returns:
        How long to wait, or None when the job has failed for good: its attempts are used up, or the error
        says that repeating does not help. An error that knows its `retry_after` is believed, up to a day.
    """
    if attempt >= max_attempts or not getattr(error, "retryable", True):
        return None
    asked = getattr(error, "retry_after", None)
    if asked is None:
        return backoff(attempt, jitter)
    return min(max(timedelta(seconds=asked), timedelta(0)), LONGEST_ASKED_WAIT)


def describe(error: Exception) -> str:
    """Name an error by its class and, if it has one, its `code`; its text could hold personal data."""
    name, code = type(error).__name__, getattr(error, "code", None)
    return f"{name}: {code}"[:200] if isinstance(code, str) else name[:200]
