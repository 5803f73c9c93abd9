"""Join links of our own let in whom they were made for, and nobody else; GoTo's own are never shown."""

import pytest
from django.test import Client

from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.services import joining

OUTSIDE = Client()


@pytest.fixture
def registrant(event, lena, sign_up) -> Registrant:
    sign_up(event, lena)
    return Registrant.objects.select_related("event").get()


def path_of(link: str) -> str:
    assert link.startswith("http://testserver/go/join/")
    return link.removeprefix("http://testserver")


@pytest.fixture
def door(registrant) -> str:
    return path_of(joining.links_of(registrant).join)


def test_a_link_leads_its_owner_to_goto_without_a_sign_in(db, registrant, door):
    answer = OUTSIDE.get(door)
    assert (302, registrant.join_url) == (answer.status_code, answer["Location"])
    assert "no-referrer" == answer["Referrer-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_the_confirmation_shows_the_event_and_our_way_in(registrant, door):
    page = OUTSIDE.get(path_of(joining.links_of(registrant).confirmation)).content.decode()
    assert registrant.event.title in page
    assert f'href="{door}"' in page
    assert registrant.join_url not in page


def test_links_tell_neither_gotos_link_nor_the_address(registrant):
    for link in joining.links_of(registrant):
        assert registrant.registrant_key not in link
        assert registrant.email not in link


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": Event.State.CANCELLED}, "The organizer cancelled this event."),
        ({"state": Event.State.ENDED}, "This event is over."),
        ({"state": Event.State.MISSING}, "GoTo does not know this event at the moment."),
    ],
)
def test_an_event_that_cannot_be_joined_says_why(registrant, door, change, reason):
    Event.objects.update(**change)
    answer = OUTSIDE.get(door)
    assert 409 == answer.status_code
    assert reason in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "WAITING"}, "The organizer has not approved your registration yet."),
        ({"status": "DENIED"}, "The organizer did not approve your registration."),
        ({"join_url": ""}, "GoTo has not given a join link yet."),
        ({"join_url": "https://evil.example/join/1"}, "GoTo has not given a join link yet."),
        ({"join_url": "https://[evil"}, "GoTo has not given a join link yet."),
        ({"generation": 1}, "You have registered anew since this link was made."),
    ],
)
def test_a_sign_up_that_does_not_let_in_says_why(registrant, door, change, reason):
    Registrant.objects.update(**change)
    answer = OUTSIDE.get(door)
    assert 409 == answer.status_code
    assert reason in answer.content.decode()


def test_a_link_ends_with_the_sign_up(world, registrant, door):
    registrant.gone_at = world.now
    registrant.save(update_fields=["gone_at"])
    answer = OUTSIDE.get(door)
    assert 409 == answer.status_code
    assert "You are no longer registered for this event." in answer.content.decode()
    assert ("", "") == joining.links_of(registrant)


def test_who_comes_back_gets_another_link(registrant, door):
    registrant.generation += 1
    registrant.save(update_fields=["generation"])
    again = path_of(joining.links_of(registrant).join)
    assert again != door
    assert 302 == OUTSIDE.get(again).status_code


def test_made_up_links_lead_nowhere(registrant, door):
    *_start, token, _ = door.split("/")
    number, generation, signature = token.split(".")
    forged = [
        f"{int(number) + 1}.{generation}.{signature}",
        f"{number}.{int(generation) + 1}.{signature}",
        f"{number}.{generation}.{signature[:-1]}",
        f"{number}.{generation}.",
        "1",
        "é",
        token.upper(),
    ]
    for one in forged:
        for path in (f"/go/join/r/{one}/", f"/go/join/r/{one}/registered/", f"/go/join/e/{one}/"):
            assert 404 == OUTSIDE.get(path).status_code, path
    assert 404 == OUTSIDE.get(f"/go/join/e/{token}/").status_code


def test_the_link_of_somebody_erased_leads_nowhere(registrant, door):
    registrant.delete()
    assert 404 == OUTSIDE.get(door).status_code


def test_everybody_joins_a_meeting_by_one_link(world, pull):
    meeting = pull(world.schedule_meeting(), "meeting")
    assert "" == joining.join_link_for_everybody(meeting)
    meeting.join_url = "https://global.gotomeeting.com/join/123456789"
    meeting.save(update_fields=["join_url"])
    door = path_of(joining.join_link_for_everybody(meeting))
    assert meeting.join_url == OUTSIDE.get(door)["Location"]
    Event.objects.update(state=Event.State.CANCELLED)
    assert 409 == OUTSIDE.get(door).status_code


def test_nobody_joins_a_webinar_by_a_link_for_everybody(registrant):
    Event.objects.update(join_url=registrant.join_url)
    assert "" == joining.join_link_for_everybody(Event.objects.get())


def test_a_link_is_found_with_one_query(registrant, door, django_assert_num_queries):
    with django_assert_num_queries(1):
        joining.find_registrants_way_in(door.split("/")[-2])


def test_links_are_read_only(door):
    assert 405 == OUTSIDE.post(door).status_code
