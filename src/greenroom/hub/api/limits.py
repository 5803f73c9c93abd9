"""
How often somebody may call, told before it bites.

A window begins with the first call in it and lasts its whole length, so that what the headers say is exact and a
caller who waits as told succeeds. One statement per call, over all processes.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import connection as database

from greenroom.hub.api.models import CallWindow
from greenroom.hub.core import clock

_COUNT = """
    INSERT INTO api_callwindow (owner, "limit", began_at, calls) VALUES (%s, %s, %s, 1)
    ON CONFLICT (owner, "limit") DO UPDATE SET
        calls = CASE WHEN api_callwindow.began_at <= %s THEN 1 ELSE api_callwindow.calls + 1 END,
        began_at = CASE WHEN api_callwindow.began_at <= %s THEN excluded.began_at ELSE api_callwindow.began_at END
    RETURNING began_at, calls
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds; `name` is told in the headers."""

    name: str
    calls: int
    seconds: int


# As Microsoft publishes for its GoTo connectors.
CALLS = Limit("connection", 100, 60)
POLLS = Limit("poll", 1, 120)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands with a limit: `reset` is in seconds."""

    limit: Limit
    remaining: int
    reset: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """Return what the answer says of it (draft-ietf-httpapi-ratelimit-headers-10)."""
        return {
            "RateLimit-Policy": f'"{self.limit.name}";q={self.limit.calls};w={self.limit.seconds}',
            "RateLimit": f'"{self.limit.name}";r={self.remaining};t={self.reset}',
        }


def take(owner: str, limit: Limit, about: str = "") -> Standing:
    """
    Count one call of an owner and return how they stand.

    Args:
        about: narrows the limit, such as to what is polled.
    """
    now = clock.now().timestamp()
    expired = now - limit.seconds
    name = f"{limit.name}:{hashlib.sha256(about.encode()).hexdigest()}" if about else limit.name
    with database.cursor() as cursor:
        cursor.execute(_COUNT, [owner, name, now, expired, expired])
        began_at, calls = cursor.fetchone()
    return Standing(
        limit,
        remaining=max(0, limit.calls - calls),
        # A clock that was set back must not keep anybody out for longer than the window.
        reset=min(limit.seconds, max(1, ceil(began_at + limit.seconds - now))),
        is_exceeded=calls > limit.calls,
    )


def purge_windows() -> int:
    """Forget windows that ended long ago, and return how many."""
    return CallWindow.objects.filter(began_at__lt=(clock.now() - timedelta(days=1)).timestamp()).delete()[0]
