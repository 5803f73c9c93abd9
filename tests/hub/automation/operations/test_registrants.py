"""People are signed up, found and taken off, one by one and many at once, with all that organizers ask."""

from dataclasses import replace

import msgspec
import pytest

from greenroom.hub.core.errors import (
    InvalidInputError,
    RegistrationClosedError,
    StateConflictError,
    UnknownObjectError,
)
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.jobs.worker import run_until_idle

LENA = {"email": "lena@example.com", "first_name": "Lena", "last_name": "Lind"}


@pytest.fixture
def asking(world, pull) -> Event:
    """A webinar that asks for a city, and two questions of its own; nobody here knows yet."""
    key = world.schedule_webinar(
        fields=[{"name": "city", "is_required": True}],
        questions=[
            {"text": "Which floor?"},
            {"text": "How?", "is_required": True, "choices": ["On foot", "By bike"]},
        ],
    )
    event = pull(key)
    Event.objects.filter(pk=event.pk).update(registration_form=None, registration_form_read_at=None)
    return Event.objects.select_related("connection").get(pk=event.pk)


def questions(tell, event) -> dict[str, str]:
    return {one["label"]: one["question_key"] for one in tell("ListRegistrationQuestions", event=event.event_key)}


def test_fields_and_answers_reach_goto(world, asking, tell, do):
    keys = questions(tell, asking)
    do(
        "AddWebinarRegistrant",
        webinarKey=asking.event_key,
        email="lena@example.com",
        firstName="Lena",
        lastName="Lind",
        city="Bonn",
        responses=[
            {"questionKey": keys["Which floor?"], "answer": "2"},
            {"questionKey": keys["How?"], "answer": "by bike"},
        ],
    )
    [there] = world.registrants_at_goto(asking.event_key)
    whole = world.ask_goto(f"webinars/{asking.event_key}/registrants/{there['registrantKey']}")
    assert "Bonn" == whole["city"]
    assert {"2", "By bike"} == {one["answer"] for one in whole["responses"]}


def test_what_is_missing_or_not_asked_is_named(asking, tell, do):
    keys = questions(tell, asking)
    with pytest.raises(InvalidInputError) as caught:
        do("RegisterForEvent", event=asking.event_key, **LENA)
    assert {"city", f"question_{keys['How?']}"} == set(caught.value.errors)
    with pytest.raises(InvalidInputError) as caught:
        do(
            "RegisterForEvent",
            event=asking.event_key,
            **LENA,
            fields={"phone": "1"},
            responses=[{"questionKey": "1", "answer": "x"}],
        )
    assert {"phone", "/responses/0/questionKey"} == set(caught.value.errors)


def test_the_schema_says_what_is_asked(asking, tell):
    schema = tell("GetRegistrationSchema", event=asking.event_key)["schema"]
    assert ["email", "first_name", "last_name", "fields", "responses"] == schema["required"]
    assert ["city"] == schema["properties"]["fields"]["required"]
    answers = [one["properties"]["answer"] for one in schema["properties"]["responses"]["items"]["oneOf"]]
    assert ["On foot", "By bike"] == answers[1]["enum"]


def test_who_is_there_is_found_by_address(event, tell):
    added = tell("RegisterForEvent", event=event.event_key, **LENA)
    [found] = tell("FindRegistrant", event=event.event_key, email=" Lena@Example.com ")
    assert added["registrant_key"] == found["registrant_key"]
    assert found == tell("GetEventRegistrant", event=event.event_key, registrant_key=found["registrant_key"])
    assert [] == tell("FindRegistrant", event=event.event_key, email="otto@example.com")


def test_find_or_add_changes_nothing_of_who_is_there(world, event, tell):
    added = tell("FindOrRegister", event=event.event_key, **LENA)
    Event.objects.update(state=Event.State.ENDED)
    assert added == tell("FindOrRegister", event=event.event_key, **LENA)
    with pytest.raises(RegistrationClosedError):
        tell("FindOrRegister", event=event.event_key, **{**LENA, "email": "ben@example.com"})


def test_find_or_add_knows_who_signed_up_at_goto(world, event, pull, tell):
    world.ask_goto(
        f"webinars/{event.event_key}/registrants", "POST", firstName="Ben", lastName="O", email="ben@example.com"
    )
    pull(event.event_key)
    world.list_calls()
    found = tell("FindOrRegister", event=event.event_key, **{**LENA, "email": "ben@example.com"})
    assert ("APPROVED", []) == (found["status"], world.list_calls())


def test_somebody_is_taken_off_at_goto_and_can_come_back(world, event, tell):
    added = tell("RegisterForEvent", event=event.event_key, **LENA)
    named = {"event": event.event_key, "registrant_key": added["registrant_key"]}
    assert "CANCELLED" == tell("CancelRegistration", **named)["status"]
    assert [] == world.registrants_at_goto(event.event_key) == tell("ListRegistrants", event=event.event_key)
    with pytest.raises(UnknownObjectError):
        tell("CancelRegistration", **named)
    again = tell("RegisterForEvent", event=event.event_key, **LENA)
    assert "APPROVED" == again["status"]
    assert again["join_url"] != added["join_url"]


def test_who_signed_up_at_goto_can_be_taken_off(world, event, pull, tell):
    world.ask_goto(
        f"webinars/{event.event_key}/registrants", "POST", firstName="Ben", lastName="O", email="ben@example.com"
    )
    pull(event.event_key)
    key = Registrant.objects.get().registrant_key
    assert "CANCELLED" == tell("CancelRegistration", event=event.event_key, registrant_key=key)["status"]
    assert [] == world.registrants_at_goto(event.event_key)


def test_a_cancellation_waits_for_goto(world, event, do, tell):
    added = tell("RegisterForEvent", event=event.event_key, **LENA)
    world.fail(kind="status", status=503, operation="deleteRegistrant", times=10)
    reply = do("CancelRegistration", event=event.event_key, registrant_key=added["registrant_key"])
    assert (202, "CANCELLING") == (reply.status, reply.body.status)
    world.control("DELETE", "faults")
    world.advance(hours=1)
    run_until_idle()
    assert "CANCELLED" == tell("GetRegistration", registration_id=reply.body.id)["status"]


def test_of_many_the_wrong_ones_keep_none_of_the_others(world, event, do):
    people = [LENA, {**LENA, "email": "nobody"}, {**LENA, "email": "ben@example.com"}, LENA]
    reply = do("BulkRegister", event=event.event_key, registrants=people)
    body = reply.body
    assert (202, 3, 1) == (reply.status, body.taken, body.refused)
    assert [True, False, True, True] == [row.is_taken for row in body.rows]
    assert ("invalid_input", {"email"}) == (body.rows[1].code, set(body.rows[1].errors))
    assert body.rows[0].registration.id == body.rows[3].registration.id
    run_until_idle()
    assert {"lena@example.com", "ben@example.com"} == {
        one["email"] for one in world.registrants_at_goto(event.event_key)
    }


def test_many_are_500_at_most(event, do):
    with pytest.raises(msgspec.ValidationError):
        do("BulkRegister", event=event.event_key, registrants=[LENA] * 501)


def test_the_confirmation_is_sent_again_where_goto_can(world, event, pull, tell):
    added = tell("RegisterForEvent", event=event.event_key, **LENA)
    act = tell("ResendConfirmation", event=event.event_key, registrant_key=added["registrant_key"])
    assert ("resend_confirmation", "done") == (act["verb"], act["status"])
    training = pull(world.schedule_training(), "training")
    added = tell("RegisterForEvent", event=training.event_key, **LENA)
    with pytest.raises(StateConflictError, match="GoTo does not let this be done"):
        tell("ResendConfirmation", event=training.event_key, registrant_key=added["registrant_key"])


def test_panelists_are_added_listed_and_taken_off(event, tell):
    panelist = {"role": "panelist", "name": "Ben Okoro", "email": "ben@example.com"}
    assert "done" == tell("AddTeamMember", event=event.event_key, **panelist)["status"]
    [one] = tell("ListTeam", event=event.event_key)
    assert panelist.items() <= one.items()
    named = {"event": event.event_key, "role": "panelist", "member_key": one["member_key"]}
    assert "done" == tell("RemoveTeamMember", **named)["status"]
    assert [] == tell("ListTeam", event=event.event_key)
    with pytest.raises(UnknownObjectError):
        tell("RemoveTeamMember", **named)


def test_a_team_member_without_an_address_is_refused(event, tell):
    with pytest.raises(InvalidInputError) as caught:
        tell("AddTeamMember", event=event.event_key, role="panelist", name="Ben")
    assert {"email"} == set(caught.value.errors)


def test_nothing_is_done_in_another_account(event, do, tell, caller):
    added = tell("RegisterForEvent", event=event.event_key, **LENA)
    other = replace(caller, connection_ids=frozenset({event.connection_id + 1}))
    one = {"registrant_key": added["registrant_key"]}
    calls = {
        "ListRegistrants": {},
        "FindRegistrant": {"email": LENA["email"]},
        "GetEventRegistrant": one,
        "RegisterForEvent": LENA,
        "FindOrRegister": LENA,
        "BulkRegister": {"registrants": [LENA]},
        "CancelRegistration": one,
        "ResendConfirmation": one,
        "GetRegistrationSchema": {},
        "ListRegistrationQuestions": {},
        "ListTeam": {},
        "AddTeamMember": {"role": "panelist", "name": "B", "email": "b@example.com"},
        "ListSessions": {},
        "ListAttendees": {},
        "ListRecordings": {},
    }
    for operation, more in calls.items():
        with pytest.raises(UnknownObjectError):
            do(operation, caller=other, event=event.event_key, **more)
