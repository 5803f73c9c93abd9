"""The dates that one registration holds for: the card says of each how somebody stands with it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.courses import make_item

from greenroom.hub.courses.date_folding import fold_dates
from greenroom.hub.courses.models import SectionItem
from greenroom.hub.courses.selectors import view_item, view_lesson
from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def series(make_event) -> Event:
    """A webinar on three days, from ten to eleven."""
    return make_event(TEN, TEN + DAY, TEN + 2 * DAY, state="scheduled", dates="all")


@pytest.fixture
def of_series(section, series) -> SectionItem:
    return make_item(section, series)


@pytest.fixture
def registrant(series, lena) -> Registrant:
    return series.registrants.create(registrant_key="1", email=lena.email, user=lena, status="APPROVED")


def hold(event: Event, day: int, *, by: Registrant | None = None, minutes: int = 60, is_final: bool = True) -> None:
    """Let one date take place, with one person or nobody."""
    started_at = TEN + day * DAY
    session = EventSession.objects.create(
        event=event, session_key=str(day), started_at=started_at, ended_at=started_at + timedelta(minutes=minutes),
        is_final=is_final,
    )  # fmt: skip
    if by:
        Attendee.objects.create(
            session=session, attendee_key="1", email=by.email, registrant=by, attended_seconds=60, reported_seconds=60
        )


def words(item: SectionItem, user, **more: bool) -> list[str]:
    return [one.word for one in view_item(item=SectionItem.objects.get(pk=item.pk), user=user, **more).dates]


@pytest.mark.parametrize(
    ("expected", "now"),
    [
        ("Upcoming", TEN - SECOND),
        ("Starting", TEN),
        ("Starting", TEN + HOUR - SECOND),
        ("Attendance follows", TEN + HOUR),
    ],
)
def test_date_says_what_the_clock_makes_of_it(world, of_series, registrant, lena, expected, now):
    world.advance(seconds=(now - world.now).total_seconds())
    assert [expected, "Upcoming", "Upcoming"] == words(of_series, lena)
    view = view_item(item=of_series, user=lena)
    assert view.state.next_check_at <= TEN + DAY


def test_dates_that_took_place_were_attended_or_missed(world, series, of_series, registrant, lena):
    world.advance(days=1, hours=3)
    hold(series, 0, by=registrant)
    hold(series, 1, is_final=False)
    assert ["Attended", "Attendance follows", "Upcoming"] == words(of_series, lena)
    EventSession.objects.update(is_final=True)
    assert ["Attended", "Missed", "Upcoming"] == words(of_series, lena)
    world.advance(days=1)
    hold(series, 2, by=registrant)
    EventSession.objects.filter(session_key="1").delete()
    assert ["Attended", "Not held", "Attended"] == words(of_series, lena)


def test_who_is_not_registered_misses_nothing(world, series, of_series, lena, ada):
    world.advance(days=1, hours=1, minutes=30)
    hold(series, 0)
    assert ["Over", "Now", "Upcoming"] == words(of_series, lena)
    assert ["Over", "Now", "Upcoming"] == words(of_series, ada, takes_part=False)


def test_date_that_runs_says_what_the_card_says(world, series, of_series, registrant, lena):
    world.advance(days=1, hours=1)
    hold(series, 0, by=registrant)
    Event.objects.update(state="live", live_since=world.now)
    assert ["Attended", "Live now", "Upcoming"] == words(of_series, lena)


def test_start_that_failed_does_not_make_a_date_one_that_is_over(world, series, of_series, registrant, lena):
    world.advance(hours=1, minutes=20)
    hold(series, 0, minutes=10)
    assert ["Starting", "Upcoming", "Upcoming"] == words(of_series, lena)
    world.advance(hours=-1, minutes=-10)
    assert ["Upcoming"] * 3 == words(of_series, lena)


def test_dates_of_what_was_cancelled_are_not_to_come(world, series, of_series, registrant, lena):
    world.advance(hours=3)
    hold(series, 0, by=registrant)
    Event.objects.update(state="cancelled")
    assert ["Attended", "Cancelled", "Cancelled"] == words(of_series, lena)


def test_single_date_is_not_listed_and_everybody_is_found_by_their_own_sign_up(world, make_event, section, lena, otto):
    single = make_item(section, make_event(TEN, state="scheduled"))
    assert [] == words(single, lena)
    series = make_event(TEN, TEN + DAY, state="scheduled", dates="all")
    world.advance(hours=3)
    mine, other = (
        series.registrants.create(registrant_key=user.email, email=user.email, user=user, status="APPROVED")
        for user in (lena, otto)
    )
    hold(series, 0, by=other)
    item = make_item(section, series)
    assert ["Missed", "Upcoming"] == words(item, mine.user)
    assert ["Attended", "Upcoming"] == words(item, other.user)


def test_card_lists_the_dates_and_asks_for_all_at_once(world, series, of_series, make_event, section, lena, browser):
    page = browser(lena).get(f"/items/{of_series.pk}/card/").content.decode()
    assert 3 == page.count("Upcoming")
    assert "One registration for all dates" in page

    def count() -> int:
        with CaptureQueriesContext(database) as queries:
            view_lesson(lesson=section.lesson, user=lena)
        return len(queries)

    before = count()
    for number in range(3):
        make_item(section, make_event(TEN, TEN + DAY, state="scheduled", dates="all", event_key=str(number)))
    assert count() <= before


def number(dates: int, ahead: set[int], pressing: set[int]) -> tuple[list[int], list[int]]:
    """Fold as many dates, each standing for itself."""
    folded = fold_dates(range(dates), is_ahead=ahead.__contains__, is_pressing=pressing.__contains__)
    return list(folded.shown), list(folded.others)


@pytest.mark.parametrize(
    ("shown", "others", "dates", "ahead", "pressing"),
    [
        ([0, 1, 2, 3, 4], 55, 60, set(range(60)), set()),
        ([3, 28, 30, 31, 32, 33, 34, 50], 52, 60, set(range(30, 60)), {3, 28, 50}),
        ([55, 56, 57, 58, 59], 55, 60, set(), set()),
        ([8, 9], 8, 10, {8, 9}, set()),
        ([0, 1, 2, 3, 4], 3, 8, set(range(8)), set()),
        ([0, 1, 2, 3, 4, 5, 6], 0, 7, set(range(7)), set()),
        ([], 0, 0, set(), set()),
    ],
)
def test_next_few_dates_and_those_that_matter_are_not_folded(shown, others, dates, ahead, pressing):
    found = number(dates, ahead, pressing)
    assert (shown, others) == (found[0], len(found[1]))
    assert list(range(dates)) == sorted(found[0] + found[1])


def test_card_of_sixty_dates_keeps_most_of_them_folded(world, make_event, section, lena, browser):
    series = make_event(*(TEN + day * DAY for day in range(60)), state="scheduled", dates="all")
    registrant = series.registrants.create(registrant_key="1", email=lena.email, user=lena, status="APPROVED")
    item = make_item(section, series)
    world.advance(days=11, hours=3)
    for day in range(12):
        hold(series, day, by=registrant if day % 2 and day < 11 else None, is_final=day < 11)
    page = browser(lena).get(f"/items/{item.pk}/card/").content.decode()
    shown, folded = page.split("<details")
    assert "54 more dates: 6 missed, 5 attended, 43 upcoming" in folded
    assert (1, 5) == (shown.count("Attendance follows"), shown.count("Upcoming"))
