"""A month of events, week by week, in the viewer's zone."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from greenroom.hub.core import clock
from greenroom.hub.events.models import EventTime

_FIRST, _LAST = date(1970, 1, 1), date(2100, 12, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid, with the dates of events that begin on it."""

    day: date
    is_in_month: bool
    is_today: bool
    dates: list[EventTime] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A month to be shown."""

    first: date

    @classmethod
    def named(cls, text: str) -> "Month":
        """Return the month of a text such as 2026-03; the present one when it is none."""
        try:
            first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
        except ValueError:
            first = timezone.localtime(clock.now()).date().replace(day=1)
        return cls(min(max(first, _FIRST), _LAST))

    @property
    def before(self) -> str:
        """Name the month before."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """Name the month after."""
        return f"{self.first + timedelta(days=31):%Y-%m}"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return the moments at which its grid begins and ends, in the viewer's zone."""
        weeks = calendar.Calendar().monthdatescalendar(self.first.year, self.first.month)
        return midnight(weeks[0][0]), midnight(weeks[-1][-1] + timedelta(days=1))

    def weeks(self, dates: Iterable[EventTime]) -> list[list[Day]]:
        """Return its weeks, Monday first, with these dates of events, which come in order, on their days."""
        today = timezone.localtime(clock.now()).date()
        by_day: dict[date, list[EventTime]] = {}
        for one in dates:
            by_day.setdefault(timezone.localtime(one.starts_at).date(), []).append(one)
        return [
            [Day(day, day.month == self.first.month, day == today, by_day.get(day, [])) for day in week]
            for week in calendar.Calendar().monthdatescalendar(self.first.year, self.first.month)
        ]


def midnight(day: date) -> datetime:
    """Return when a day begins in the viewer's zone."""
    return timezone.make_aware(datetime.combine(day, time()))
