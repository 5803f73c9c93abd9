"""Every call is answered by what it asked for or by a problem document that says what to do."""

import json
from dataclasses import replace

import msgspec
import pytest
from django.test import Client

from greenroom.hub.api import dispatch, limits
from greenroom.hub.api.reading import read_input
from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.registry import get_operation
from greenroom.hub.users.api_keys import create_key, revoke_key


@pytest.fixture
def training(world, pull):
    return pull(world.schedule_training(), "training")


def problem(answer) -> dict:
    assert "application/problem+json" == answer["Content-Type"]
    document = json.loads(answer.content)
    assert answer.status_code == document["status"]
    assert document["detail"] == document["message"]
    assert answer["X-Request-Id"] == document["request_id"]
    return document


def test_an_operation_answers_with_its_output(call, training):
    answer = call("GET", f"/trainings/{training.event_key}")
    assert 200 == answer.status_code
    assert training.event_key == json.loads(answer.content)["trainingKey"]


def test_nine_digits_name_a_training_as_well(call, training):
    number = training.event_number
    for named in (number, f"{number[:3]}-{number[3:6]}-{number[6:]}"):
        assert training.event_key == json.loads(call("GET", f"/trainings/{named}").content)["trainingKey"]


def test_moments_may_have_offsets_that_no_place_has(call, training):
    for offset in ("+17:50", "-23:59", "Z"):
        answer = call("GET", f"/events?when=upcoming&starts_after=1913-05-18T20:46:40{offset}".replace("+", "%2B"))
        assert [training.event_key] == [one["event_key"] for one in json.loads(answer.content)]


def test_a_moment_outside_the_calendar_is_named(call, training):
    document = problem(call("GET", "/events?starts_after=0001-01-01T00:00:00%2B17:50"))
    assert (422, ["/starts_after"]) == (document["status"], [one["pointer"] for one in document["errors"]])


def test_what_is_not_there_is_a_problem(call, training):
    assert "unknown_object" == problem(call("GET", "/trainings/1"))["code"]


@pytest.mark.parametrize("path", ["/nothing", "/", "/trainings/1/2/3/4"])
def test_an_unknown_address_is_a_problem_too(call, path):
    answer = call("GET", path)
    assert (404, "application/problem+json") == (answer.status_code, answer["Content-Type"])


def test_another_method_is_refused_by_name(call, training):
    answer = call("PUT", f"/trainings/{training.event_key}", {})
    assert 405 == answer.status_code
    assert "GET" in answer["Allow"]
    problem(answer)


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer"}, {"authorization": "Basic grk_x"}, {"authorization": "Bearer x"}]
)
def test_without_a_key_nothing_is_told(headers, training):
    answer = Client().get(f"/api/v1/trainings/{training.event_key}", headers=headers)
    assert 401 == answer.status_code
    assert answer["WWW-Authenticate"].startswith("Bearer")
    problem(answer)


def test_a_key_may_come_in_the_other_header(key, training):
    assert 200 == Client().get(f"/api/v1/trainings/{training.event_key}", headers={"x-api-key": key}).status_code


def test_a_session_is_no_key(browser, ada, training):
    assert 401 == browser(ada).get(f"/api/v1/trainings/{training.event_key}").status_code


def test_a_key_ends_when_it_expires_is_revoked_or_its_maker_goes(call, ada, world, training):
    path = f"/trainings/{training.event_key}"
    expiring = create_key(
        user=ada, name="A", verbs=[Verb.READ], connection_ids=None, expires_at=world.clock.now().replace(hour=23)
    )[1]
    row, revoked = create_key(user=ada, name="B", verbs=[Verb.READ], connection_ids=None)
    assert 200 == call("GET", path, key=expiring).status_code == call("GET", path, key=revoked).status_code
    revoke_key(key_id=row.pk, actor=ada)
    assert 401 == call("GET", path, key=revoked).status_code
    world.advance(days=1)
    assert 401 == call("GET", path, key=expiring).status_code
    ada.is_active = False
    ada.save()
    assert 401 == call("GET", path).status_code


def test_a_key_loses_with_its_maker_what_the_maker_loses(call, ada, training):
    ada.is_site_admin = False
    ada.save()
    assert 401 == call("GET", f"/trainings/{training.event_key}").status_code


def test_a_key_touches_only_its_accounts(call, ada, training):
    other = create_key(user=ada, name="A", verbs=[Verb.READ], connection_ids=[training.connection_id + 1])[1]
    assert 404 == call("GET", f"/trainings/{training.event_key}", key=other).status_code


def test_a_key_does_only_what_it_was_made_for(call, ada, training):
    hooks = create_key(user=ada, name="A", verbs=[Verb.HOOKS], connection_ids=None)[1]
    document = problem(call("GET", f"/trainings/{training.event_key}", key=hooks))
    assert (403, "access_denied") == (document["status"], document["code"])


def test_the_hundred_and_first_call_waits_as_told(call, training, world):
    path = f"/trainings/{training.event_key}"
    for made in range(1, 101):
        answer = call("GET", path)
        assert 200 == answer.status_code
        assert f'"connection";r={100 - made};t=60' == answer["RateLimit"]
    refused = call("GET", path)
    assert '"connection";q=100;w=60' == refused["RateLimit-Policy"]
    assert ["connection"] == problem(refused)["violated-policies"]
    world.advance(seconds=int(refused["Retry-After"]))
    assert 200 == call("GET", path).status_code


def test_one_keys_calls_do_not_count_for_another(call, ada, training, monkeypatch):
    monkeypatch.setattr(dispatch, "CALLS", limits.Limit("connection", 1, 60))
    other = create_key(user=ada, name="A", verbs=[Verb.READ], connection_ids=None)[1]
    path = f"/trainings/{training.event_key}"
    assert [200, 429, 200] == [
        call("GET", path).status_code,
        call("GET", path).status_code,
        call("GET", path, key=other).status_code,
    ]


def test_an_unknown_member_of_the_query_is_named(call, training):
    document = problem(call("GET", f"/trainings/{training.event_key}?colour=red"))
    assert 422 == document["status"]
    assert [{"pointer": "/colour", "detail": "There is no such member here."}] == document["errors"]


def test_our_own_errors_leak_nothing(call, training, monkeypatch):
    def fail(*args):
        raise RuntimeError("lena@example.com")

    monkeypatch.setattr(dispatch, "_call", fail)
    answer = call("GET", f"/trainings/{training.event_key}")
    assert 500 == answer.status_code
    assert b"lena" not in answer.content
    problem(answer)


class Inner(msgspec.Struct, kw_only=True):
    day: str


class Input(msgspec.Struct, kw_only=True):
    key: str
    email: str
    count: int = 1
    days: list[Inner] = []


@pytest.fixture
def read(rf):
    """Read a body as the input of an operation with a member in its path."""
    posting = replace(get_operation("GetTraining"), method="POST", path="/things/{key}", input=Input)

    def read_body(raw: bytes, kind: str = "application/json"):
        request = rf.post("/", raw, content_type=kind)
        return read_input(request, posting, {"key": "7"})

    return read_body


def test_everything_wrong_is_named_at_once(read):
    with pytest.raises(dispatch.HubError) as caught:
        read(b'{"count": "x", "days": [{"day": "a"}, {}], "colour": 1}')
    assert {"/email", "/count", "/days/1/day", "/colour"} == set(caught.value.errors)


def test_a_member_of_the_path_may_not_be_in_the_body(read):
    with pytest.raises(dispatch.HubError) as caught:
        read(b'{"key": "8", "email": "a"}')
    assert {"/key"} == set(caught.value.errors)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"7", 400),
        (b'{"email": "a", "email": "b"}', 400),
        (b'{"count": NaN}', 400),
        (b'{"email": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"email": "' + b"x" * 1_000_001 + b'"}', 413),
        (b'{"email": "a\\u0000b"}', 422),
        (b'{"email": "\\ud800"}', 422),
        (b"", 422),
    ],
)
def test_bodies_of_every_wrong_shape_are_refused(read, raw, status):
    with pytest.raises(dispatch.HubError) as caught:
        read(raw)
    assert status == caught.value.status


def test_a_form_is_no_json(read):
    with pytest.raises(dispatch.HubError) as caught:
        read(b"email=a", "application/x-www-form-urlencoded")
    assert 415 == caught.value.status
