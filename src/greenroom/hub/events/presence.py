"""How long somebody was there."""

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[int, int]


def merge_presence(
    joined: Iterable[tuple[datetime | None, datetime | None]], *, started_at: datetime, ended_at: datetime
) -> list[Interval]:
    """
    Turn joins and leaves into what they mean on the session's own length.

    Args:
        joined: (join, leave) pairs of one person in any order, over any number of devices; overlaps count once.
        started_at, ended_at: the session as it really ran.

    Returns:
        (join, leave) in whole seconds from the session's start: inside the session, in order, not overlapping. A
        missing leave means "until the end", a missing join or a leave that does not come after its join is dropped.

    Source: behaviour of overlaps (two devices) is assumed; GoTo does not say whether rows can overlap.
    """
    length = max(0, int((ended_at - started_at).total_seconds()))
    clipped = []
    for join, leave in joined:
        if join is None:
            continue
        start = max(0, int((join - started_at).total_seconds()))
        end = min(length, int(((leave or ended_at) - started_at).total_seconds()))
        if end > start:
            clipped.append((start, end))
    merged: list[Interval] = []
    for start, end in sorted(clipped):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def seconds_of(intervals: Iterable[Interval]) -> int:
    """Add up merged intervals."""
    return sum(end - start for start, end in intervals)
