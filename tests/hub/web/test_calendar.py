"""A month of events, on the viewer's days."""

from datetime import date

import pytest

from greenroom.hub.web.calendar import Month


def test_dates_stand_on_the_viewers_day(browser, ada, world, pull):
    pull(world.schedule_webinar())  # ten o'clock on 2 March, UTC
    assert _day_of_the_event(browser(ada)) == "2"
    ada.time_zone = "Pacific/Auckland"  # eleven in the evening there
    ada.save()
    assert _day_of_the_event(browser(ada)) == "2"
    ada.time_zone = "Pacific/Kiritimati"  # midnight, fourteen hours ahead
    ada.save()
    assert _day_of_the_event(browser(ada)) == "3"


def _day_of_the_event(client) -> str:
    weeks = client.get("/events/?when=calendar&month=2026-03").context["weeks"]
    (found,) = [day for week in weeks for day in week if day.dates]
    return str(found.day.day)


def test_every_month_can_be_turned_to(browser, ada, event):
    page = browser(ada).get("/events/?when=calendar&month=2026-02").content.decode()
    assert "February 2026" in page
    assert "month=2026-01" in page
    assert "month=2026-03" in page


@pytest.mark.parametrize("month", ["", "March", "2026-13", "0000-01", "99999-01", "2026-03-01", "\0"])
def test_a_month_that_is_none_is_this_one(month, browser, ada, event):
    assert "March 2026" in browser(ada).get("/events/", {"when": "calendar", "month": month}).content.decode()


def test_the_calendar_reaches_a_whole_life(world, settings):
    assert date(1970, 1, 1) == Month.named("0001-01").first
    assert date(2100, 12, 1) == Month.named("9999-12").first
    assert Month.named("9999-12").span


def test_filters_stay_while_turning(browser, ada, event):
    page = browser(ada).get("/events/?when=calendar&product=training").content.decode()
    assert event.title not in page
    assert "product=training&amp;month=" in page


def test_queries_do_not_grow_with_the_month(browser, ada, world, pull, django_assert_max_num_queries):
    client = browser(ada)
    for _ in range(20):
        pull(world.schedule_webinar())
    client.get("/events/?when=calendar")
    with django_assert_max_num_queries(12):
        client.get("/events/?when=calendar")


def test_an_outsider_sees_no_calendar(browser, otto, event):
    assert 404 == browser(otto).get("/events/?when=calendar").status_code
