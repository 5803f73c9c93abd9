"""An act is done once for one Idempotency-Key, even when this hub forgot that it had answered."""

import json
from datetime import timedelta

import pytest
from tests.hub.races import do_together

from greenroom.hub.api import idempotency
from greenroom.hub.api.models import IdempotentAnswer
from greenroom.hub.events.models import Event, EventAct


@pytest.fixture
def body(world, connection) -> dict:
    start = world.now + timedelta(days=1)
    times = [{"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}]
    return {"product": "training", "title": "First aid", "times": times}


def test_a_call_repeated_after_a_crash_makes_no_second_event(call, body):
    key = {"idempotency-key": "order 7"}
    first = call("POST", "/events", body, **key)
    assert 200 == first.status_code
    IdempotentAnswer.objects.all().delete()  # as when the process dies before it keeps the answer
    assert json.loads(first.content) == json.loads(call("POST", "/events", body, **key).content)
    assert (1, 1) == (Event.objects.count(), EventAct.objects.count())


def test_without_a_key_each_call_is_an_act_of_its_own(call, body):
    meeting = body | {"product": "meeting"}  # of which there may be two at a time
    assert [200, 200] == [call("POST", "/events", meeting).status_code for _ in range(2)]
    assert 2 == Event.objects.count()


def test_a_moment_without_a_zone_is_refused_where_it_stands(call, body):
    body["times"][0]["starts_at"] = "2026-03-04T09:00:00"
    answer = call("POST", "/events", body)
    assert 422 == answer.status_code
    assert ["/times/0/starts_at"] == [one["pointer"] for one in json.loads(answer.content)["errors"]]


@pytest.mark.parametrize(("query", "status"), [("2026-03-04T09:00:00Z", 200), ("2026-03-04", 422), ("", 422)])
def test_spans_of_time_are_read_from_the_address(call, connection, query, status):
    assert status == call("GET", f"/events?starts_after={query}").status_code


_LENA = {"email": "lena@example.com", "givenName": "Lena", "surname": "Lind"}


@pytest.fixture
def add_lena(world, pull, call):
    """Add Lena to a training, always with one key; GoTo has been asked nothing since."""
    training = pull(world.schedule_training(), "training")
    world.count_calls()
    path = f"/trainings/{training.event_key}/registrants"
    return lambda _=None: call("POST", path, _LENA, **{"idempotency-key": "flow 7, run 1"})


def expect_one_answer(answers, world) -> None:
    """Check that GoTo was asked once, and that everybody was told the same."""
    assert ["registerForTraining"] == world.list_calls()
    assert 1 == len({(answer.status_code, answer.content) for answer in answers})
    assert ("APPROVED", 200) == (json.loads(answers[0].content)["status"], answers[0].status_code)
    assert len(answers) - 1 == sum("Idempotency-Replayed" in answer for answer in answers)


def test_fifty_calls_with_one_key_add_one_registrant(add_lena, world):
    expect_one_answer([add_lena() for _ in range(50)], world)


@pytest.mark.postgresql
def test_fifty_calls_at_once_with_one_key_add_one_registrant(postgresql, add_lena, world, monkeypatch):
    monkeypatch.setattr(idempotency, "_PATIENCE", 60.0)  # fifty threads share one processor
    expect_one_answer(do_together(add_lena, range(50)), world)
