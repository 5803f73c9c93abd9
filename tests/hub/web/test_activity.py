"""An event's page tells what happened, the latest first."""

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags


def sign_up(world, event, email: str) -> str:
    """Sign somebody up at GoTo's own page, so to say."""
    person = {"firstName": "Lena", "lastName": "Learner", "email": email}
    return world.ask_goto(f"webinars/{event.event_key}/registrants", "POST", **person)["registrantKey"]


def activity(client, event) -> list[str]:
    page = client.get(f"/events/{event.pk}/?tab=activity")
    assert 200 == page.status_code
    return [" ".join(strip_tags(one).split()) for one in page.content.decode().split('class="timeline-entry"')[1:]]


def test_sign_ups_and_their_end_are_told(browser, ada, world, event, pull):
    key = sign_up(world, event, "lena@example.com")
    pull()
    world.remove_registrant(event.event_key, key)
    world.advance(minutes=20)
    pull()
    told = activity(browser(ada), event)
    assert "Is no longer registered" in told[0]
    assert any("Registered" in one for one in told)
    assert "First seen at GoTo" in told[-1]


def test_changes_are_told_with_what_was_and_what_is(browser, ada, world, event, pull):
    world.ask_goto(f"webinars/{event.event_key}", "PUT", subject="Better ladders")
    pull()
    latest = activity(browser(ada), event)[0]
    assert "Changed at GoTo" in latest
    assert event.title in latest
    assert "Better ladders" in latest


def test_an_editor_sees_no_people_there(browser, eda, item, event):
    assert "timeline-entry" not in browser(eda).get(f"/events/{event.pk}/?tab=activity").content.decode()


def test_queries_do_not_grow_with_what_happened(browser, ada, world, event, pull, django_assert_num_queries):
    client = browser(ada)
    sign_up(world, event, "one@example.com")
    pull()
    with CaptureQueriesContext(database) as one:
        client.get(f"/events/{event.pk}/?tab=activity")
    for number in range(20):
        sign_up(world, event, f"more{number}@example.com")
    world.advance(minutes=20)
    pull()
    with django_assert_num_queries(len(one)):
        client.get(f"/events/{event.pk}/?tab=activity")
