"""The comparison finds nothing where nothing differs, and each kind of difference where there is one."""

from datetime import timedelta

import pytest

from greenroom.hub.events.models import Attendee, Event, EventSession, EventTime, Registrant
from greenroom.hub.sync.services.comparing import compare


@pytest.fixture
def held_webinar(world, pull):
    """A webinar that Lena signed up for and attended, read from GoTo."""
    key = world.schedule_webinar()
    world.ask_goto(f"webinars/{key}/registrants", "POST", firstName="Lena", lastName="L", email="lena@example.com")
    world.advance(hours=2)
    world.write_attendance(key, {"lena@example.com": [[0, 50]]})
    world.advance(hours=1)
    return pull(key)


def differences(connection, product: str = "webinar") -> list[str]:
    return [one.what for one in compare(connection=connection, product=product)]


@pytest.mark.parametrize("product", ["webinar", "training", "meeting", "assist"])
def test_nothing_differs_after_a_sync(product, world, connection, held_webinar, pull):
    world.schedule_training()
    pull(product=product)
    assert [] == differences(connection, product)


@pytest.mark.parametrize(
    ("model", "change", "what"),
    [
        (Event, {"title": "Other"}, "has another title"),
        (Event, {"time_zone": "Asia/Kolkata"}, "has another time zone"),
        (Event, {"state": "cancelled"}, "counts as gone here and is there"),
        (Registrant, {"status": "WAITING"}, "has another status of registrant"),
        (Registrant, {"email": "else@example.com"}, "has another email of registrant"),
        (Registrant, {"join_url": ""}, "has another join url of registrant"),
        (Registrant, {"registrant_key": "1"}, "lacks there registrant"),
        (EventSession, {"session_key": "1"}, "lacks here session"),
        (Attendee, {"attended_seconds": 1}, "has other attendance of session"),
    ],
)
def test_what_differs_is_told(model, change, what, connection, held_webinar):
    model.objects.update(**change)
    assert what in differences(connection)


@pytest.mark.parametrize(
    ("model", "what"),
    [
        (EventTime, "has other dates"),
        (Registrant, "lacks here registrant"),
        (EventSession, "lacks here session"),
        (Attendee, "has other attendance of session"),
    ],
)
def test_what_is_lost_is_told(model, what, connection, held_webinar):
    model.objects.all().delete()
    assert what in differences(connection)


def test_an_event_that_nobody_read_yet_is_told(world, connection, held_webinar):
    world.schedule_webinar()
    assert ["is not here"] == differences(connection)


def test_no_personal_data_is_told(connection, held_webinar):
    Registrant.objects.update(email="else@example.com", join_url="")
    assert "lena" not in " ".join(str(one) for one in compare(connection=connection, product="webinar"))


def test_an_attendee_under_another_key_is_told(connection, held_webinar):
    Attendee.objects.update(attendee_key="1")
    assert ["has other attendance of session"] == differences(connection)


def test_people_of_a_meeting_who_gave_one_name_in_two_ways_are_the_same_here_and_there(world, connection, pull):
    key = world.schedule_meeting(starts_in=timedelta(hours=-1))
    world.hold_meeting(key, [{"name": name, "joined": [[0, 30]]} for name in ("Ann Lee", "ANN LEE")])
    pull(product="meeting")
    assert (1, []) == (Attendee.objects.count(), differences(connection, "meeting"))
