"""
The pace of our calls to GoTo, for each API and over all processes together: so many a second, and so many a day.

One row per API, and one statement per call that takes the next free moment and counts it against the day. The last
tenth of the day is kept for people who wait: background work stops before it, and goes on after midnight UTC.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection as database
from django.db.models import F

from greenroom.goto import DailyBudgetError
from greenroom.hub.connections.models import Pace
from greenroom.hub.core import clock

_LATER = {"sqlite": "max", "postgresql": "greatest"}
_SOONER = {"sqlite": "min", "postgresql": "least"}
# No line is ever so long: a slot further ahead was taken by a clock that has been set back since.
_LONGEST_LINE = 60.0
# Slots are a little further apart than the limit asks, since no two calls take equally long to reach GoTo's door: ten
# of them make up for 35 ms, of which the client may be late by 10 before it moves the slots behind its own.
_HEADROOM = 1.035
_KEPT_FOR_PEOPLE = 0.1

# A process whose clock is behind counts to the day that another one has begun; a day further off was a clock's error.
_TAKE_NEXT_SLOT = """
    INSERT INTO connections_pace (bucket, free_at, day, calls_today) VALUES (%(bucket)s, %(free_at)s, %(today)s, 1)
    ON CONFLICT (bucket) DO UPDATE SET
        free_at = {later}({sooner}(connections_pace.free_at, %(latest)s), %(now)s) + %(interval)s,
        calls_today = CASE WHEN {is_same_day} THEN connections_pace.calls_today + 1 ELSE 1 END,
        day = CASE WHEN {is_same_day} THEN connections_pace.day ELSE excluded.day END
    WHERE NOT {is_same_day} OR connections_pace.calls_today < %(budget)s
    RETURNING free_at
"""
_IS_SAME_DAY = "connections_pace.day IN (%(today)s, %(tomorrow)s)"


class SharedLimiter:
    """
    The client's limiter, kept in the hub's database: exact and fair over any number of processes.

    Args:
        is_waited_for: whether a person waits for the call, which may then use the whole budget of the day.
    """

    def __init__(self, *, is_waited_for: bool = False) -> None:
        """Count from zero."""
        self.calls = 0
        self._is_waited_for = is_waited_for

    def reserve(self, bucket: str) -> float:
        """
        Take the next free slot of an API and return the seconds to wait for it. One statement.

        Raises:
            DailyBudgetError: the day has no slot left; nothing is sent.
        """
        interval = _HEADROOM / settings.GOTO_CALLS_PER_SECOND
        moment = clock.now()
        now = moment.timestamp()
        statement = _TAKE_NEXT_SLOT.format(
            later=_LATER[database.vendor], sooner=_SOONER[database.vendor], is_same_day=_IS_SAME_DAY
        )
        values: dict[str, str | float | date] = {
            "bucket": bucket,
            "free_at": now + interval,
            "today": moment.date(),
            "tomorrow": moment.date() + timedelta(days=1),
            "latest": now + _LONGEST_LINE,
            "now": now,
            "interval": interval,
            "budget": _budget(is_waited_for=self._is_waited_for),
        }
        with database.cursor() as cursor:
            cursor.execute(statement, values)
            found = cursor.fetchone()
        if found is None:
            raise DailyBudgetError(429, product=bucket, retry_after=_until_midnight(moment))
        self.calls += 1
        # Taking the slot may itself have taken a while; whoever has to wait is told later if they wake up too late.
        return max(0.0, found[0] - interval - clock.now().timestamp())

    def postpone(self, bucket: str, seconds: float) -> None:
        """Move the slots that are still free: a call left so long after its own. One statement."""
        Pace.objects.filter(bucket=bucket).update(free_at=F("free_at") + seconds)


def _budget(*, is_waited_for: bool) -> int:
    whole: int = settings.GOTO_CALLS_PER_DAY
    return whole if is_waited_for else max(1, int(whole * (1 - _KEPT_FOR_PEOPLE)))


def _until_midnight(moment: datetime) -> float:
    """Count the seconds until a day of UTC is over."""
    midnight = datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo)
    return (midnight - moment).total_seconds()


@dataclass(frozen=True, slots=True)
class BudgetState:
    """
    Where an API stands in the day's budget.

    Attributes:
        bucket: the API, named like its product.
        used: calls since midnight UTC.
        whole: how many a day may hold.
        for_background: how many of them may be made while nobody waits.
        goes_on_at: midnight UTC, when it begins anew.
    """

    bucket: str
    used: int
    whole: int
    for_background: int
    goes_on_at: datetime

    @property
    def is_spent(self) -> bool:
        """Whether background work has to wait for the next day."""
        return self.left_for_background == 0

    @property
    def left_for_background(self) -> int:
        """How many calls may still be made today while nobody waits."""
        return max(0, self.for_background - self.used)


def read_budgets(buckets: Collection[str]) -> dict[str, BudgetState]:
    """Return where each of these APIs stands in the day's budget. One query."""
    now = clock.now()
    today = now.date()
    counting = Pace.objects.filter(day__in=[today, today + timedelta(days=1)])
    used = dict(counting.values_list("bucket", "calls_today"))
    goes_on_at = now + timedelta(seconds=_until_midnight(now))
    whole, ours = _budget(is_waited_for=True), _budget(is_waited_for=False)
    return {bucket: BudgetState(bucket, used.get(bucket, 0), whole, ours, goes_on_at) for bucket in buckets}
