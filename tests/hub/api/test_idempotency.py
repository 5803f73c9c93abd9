"""A call that carries an Idempotency-Key is carried out once, however often it comes."""

import json
from datetime import timedelta

import msgspec
import pytest
from django.http import HttpResponse
from django.urls import path
from tests.hub.races import do_together

from greenroom.hub.api import idempotency
from greenroom.hub.api.dispatch import endpoint
from greenroom.hub.api.idempotency import purge_answers
from greenroom.hub.api.models import IdempotentAnswer
from greenroom.hub.api.tasks import purge_old_answers
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.registry import Operation, Reply
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, TemporarilyUnavailableError
from greenroom.hub.users.api_keys import create_key

# What was done, in order; and what goes wrong when it is asked for by name.
_done: list[str] = []
_TROUBLES = {
    "final": StateConflictError("It is over."),
    "input": InvalidInputError("No.", {"what": "No."}),
    "later": TemporarilyUnavailableError("GoTo does not answer.", retry_after=7),
    "bug": RuntimeError("lena@example.com"),
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    what: str


def _do(caller: Caller, wanted: Wish) -> Reply[list[str]]:
    _done.append(wanted.what)
    if wanted.what in _TROUBLES:
        raise _TROUBLES[wanted.what]
    return Reply(body=[wanted.what, str(len(_done))], headers={"Location": f"/things/{wanted.what}"})


def _operation(operation_id: str) -> Operation:
    return Operation(
        operation_id=operation_id,
        method="POST",
        path="/things",
        summary="",
        description="",
        verb=Verb.READ,
        input=Wish,
        output=list[str],
        function=_do,
        status=201,
    )


urlpatterns = [
    path("api/v1/things", endpoint({"POST": _operation("DoThing")})),
    path("api/v1/others", endpoint({"POST": _operation("DoOther")})),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def done(monkeypatch):
    _done.clear()
    # Nobody comes while another is at it, but where a test says so.
    monkeypatch.setattr(idempotency, "_PATIENCE", 0.0)
    return _done


@pytest.fixture
def ask(call):
    """Ask for something with an Idempotency-Key."""
    return lambda what="a", key="1", path="/things": call("POST", path, {"what": what}, **{"idempotency-key": key})


def code_of(answer) -> str:
    return json.loads(answer.content)["code"]


def test_the_second_call_is_answered_like_the_first(ask, done):
    first, second = ask(), ask()
    assert ["a"] == done
    assert 201 == first.status_code == second.status_code
    assert first.content == second.content
    assert "/things/a" == first["Location"] == second["Location"]
    assert first["Content-Type"] == second["Content-Type"]
    assert "true" == second["Idempotency-Replayed"]
    assert "Idempotency-Replayed" not in first


def test_other_keys_operations_and_owners_are_other_calls(call, ask, done, ada):
    other = create_key(user=ada, name="B", verbs=[Verb.READ], connection_ids=None)[1]
    ask()
    ask(key="2")
    ask(path="/others")
    call("POST", "/things", {"what": "a"}, key=other, **{"idempotency-key": "1"})
    assert 4 == len(done)


def test_without_a_key_each_call_counts(call, done):
    call("POST", "/things", {"what": "a"})
    call("POST", "/things", {"what": "a"})
    assert ["a", "a"] == done


def test_a_key_is_not_for_another_wish(ask, done):
    ask()
    refused = ask("b")
    assert (422, "idempotency_key_reused") == (refused.status_code, code_of(refused))
    assert ["a"] == done


def test_the_same_wish_in_other_words_is_the_same(call, ask, done):
    ask()
    again = call("POST", "/things", raw=b'{ "what" :"\\u0061"}', **{"idempotency-key": "1"})
    assert 201 == again.status_code
    assert ["a"] == done


@pytest.mark.parametrize("what", ["final", "input"])
def test_a_refusal_that_is_final_is_kept(ask, done, what):
    first, second = ask(what), ask(what)
    assert [what] == done
    assert first.status_code == second.status_code
    assert first.content == second.content
    assert "application/problem+json" == second["Content-Type"]


@pytest.mark.parametrize(("what", "status"), [("later", 503), ("bug", 500)])
def test_what_may_go_better_is_tried_again(ask, done, what, status):
    assert [status, status] == [ask(what).status_code, ask(what).status_code]
    assert [what, what] == done
    assert not IdempotentAnswer.objects.exists()


def test_a_wish_that_is_no_wish_uses_up_no_key(call, ask, done):
    assert 422 == call("POST", "/things", {}, **{"idempotency-key": "1"}).status_code
    assert 201 == ask().status_code


@pytest.mark.parametrize("text", ["", "x" * 256, "a\tb", "\x7f"])
def test_a_key_that_is_none_is_refused(ask, done, text):
    answer = ask(key=text)
    assert (400, "invalid_idempotency_key") == (answer.status_code, code_of(answer))
    assert [] == done


def test_answers_are_kept_for_a_day(ask, done, world):
    ask()
    world.advance(hours=23, minutes=59)
    ask()
    assert ["a"] == done
    world.advance(minutes=2)
    assert 201 == ask("b").status_code
    assert ["a", "b"] == done
    world.advance(days=1, minutes=1)
    assert 1 == purge_answers()


def test_answers_are_forgotten_by_schedule(ask, done, world):
    ask()
    world.advance(days=1, minutes=1)
    purge_old_answers.call()
    assert not IdempotentAnswer.objects.exists()


def test_no_secret_of_an_answer_lies_open(ask, done):
    ask("whsec_secret")
    row = IdempotentAnswer.objects.values().get()
    assert "whsec_secret" not in str(row)


@pytest.fixture
def begun(ask, done):
    """A call whose process has not said how it went."""
    ask()
    IdempotentAnswer.objects.update(status=None, held_until=clock.now() + timedelta(seconds=60))
    return IdempotentAnswer.objects.get()


def test_while_the_first_call_runs_the_second_is_told_when_to_come(begun, ask, done):
    answer = ask()
    assert (409, "in_progress", "2") == (answer.status_code, code_of(answer), answer["Retry-After"])
    assert ["a"] == done


def test_a_call_whose_process_died_is_taken_over(begun, ask, done, world):
    world.advance(seconds=61)
    assert 201 == ask().status_code
    assert ["a", "a"] == done
    ask()
    assert ["a", "a"] == done


def test_who_was_taken_for_dead_does_not_write_over_the_answer(begun, ask, done, world):
    world.advance(seconds=61)
    taken_over = ask().content
    idempotency._carry_out(begun, lambda: HttpResponse("late"))
    assert taken_over == ask().content


@pytest.mark.postgresql
def test_fifty_at_once_are_carried_out_once(postgresql, ask, done, monkeypatch):
    monkeypatch.setattr(idempotency, "_PATIENCE", 20.0)
    answers = do_together(lambda _: ask(), range(50))
    assert ["a"] == done
    assert {(201, b'["a","1"]')} == {(answer.status_code, answer.content) for answer in answers}
    assert 49 == sum("Idempotency-Replayed" in answer for answer in answers)
