"""What a change of an event means for people, and how it is said to one of them."""

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from greenroom.hub.courses.models import Notice
from greenroom.hub.events.models import Event
from greenroom.hub.ledger.models import Fact

Kind = Notice.Kind
Dates = Sequence[tuple[datetime, datetime]]
# So many dates are listed, of more than these the rest is counted.
_FEW = 5


@dataclass(frozen=True, slots=True)
class News:
    """One thing to be told of an event: the dates there were, and the dates there are."""

    kind: Kind
    event: Event
    fact_id: int
    happened_at: datetime
    before: Dates = ()
    after: Dates = ()
    minutes: int = 0  # of a reminder: how long it is until then
    registrant_id: int | None = None  # of a registration, or of its end: whose

    @property
    def is_past(self) -> bool:
        """Whether all of it was over when it happened: nobody needs to know."""
        ends = [end for _, end in [*self.before, *self.after]]
        return bool(ends) and max(ends) <= self.happened_at


def read_news(fact: Fact, event: Event) -> News | None:
    """Return what a fact is to people; None for what changes nothing for them."""
    news = _NEWS[fact.kind](fact, event)
    return None if news is None or news.is_past else news


def _moved(fact: Fact, event: Event) -> News | None:
    changes, now = fact.data, _dates_of(event)
    if changes.get("state"):
        return News(Kind.RETURNED, event, fact.pk, fact.happened_at, after=now)
    if "times" in changes:
        before, after = (_read(dates) for dates in changes["times"])
        gone, new = _without(before, after), _without(after, before)
        return News(Kind.MOVED, event, fact.pk, fact.happened_at, gone, new) if gone or new else None
    if "starts_at" not in changes and "ends_at" not in changes:
        return None
    before, after = _single(changes, 0, event), _single(changes, 1, event)
    return News(Kind.MOVED, event, fact.pk, fact.happened_at, before, after) if before and after else None


def _without(dates: Dates, others: Dates) -> Dates:
    return [date for date in dates if date not in others]


def _single(changes: Mapping[str, Any], which: int, event: Event) -> Dates:
    start, end = (
        datetime.fromisoformat(pair[which]) if (pair := changes.get(name)) and pair[which] else getattr(event, name)
        for name in ("starts_at", "ends_at")
    )
    return [(start, end)] if start and end else []


def _cancelled(fact: Fact, event: Event) -> News:
    return News(Kind.CANCELLED, event, fact.pk, fact.happened_at, before=_dates_of(event))


def _soon(fact: Fact, event: Event) -> News | None:
    starts_at = datetime.fromisoformat(fact.data["starts_at"])
    dates = [date for date in _dates_of(event) if date[0] == starts_at]
    if not dates or event.state not in {Event.State.SCHEDULED, Event.State.LIVE}:
        return None  # it was moved or cancelled since
    return News(Kind.SOON, event, fact.pk, fact.happened_at, after=dates, minutes=fact.data["minutes"])


def _registered(fact: Fact, event: Event) -> News | None:
    is_decided_later = fact.kind == "registered" and event.needs_approval
    if is_decided_later or event.state not in {Event.State.SCHEDULED, Event.State.LIVE}:
        return None
    dates = _dates_of(event)
    return News(Kind.REGISTERED, event, fact.pk, fact.happened_at, after=dates, registrant_id=fact.registrant_id)


def _withdrawn(fact: Fact, event: Event) -> News | None:
    if event.state not in {Event.State.SCHEDULED, Event.State.LIVE}:
        return None
    dates = _dates_of(event)
    return News(Kind.WITHDRAWN, event, fact.pk, fact.happened_at, before=dates, registrant_id=fact.registrant_id)


_NEWS = {
    "event_changed": _moved,
    "event_cancelled": _cancelled,
    "starts_soon": _soon,
    "registered": _registered,
    "approved": _registered,
    "cancelled": _withdrawn,
}
KINDS = tuple(_NEWS)


def _dates_of(event: Event) -> Dates:
    return [(time.starts_at, time.ends_at) for time in event.times.all()]


def _read(dates: Sequence[Sequence[str]]) -> Dates:
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in dates]


def write_dates(dates: Dates) -> list[list[str]]:
    """Return dates for a JSON column."""
    return [[start.isoformat(), end.isoformat()] for start, end in dates]


@dataclass(frozen=True, slots=True)
class Words:
    """A notice as a mail says it."""

    subject: str
    text: str


def say_date(zone: zoneinfo.ZoneInfo, starts_at: datetime, ends_at: datetime) -> str:
    """Say when a date is, in a person's zone: Monday 2 March 2026, 10:00 to 11:00 (Europe/Berlin)."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end)}, {end:%H:%M}"
    return f"{_day(start)}, {start:%H:%M} to {until} ({zone.key})"


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y}"


def say(news: News, *, zone: zoneinfo.ZoneInfo, is_registered: bool) -> Words:
    """Say news to a person, in their zone."""
    title, span = news.event.title, _span(news.minutes)
    before, after = (_list(dates, zone) for dates in (news.before, news.after))
    subject, *paragraphs = {
        Kind.MOVED: (
            f"Moved: {title}",
            f"“{title}” has been moved. It was planned for:{before}" if before else f"“{title}” has been moved.",
            f"It is now planned for:{after}" if after else "",
            "Your registration stays as it is." if is_registered else "",
        ),
        Kind.CANCELLED: (
            f"Cancelled: {title}",
            f"“{title}” has been cancelled by its organizer. It was planned for:{before}",
            "You need not do anything.",
        ),
        Kind.RETURNED: (f"Takes place: {title}", f"“{title}” takes place after all:{after}"),
        Kind.SOON: (f"In {span}: {title}", f"“{title}” begins in {span}:{after}"),
        Kind.REGISTERED: (
            f"Registered: {title}",
            f"You are registered for “{title}”:{after}",
            "Open the lesson to join when it begins.",
        ),
        Kind.WITHDRAWN: (f"No longer registered: {title}", f"You are no longer registered for “{title}”:{before}"),
    }[news.kind]
    return Words(subject, "\n\n".join(filter(None, paragraphs)))


def _list(dates: Dates, zone: zoneinfo.ZoneInfo) -> str:
    more = f"\n  and {len(dates) - _FEW} more" if len(dates) > _FEW else ""
    return "".join(f"\n  {say_date(zone, *date)}" for date in dates[:_FEW]) + more


def _span(minutes: int) -> str:
    if minutes % 1440 == 0:
        return "a day" if minutes == 1440 else f"{minutes // 1440} days"
    return "an hour" if minutes == 60 else f"{minutes} minutes"
