"""The dates that one registration holds for: the card says of each how somebody stands with it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.courses import make_item

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
