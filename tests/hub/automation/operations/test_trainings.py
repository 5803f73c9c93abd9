"""The four operations of Microsoft's connector, by its names, and the list to choose from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from greenroom.hub.automation.callers import Verb
from greenroom.hub.core.errors import (
    AccessDeniedError,
    InvalidInputError,
    RegistrationClosedError,
    StateConflictError,
    UnknownObjectError,
)
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.worker import run_until_idle

LENA = {"email": "Lena@Example.com", "givenName": "Lena", "surname": "Lind"}


@pytest.fixture
def training(world, pull) -> Event:
    event = pull(world.schedule_training(), "training")
    world.list_calls()
    return event


@pytest.fixture
def add(do, training):
    """Add somebody to the training; Lena when nobody else is named."""
    return lambda **named: do("AddRegistrant", trainingid=training.event_key, **{**LENA, **named})


def test_a_registrant_is_at_goto_when_the_answer_comes(world, add, training):
    reply = add()
    [there] = world.registrants_at_goto(training.event_key, "trainings")
    assert (200, "APPROVED", there["registrantKey"]) == (reply.status, reply.body.status, reply.body.registrant_key)
    assert "lena@example.com" == there["email"].lower()


def test_the_answer_has_our_links_and_not_gotos(client, add):
    body = add().body
    assert body.join_url.startswith("http://testserver/go/join/r/")
    goto_link = Registrant.objects.get().join_url
    assert goto_link not in (body.join_url, body.confirmation_url)
    assert goto_link == client.get(body.join_url.removeprefix("http://testserver"))["Location"]
    assert 200 == client.get(body.confirmation_url.removeprefix("http://testserver")).status_code


def test_goto_is_asked_once_and_no_job_is_left(world, add):
    add()
    assert 0 == Job.objects.filter(state="ready", name="events.deliver_registration").count()
    run_until_idle()
    assert 1 == world.list_calls().count("registerForTraining")


def test_who_is_registered_already_is_returned(world, add):
    first, second = add().body, add(givenName="Helena").body
    assert first == second
    assert 1 == Registrant.objects.count()


def test_who_registered_at_goto_is_returned(world, add, training):
    world.ask_goto(f"trainings/{training.event_key}/registrants", "POST", **LENA)
    [there] = world.registrants_at_goto(training.event_key, "trainings")
    assert there["registrantKey"] == add().body.registrant_key


def test_nothing_is_lost_while_goto_is_down(world, add, tell, training):
    world.fail(kind="status", status=503, operation="registerForTraining", times=10)
    reply = add()
    assert (202, "PENDING", "") == (reply.status, reply.body.status, reply.body.registrant_key)
    asked = {"registration_id": reply.body.registration_id}
    assert "PENDING" == tell("GetRegistration", **asked)["status"]
    world.control("DELETE", "faults")
    world.advance(hours=1)
    run_until_idle()
    assert "APPROVED" == tell("GetRegistration", **asked)["status"]
    assert 1 == len(world.registrants_at_goto(training.event_key, "trainings"))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"email": "lena"}, "email"), ({"givenName": " "}, "givenName"), ({"surname": ""}, "surname")],
)
def test_what_is_wrong_is_named_as_it_was_sent(world, add, wrong, named):
    with pytest.raises(InvalidInputError) as caught:
        add(**wrong)
    assert {named} == set(caught.value.errors)
    assert [] == world.list_calls()


@pytest.mark.parametrize(
    ("state", "sentence"), [(Event.State.CANCELLED, "was cancelled"), (Event.State.ENDED, "is over")]
)
def test_a_closed_training_says_so(add, training, state, sentence):
    Event.objects.update(state=state)
    with pytest.raises(RegistrationClosedError, match=sentence):
        add()


def test_a_full_training_says_so(world, add):
    world.fail(kind="status", status=403, operation="registerForTraining")
    with pytest.raises(RegistrationClosedError, match="no more registrations"):
        add()
    assert RegistrationRequest.State.REFUSED == RegistrationRequest.objects.get().state


def test_somebody_the_organizer_denied_is_told_of(add):
    add()
    Registrant.objects.update(status="DENIED")
    with pytest.raises(StateConflictError, match="did not approve"):
        add()


def test_registrants_are_listed_with_the_names_of_the_connector(add, tell, training):
    added = add().body
    [one] = tell("ListRegistrations", trainingid=training.event_number)
    expected = {"email": "lena@example.com", "givenName": "Lena", "surname": "Lind", "status": "APPROVED"}
    assert expected.items() <= one.items()
    assert {"registrationDate", "joinUrl", "confirmationUrl", "registrantKey"} <= one.keys()
    assert added.join_url == one["joinUrl"]
    assert one == tell("GetRegistrant", trainingid=training.event_key, registrantKey=added.registrant_key)


def test_who_is_gone_is_not_listed(world, add, tell, training):
    add()
    Registrant.objects.update(gone_at=world.now)
    assert [] == tell("ListRegistrations", trainingid=training.event_key)


def test_lists_cost_the_same_with_many_rows(do, world, pull, training, django_assert_max_num_queries):
    for number in range(20):
        Registrant.objects.create(
            event=training, registrant_key=str(number), email=f"p{number}@example.com", status="APPROVED"
        )
        pull(world.schedule_training(f"T{number}"), "training") if number < 3 else None
    with django_assert_max_num_queries(2):
        assert 20 == len(do("ListRegistrations", trainingid=training.event_key).body)
    with django_assert_max_num_queries(2):
        assert 4 == len(do("ListTrainings").body)


def test_trainings_to_choose_from_have_id_and_label(tell, training):
    Event.objects.update(time_zone="Europe/Berlin")
    [one] = tell("ListTrainings")
    assert (training.event_key, "Forklift theory - 2026-03-02 11:00 Europe/Berlin") == (one["id"], one["label"])
    assert "Forklift theory" == tell("GetTraining", trainingid=one["id"])["name"]


def test_a_zone_nobody_knows_is_shown_as_utc(tell, training):
    Event.objects.update(time_zone="Mars/Base")
    assert "Forklift theory - 2026-03-02 10:00 UTC" == tell("ListTrainings")[0]["label"]


def test_trainings_are_listed_in_the_order_of_their_start_page_by_page(world, pull, do, training):
    for days in (3, 1, 2):
        pull(world.schedule_training(f"In {days}", starts_in=timedelta(days=days)), "training")
    titles, cursor = [], ""
    while not titles or cursor:
        reply = do("ListTrainings", limit=2, cursor=cursor)
        titles += [one.name for one in reply.body]
        cursor = reply.next_cursor
    assert ["Forklift theory", "In 1", "In 2", "In 3"] == titles


def test_past_and_cancelled_trainings_are_not_to_come(world, pull, tell, training):
    other = pull(world.schedule_training("Ropes", starts_in=timedelta(days=1)), "training")
    Event.objects.filter(pk=other.pk).update(state=Event.State.CANCELLED)
    world.advance(hours=3)
    assert ([], ["Forklift theory"], 2) == (
        tell("ListTrainings"),
        [one["name"] for one in tell("ListTrainings", when="past")],
        len(tell("ListTrainings", when="all")),
    )


def test_what_another_account_has_is_not_there(do, caller, training, add):
    add()
    other = replace(caller, connection_ids=frozenset({training.connection_id + 1}))
    assert [] == do("ListTrainings", caller=other).body
    for operation, more in (
        ("GetTraining", {}),
        ("ListRegistrations", {}),
        ("AddRegistrant", LENA),
        ("GetRegistrant", {"registrantKey": Registrant.objects.get().registrant_key}),
    ):
        with pytest.raises(UnknownObjectError):
            do(operation, caller=other, trainingid=training.event_key, **more)
    with pytest.raises(UnknownObjectError):
        do("GetRegistration", caller=other, registration_id=str(RegistrationRequest.objects.get().pk))


def test_a_registrant_of_another_training_is_not_there(world, pull, do, training, add):
    added = add().body
    other = pull(world.schedule_training("Ropes"), "training")
    with pytest.raises(UnknownObjectError):
        do("GetRegistrant", trainingid=other.event_key, registrantKey=added.registrant_key)


def test_reading_alone_signs_nobody_up(do, caller, training):
    with pytest.raises(AccessDeniedError):
        do("AddRegistrant", caller=replace(caller, verbs=frozenset({Verb.READ})), trainingid=training.event_key, **LENA)
