"""When a failed call is sent again."""

from __future__ import annotations

import httpx2
import pytest
from tests.goto.fakes import FakeGoTo, answer

from greenroom.goto import (
    BadRequestError,
    ConflictError,
    RateLimitError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    Stop,
    TransportError,
    Wait,
    training,
    webinar,
)
from greenroom.goto.errors import GotoError, UnexpectedResponseError

LOST = TransportError()
REFUSED = TransportError(request_sent=False)


@pytest.mark.parametrize(
    ("expected", "error", "attempt", "retryable"),
    [
        (Wait(0.5), ServerError(503), 1, True),
        (Wait(1.0), ServerError(503), 2, True),
        (Wait(2.0), ServerError(500), 3, True),
        (Stop(), ServerError(503), 4, True),
        (Stop(), ServerError(503), 1, False),
        (Wait(0.5), LOST, 1, True),
        (Stop(), LOST, 1, False),
        (Wait(0.5), REFUSED, 1, False),
        (Wait(0.5), RequestTimeoutError(), 1, True),
        (Stop(), RequestTimeoutError(), 1, False),
        (Wait(0.5), RateLimitError(429), 1, False),
        (Wait(7.0), RateLimitError(429, retry_after=7.0), 1, False),
        (Wait(0.0), RateLimitError(429, retry_after=0.0), 1, True),
        (Wait(60.0), RateLimitError(429, retry_after=60.0), 1, True),
        (Stop(), RateLimitError(429, retry_after=61.0), 1, True),
        (Wait(9.0), ServerError(503, retry_after=9.0), 1, True),
        (Stop(), ServerError(503, retry_after=9.0), 1, False),
        (Stop(), BadRequestError(400), 1, True),
        (Stop(), ConflictError(409), 1, True),
        (Stop(), UnexpectedResponseError("webinar", "get_webinar"), 1, True),
    ],
)
def test_decisions(expected: Wait | Stop, error: GotoError, attempt: int, retryable: bool) -> None:
    assert expected == RetryPolicy().decide(error, attempt, retryable=retryable, random=lambda: 0.5)


def test_random_waits_grow_to_the_cap_only() -> None:
    policy = RetryPolicy(attempts=50, cap=30.0)
    waits = [policy.decide(LOST, n, retryable=True, random=lambda: 1.0) for n in range(1, 50)]

    assert waits[:6] == [Wait(1.0), Wait(2.0), Wait(4.0), Wait(8.0), Wait(16.0), Wait(30.0)]
    assert set(waits[6:]) == {Wait(30.0)}


def test_jitter_can_be_no_wait_at_all() -> None:
    assert Wait(0.0) == RetryPolicy().decide(LOST, 1, retryable=True, random=lambda: 0.0)


def test_a_get_is_repeated_until_it_succeeds(connect) -> None:
    fake = FakeGoTo(answer(503), httpx2.ReadError("gone"), answer(429), answer(200, []))

    assert connect(fake).send(training.get_all_trainings("1")) == []
    assert fake.waits == [0.5, 1.0, 2.0]


def test_the_last_error_is_given_when_attempts_are_used_up(connect) -> None:
    fake = FakeGoTo(answer(503))

    with pytest.raises(ServerError) as caught:
        connect(fake).send(training.get_all_trainings("1"))
    assert caught.value.status == 503
    assert len(fake.requests) == 4


@pytest.mark.parametrize("error", [httpx2.ReadError("x"), httpx2.ReadTimeout("x"), httpx2.RemoteProtocolError("x")])
def test_a_creating_post_is_not_repeated_after_a_lost_connection(connect, error: Exception) -> None:
    fake = FakeGoTo(error)

    with pytest.raises(TransportError):
        connect(fake).send(webinar.create_webinar("1", webinar.WebinarReqCreate(subject="S")))
    assert len(fake.requests) == 1


def test_a_creating_post_is_repeated_when_no_connection_was_made(connect) -> None:
    fake = FakeGoTo(httpx2.ConnectError("x"), answer(201, {"webinarKey": "5"}))

    created = connect(fake).send(webinar.create_webinar("1", webinar.WebinarReqCreate(subject="S")))

    assert created.webinar_key == "5"
    assert len(fake.requests) == 2


def test_a_creating_post_is_repeated_after_a_429_only(connect) -> None:
    fake = FakeGoTo(answer(429, Retry_After="3"), answer(500))

    with pytest.raises(ServerError):
        connect(fake).send(webinar.create_webinar("1", webinar.WebinarReqCreate(subject="S")))
    assert fake.waits == [3.0]
    assert len(fake.requests) == 2


def test_a_copying_put_is_not_repeated(connect) -> None:
    """It is a PUT by name only: each one makes another webinar."""
    fake = FakeGoTo(httpx2.ReadError("x"))

    with pytest.raises(TransportError):
        connect(fake).send(webinar.copy_webinar("1", webinar.CopyWebinar()))
    assert len(fake.requests) == 1


def test_a_registration_is_repeated_and_the_duplicate_is_its_answer(connect) -> None:
    duplicate = {"errorCode": "DuplicateRegistrant", "registrantKey": 12}
    fake = FakeGoTo(httpx2.ReadError("answer lost"), answer(409, duplicate))
    person = training.RegistrantReqCreate(email="lena@example.com", given_name="Lena", surname="L")

    registered = connect(fake).send(training.register_for_training("1", "2", person))

    assert (registered.registrant_key, registered.already_registered) == ("12", True)


def test_retry_after_above_the_cap_gives_the_error_at_once(connect) -> None:
    fake = FakeGoTo(answer(429, Retry_After="3600"))

    with pytest.raises(RateLimitError) as caught:
        connect(fake).send(training.get_all_trainings("1"))
    assert caught.value.retry_after == 3600
    assert fake.waits == []
    assert len(fake.requests) == 1
