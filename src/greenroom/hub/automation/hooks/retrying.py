"""
When to try again: a pure decision.

Source: the schedule is the example of the Standard Webhooks specification, ten attempts over 75.6 hours.
"""

from datetime import datetime, timedelta
from itertools import accumulate

# Between one attempt and the next.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS = len(WAITS) + 1
_SINCE_THE_FIRST = tuple(accumulate(WAITS))
# Two attempts may move towards each other or apart, so each wait is within a fifth of what is planned.
_JITTER = 0.1
_SHORTEST = 0.8


def next_attempt_at(
    *, began_at: datetime, attempts: int, now: datetime, jitter: float, retry_after: timedelta | None = None
) -> datetime | None:
    """
    Return when to try again after `attempts` that failed, or None when they were the last.

    Attempts scatter around a plan counted from the first one, rather than each around the one before: so the last one
    is never less than 73 hours after the first, and whoever was away for three days gets everything.

    Args:
        began_at: when the first attempt was made.
        jitter: -1 to 1.
        retry_after: what the other side asked for; believed between the planned wait and twice of it.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = WAITS[attempts - 1]
    if retry_after is not None:
        return now + min(max(retry_after, wait), 2 * wait)
    planned = began_at + _SINCE_THE_FIRST[attempts - 1] + wait * _JITTER * jitter
    return max(planned, now + wait * _SHORTEST)
