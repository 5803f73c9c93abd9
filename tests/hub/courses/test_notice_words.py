"""What people are told of an event with many dates: what has changed, and no long list."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest

from greenroom.hub.courses.models import Notice
from greenroom.hub.courses.notices import News, read_news, say
from greenroom.hub.ledger.models import Fact

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def on(*days: float) -> list[tuple[datetime, datetime]]:
    return [(TEN + day * DAY, TEN + day * DAY + HOUR) for day in days]


def changed(event, before: list[float], after: list[float]) -> News | None:
    times = [[[start.isoformat(), end.isoformat()] for start, end in on(*days)] for days in (before, after)]
    return read_news(Fact(pk=1, kind="event_changed", happened_at=TEN, data={"times": times}), event)


@pytest.mark.parametrize(
    ("gone", "new", "before", "after"),
    [
        ([2], [2.5], [1, 2, 3], [1, 2.5, 3]),
        ([], [3], [1, 2], [1, 2, 3]),
        ([2], [], [1, 2], [1]),
        ([1, 2], [3, 4], [1, 2], [3, 4]),
    ],
)
def test_of_many_dates_those_that_changed_are_told(make_event, gone, new, before, after):
    news = changed(make_event(TEN), before, after)
    assert (on(*gone), on(*new)) == (news.before, news.after)
    text = say(news, zone=zoneinfo.ZoneInfo("UTC"), is_registered=True).text
    assert (bool(gone), bool(new)) == ("was planned for:" in text, "now planned for:" in text)


def test_dates_in_another_order_are_no_news(make_event):
    assert changed(make_event(TEN), [1, 2], [2, 1]) is None


@pytest.mark.parametrize(("dates", "listed", "more"), [(5, 5, ""), (60, 5, "\n  and 55 more")])
def test_of_many_dates_a_mail_lists_a_few(make_event, dates, listed, more):
    news = News(Notice.Kind.REGISTERED, make_event(TEN), 1, TEN, after=on(*range(dates)))
    text = say(news, zone=zoneinfo.ZoneInfo("UTC"), is_registered=True).text
    assert (listed, True) == (text.count("(UTC)"), f"(UTC){more}\n\nOpen the lesson" in text)


def test_of_many_dates_the_page_lists_a_few(make_event, lena, browser):
    event, dates = make_event(TEN), [[start.isoformat(), end.isoformat()] for start, end in on(*range(60))]
    Notice.objects.create(
        user=lena, event=event, title=event.title, kind="moved", before=dates, after=dates, made_at=TEN,
        fact_id=1, is_shown=True,
    )  # fmt: skip
    page = browser(lena).get("/notices/").content.decode()
    assert (2, 5) == (page.count("and 55 more"), page.count("<s>"))
