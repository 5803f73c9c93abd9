"""Calendar entries follow the dates of events: UIDs stay, and each change counts."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from icalendar import Calendar
from tests.factories.courses import make_course, make_enrollment, make_item, make_section

from greenroom.hub.courses.calendars import list_calendar_dates, write_calendar
from greenroom.hub.courses.models import CalendarEntry
from greenroom.hub.courses.notices import say_date
from greenroom.hub.courses.services import keep_calendar
from greenroom.hub.events.models import Event, Registrant

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def set_dates(event: Event, *starts: datetime) -> None:
    """Give an event other dates, as GoTo would, and let calendars follow."""
    event.times.all().delete()
    for start in starts:
        event.times.create(starts_at=start, ends_at=start + HOUR)
    keep_calendar(event_id=event.pk)


def entries_of(event: Event) -> list[CalendarEntry]:
    return list(event.calendar_entries.order_by("pk"))


@pytest.fixture
def event(make_event):
    """Three dates to come."""
    event = make_event(TEN, TEN + DAY, TEN + 2 * DAY, state="scheduled")
    keep_calendar(event_id=event.pk)
    return event


def test_each_date_has_a_uid_of_its_own(event):
    assert 3 == len({entry.uid for entry in entries_of(event)})


def test_nothing_new_changes_nothing(event):
    before = list(CalendarEntry.objects.values())
    keep_calendar(event_id=event.pk)
    assert before == list(CalendarEntry.objects.values())


def test_date_that_moves_keeps_its_uid_and_counts_the_change(event):
    before = entries_of(event)
    set_dates(event, TEN, TEN + DAY + HOUR, TEN + 2 * DAY)
    after = entries_of(event)
    assert [one.uid for one in before] == [one.uid for one in after]
    assert [0, 1, 0] == [one.sequence for one in after]
    assert TEN + DAY + HOUR == after[1].starts_at


def test_longer_date_counts_as_a_change(event):
    event.times.filter(starts_at=TEN).update(ends_at=TEN + 2 * HOUR)
    keep_calendar(event_id=event.pk)
    assert [1, 0, 0] == [one.sequence for one in entries_of(event)]


def test_new_title_counts_as_a_change(event):
    Event.objects.update(title="Ladders")
    keep_calendar(event_id=event.pk)
    assert [(1, "Ladders")] * 3 == [(one.sequence, one.title) for one in entries_of(event)]


def test_date_that_is_taken_out_is_cancelled_and_the_others_stay(event):
    set_dates(event, TEN, TEN + 2 * DAY)
    assert [False, True, False] == [one.cancelled_at is not None for one in entries_of(event)]
    assert [0, 1, 0] == [one.sequence for one in entries_of(event)]


def test_date_that_is_added_gets_an_entry(event):
    set_dates(event, TEN, TEN + DAY, TEN + 2 * DAY, TEN + 3 * DAY)
    assert [0, 0, 0, 0] == [one.sequence for one in entries_of(event)]


def test_what_is_over_does_not_move_with_the_rest(event, world):
    world.clock.advance(hours=3)
    set_dates(event, TEN + DAY, TEN + 2 * DAY, TEN + 3 * DAY)
    first, *rest = entries_of(event)
    assert (TEN, 0, None) == (first.starts_at, first.sequence, first.cancelled_at)
    assert [TEN + DAY, TEN + 2 * DAY, TEN + 3 * DAY] == [one.starts_at for one in rest]


def test_event_that_is_cancelled_and_comes_back_keeps_its_uids(event):
    before = entries_of(event)
    Event.objects.update(state="cancelled")
    keep_calendar(event_id=event.pk)
    assert all(one.cancelled_at for one in entries_of(event))
    Event.objects.update(state="scheduled")
    keep_calendar(event_id=event.pk)
    assert [(one.uid, 2, None) for one in before] == [
        (one.uid, one.sequence, one.cancelled_at) for one in entries_of(event)
    ]


def test_event_that_is_gone_changes_nothing(db, world):
    keep_calendar(event_id=1)
    assert not CalendarEntry.objects.exists()


def written(user, course=None) -> list:
    """Return a person's calendar as a calendar program reads it."""
    body = write_calendar(
        name="Greenroom",
        dates=list_calendar_dates(user=user, course=course),
        time_zone=user.time_zone,
        public_url=settings.PUBLIC_URL,
    )
    return Calendar.from_ical(body).walk("VEVENT")


def test_calendar_leads_to_the_lesson_and_never_to_a_join_link(event, section, lena):
    item = make_item(section, event)
    register(event, lena, join_url="https://global.gotowebinar.com/join/1/secret")
    one = written(lena)[0]
    address = f"{settings.PUBLIC_URL}/lessons/{section.lesson_id}/#item-{item.pk}"
    assert [address, address] == [one["url"], one["location"]]
    assert b"secret" not in one.to_ical()
    assert b"gotowebinar" not in one.to_ical()


def register(event: Event, user, status: str = "APPROVED", **columns: str) -> None:
    Registrant.objects.create(event=event, registrant_key="1", email=user.email, user=user, status=status, **columns)


@pytest.mark.parametrize(
    ("status", "expected"), [("", "TENTATIVE"), ("WAITING", "TENTATIVE"), ("APPROVED", "CONFIRMED")]
)
def test_date_is_certain_once_the_person_is_approved(status, expected, event, section, lena):
    make_item(section, event)
    if status:
        register(event, lena, status)
    assert [expected] * 3 == [one["status"] for one in written(lena)]


def test_meeting_is_certain_for_everybody(event, section, lena):
    Event.objects.update(product="meeting")
    make_item(section, event)
    assert "CONFIRMED" == written(lena)[0]["status"]


def test_cancellation_is_shown_for_thirty_days(event, section, lena, world):
    make_item(section, event)
    Event.objects.update(state="cancelled")
    keep_calendar(event_id=event.pk)
    world.clock.advance(days=29, hours=23)
    assert ["CANCELLED"] * 3 == [one["status"] for one in written(lena)]
    world.clock.advance(hours=2)
    assert [] == written(lena)


def test_event_in_two_places_is_one_date(event, section, lena):
    make_item(section, event)
    other = make_course("First aid")
    make_item(make_section(other), event)
    make_enrollment(other, lena)
    assert 3 == len(written(lena))
    assert 3 == len(written(lena, other))


def test_calendar_shows_courses_one_takes_part_in_and_may_see(event, section, course, lena, otto, ada):
    make_item(section, event)
    assert [] == written(otto)
    assert [] == written(ada)
    course.is_published = False
    course.save()
    assert [] == written(lena)


def test_item_that_was_removed_is_gone_from_calendars(event, section, lena, world):
    make_item(section, event, removed_at=world.now)
    assert [] == written(lena)


def test_same_dates_give_the_same_bytes(event, section, lena, world):
    make_item(section, event)
    before = [one.to_ical() for one in written(lena)]
    world.clock.advance(minutes=30)
    assert before == [one.to_ical() for one in written(lena)]


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        ("UTC", TEN, "Monday 2 March 2026, 10:00 to 11:00 (UTC)"),
        ("Asia/Kolkata", TEN, "Monday 2 March 2026, 15:30 to 16:30 (Asia/Kolkata)"),
        ("Pacific/Auckland", TEN, "Monday 2 March 2026, 23:00 to Tuesday 3 March 2026, 00:00 (Pacific/Auckland)"),
        # The night in which clocks go forward: half past two is not there.
        (
            "Europe/Berlin",
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            "Sunday 29 March 2026, 01:30 to 03:30 (Europe/Berlin)",
        ),
        # The night in which they go back: half past two is there twice.
        (
            "Europe/Berlin",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            "Sunday 25 October 2026, 02:30 to 02:30 (Europe/Berlin)",
        ),
        (
            "Pacific/Auckland",
            datetime(2026, 4, 4, 13, tzinfo=UTC),
            "Sunday 5 April 2026, 02:00 to 02:00 (Pacific/Auckland)",
        ),
    ],
)
def test_times_are_said_in_the_persons_zone(zone, start, expected):
    assert expected == say_date(zoneinfo.ZoneInfo(zone), start, start + HOUR)


def test_date_is_the_same_moment_on_days_when_clocks_change(make_event, section, lena, world):
    """Ten in the morning in Berlin, before and after the night of 29 March."""
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    starts = [datetime(2026, 3, day, 10, tzinfo=berlin) for day in (28, 29)]
    event = make_event(*starts, state="scheduled")
    keep_calendar(event_id=event.pk)
    make_item(section, event)
    assert [9, 8] == [one.decoded("dtstart").hour for one in written(lena)]
    assert starts == [one.decoded("dtstart") for one in written(lena)]


def test_queries_do_not_grow_with_the_dates(make_event, section, lena, django_assert_num_queries):
    for number in range(20):
        event = make_event(TEN + number * DAY, state="scheduled")
        keep_calendar(event_id=event.pk)
        make_item(section, event)
    with django_assert_num_queries(4):
        assert 20 == len(written(lena))


def test_nobody_is_asked_to_open_the_lesson_for_a_date_that_is_over(event, section, lena, world):
    make_item(section, event)
    world.clock.advance(hours=3)
    assert [False, True, True] == ["Open the lesson" in one["description"] for one in written(lena)]


def test_programs_are_told_to_look_again_in_an_hour(lena):
    body = write_calendar(name="x", dates=[], time_zone="UTC", public_url=settings.PUBLIC_URL)
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in body
