"""The pace of our calls to GoTo: 10 a second per API, over all processes together."""

from django.conf import settings
from django.db import connection as database

from greenroom.hub.core import clock

_LATER = {"sqlite": "max", "postgresql": "greatest"}
_SOONER = {"sqlite": "min", "postgresql": "least"}
# No line is ever so long: a slot further ahead was taken by a clock that has been set back since.
_LONGEST_LINE = 60.0

_TAKE_NEXT_SLOT = """
    INSERT INTO connections_pace (bucket, free_at, day, calls_today) VALUES (%s, %s, %s, 1)
    ON CONFLICT (bucket) DO UPDATE SET
        free_at = {later}({sooner}(connections_pace.free_at, %s), %s) + %s,
        calls_today = CASE WHEN connections_pace.day = excluded.day THEN connections_pace.calls_today + 1 ELSE 1 END,
        day = excluded.day
    RETURNING free_at
"""


class SharedLimiter:
    """The client's limiter, kept in the hub's database: exact and fair over any number of processes."""

    def __init__(self) -> None:
        """Count from zero."""
        self.calls = 0

    def reserve(self, bucket: str) -> float:
        """Take the next free slot of an API and return the seconds to wait for it. One statement."""
        interval = 1 / settings.GOTO_CALLS_PER_SECOND
        moment = clock.now()
        now = moment.timestamp()
        statement = _TAKE_NEXT_SLOT.format(later=_LATER[database.vendor], sooner=_SOONER[database.vendor])
        with database.cursor() as cursor:
            cursor.execute(statement, [bucket, now + interval, moment.date(), now + _LONGEST_LINE, now, interval])
            (free_at,) = cursor.fetchone()
        self.calls += 1
        return max(0.0, free_at - interval - now)
