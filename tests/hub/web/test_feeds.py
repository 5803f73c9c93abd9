"""The addresses of calendars: made and revoked by their person, read by programs without a sign-in."""

import re

import pytest
from django.test import Client

from greenroom.hub.core.logs import hide_secrets
from greenroom.hub.courses.models import CalendarFeed
from greenroom.hub.events.services.mirror import mark_cancelled


def make_address(client: Client, course: str = "") -> str:
    """Make an address as a person does, and return its path."""
    page = client.post("/calendar/address/", {"course": course}).content.decode()
    found = re.search(r"/calendar/feed/[\w-]+\.ics", page)
    assert found, page
    return found[0]


@pytest.fixture
def in_calendars(item, run_jobs):
    """The event of the course, in calendars."""
    run_jobs()
    return item


def test_calendar_is_read_without_signing_in(in_calendars, as_lena):
    answer = Client().get(make_address(as_lena))
    assert (200, "text/calendar; charset=utf-8") == (answer.status_code, answer["Content-Type"])
    assert "SUMMARY:Ladder safety" in answer.content.decode()


def test_calendar_of_a_course_shows_that_course(in_calendars, as_lena, course):
    body = Client().get(make_address(as_lena, course.slug)).content.decode()
    assert "NAME:Workplace safety" in body
    assert "SUMMARY:Ladder safety" in body


def test_each_person_gets_their_own(in_calendars, as_otto):
    assert "VEVENT" not in Client().get(make_address(as_otto)).content.decode()


def test_new_address_ends_the_one_before(in_calendars, as_lena):
    first = make_address(as_lena)
    second = make_address(as_lena)
    assert [404, 200] == [Client().get(path).status_code for path in (first, second)]


def test_revoked_address_leads_nowhere_and_others_stay(in_calendars, as_lena, course):
    everything, one = make_address(as_lena), make_address(as_lena, course.slug)
    as_lena.post("/calendar/address/revoke/", {"course": course.slug})
    assert [200, 404] == [Client().get(path).status_code for path in (everything, one)]


def test_otto_cannot_revoke_lenas_address(in_calendars, as_lena, as_otto):
    path = make_address(as_lena)
    as_otto.post("/calendar/address/revoke/")
    assert 200 == Client().get(path).status_code


@pytest.mark.parametrize("slug", ["workplace-safety", "no-such-course", "\0"])
def test_otto_gets_no_calendar_of_a_course_he_is_not_in(slug, course, as_otto):
    expected = 200 if slug == "\0" else 404  # what cannot be typed is nothing, so all courses
    assert expected == as_otto.post("/calendar/address/", {"course": slug}).status_code
    assert 404 == as_otto.post("/calendar/address/revoke/", {"course": "workplace-safety"}).status_code


def test_who_was_taken_out_of_a_course_loses_its_calendar(in_calendars, as_lena, as_ivan, course, lena):
    path = make_address(as_lena, course.slug)
    as_ivan.post(f"/courses/{course.slug}/people/{lena.pk}/remove/")
    assert 404 == Client().get(path).status_code


def test_who_may_not_sign_in_any_more_loses_their_calendar(in_calendars, as_lena, lena):
    path = make_address(as_lena)
    lena.is_active = False
    lena.save()
    assert 404 == Client().get(path).status_code


def test_unknown_address_leads_nowhere(db):
    assert 404 == Client().get("/calendar/feed/nobody.ics").status_code


def test_nothing_new_needs_no_body(in_calendars, as_lena, world):
    path = make_address(as_lena)
    tag = Client().get(path)["ETag"]
    world.clock.advance(minutes=30)
    answer = Client().get(path, headers={"If-None-Match": tag})
    assert (304, b"") == (answer.status_code, answer.content)


def test_event_that_moves_changes_the_tag(in_calendars, as_lena, pull, world, run_jobs):
    path = make_address(as_lena)
    tag = Client().get(path)["ETag"]
    key = in_calendars.event.event_key
    moved = {"startTime": "2026-03-02T15:00:00Z", "endTime": "2026-03-02T16:00:00Z"}
    world.ask_goto(f"webinars/{key}", "PUT", times=[moved])
    pull(key)
    run_jobs()
    answer = Client().get(path, headers={"If-None-Match": tag})
    assert 200 == answer.status_code
    assert "SEQUENCE:1" in answer.content.decode()
    assert "DTSTART:20260302T150000Z" in answer.content.decode()


def test_event_that_is_on_after_all_is_on_in_calendars(in_calendars, as_lena, pull, run_jobs):
    event = in_calendars.event
    path = make_address(as_lena)
    mark_cancelled(event=event)
    run_jobs()
    assert "STATUS:CANCELLED" in Client().get(path).content.decode()
    pull(event.event_key)
    run_jobs()
    assert "STATUS:TENTATIVE" in Client().get(path).content.decode()


def test_token_is_not_kept_shown_again_or_logged(in_calendars, as_lena):
    path = make_address(as_lena)
    token = path.removeprefix("/calendar/feed/").removesuffix(".ics")
    assert token not in as_lena.get("/calendar/").content.decode()
    assert token not in str(list(CalendarFeed.objects.values()))
    assert token not in str(hide_secrets(None, "", {"event": f"Not Found: {path}"}))


def test_page_names_what_one_may_subscribe_to(in_calendars, as_lena, as_otto, course):
    make_address(as_lena, course.slug)
    page = as_lena.get("/calendar/").content.decode()
    assert 1 == page.count("Make a new address</button>")
    assert "Workplace safety" in page
    assert "Workplace safety" not in as_otto.get("/calendar/").content.decode()
