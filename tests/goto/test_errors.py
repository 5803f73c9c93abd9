"""What the client raises, and what it never tells."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from tests.goto.fakes import INVALID_TOKEN, NOW, FakeGoTo, answer

from greenroom.goto import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    GotoError,
    PermissionDeniedError,
    RateLimitError,
    ReconnectRequiredError,
    RequestTimeoutError,
    ResourceNotFoundError,
    RetryPolicy,
    ServerError,
    TransportError,
    UnexpectedResponseError,
    errors,
    training,
)
from greenroom.goto.errors import clean_sentence, retry_after_seconds

ONCE = RetryPolicy(attempts=1)
CALL = training.get_training("1", "2")


@pytest.mark.parametrize(
    ("expected", "status", "goto_code", "message", "body"),
    [
        (BadRequestError, 400, "InvalidRequest", "Bad key", {"errorCode": "InvalidRequest", "description": "Bad key."}),
        (AuthenticationError, 403, "InvalidToken", "Invalid token passed", INVALID_TOKEN),
        (AuthenticationError, 401, None, "", b""),
        (PermissionDeniedError, 403, "AccessDenied", "", {"errorCode": "AccessDenied"}),
        (PermissionDeniedError, 403, None, "", b"<html><body>Forbidden</body></html>"),
        (ResourceNotFoundError, 404, "NOT_FOUND", "no route", {"errorCode": "NOT_FOUND", "message": "no route"}),
        (ResourceNotFoundError, 404, "NoSuch", "d", {"errorCode": "NoSuch", "description": "d", "incident": 2**60}),
        (ConflictError, 409, "TrainingOver", "", {"errorCode": "TrainingOver"}),
        (RateLimitError, 429, "TooManyRequests", "", {"errorCode": "TooManyRequests"}),
        (RateLimitError, 429, None, "", b""),
        (ServerError, 500, None, "", b"<html>"),
        (ServerError, 502, None, "", b""),
        (ServerError, 503, None, "", [1, 2]),
        (ServerError, 504, None, "", b"\xff\xfe"),
        (ApiError, 405, None, "", {"errorCode": ["odd"], "description": {"odd": 1}}),
        (ApiError, 301, None, "", b""),
    ],
)  # fmt: skip
def test_every_shape_of_error_becomes_its_class(
    connect, expected: type[ApiError], status: int, goto_code: str | None, message: str, body: object
) -> None:
    fake = FakeGoTo(answer(status, body, x_amzn_RequestId="6f0c-1"))

    with pytest.raises(ApiError) as caught:
        connect(fake, retry=ONCE).send(CALL)
    error = caught.value
    assert type(error) is expected
    assert (error.status, error.goto_code, error.message, error.request_id) == (status, goto_code, message, "6f0c-1")
    assert (error.product, error.operation) == ("training", "get_training")


def test_codes_are_stable_and_different() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, GotoError)]

    assert len({kind.code for kind in kinds}) == len(kinds)
    assert {k.code for k in kinds if k.retryable} == {"transport", "timeout", "rate_limit", "daily_budget", "server"}


def test_prose_loses_addresses_links_and_tokens() -> None:
    said = (
        "Registrant lena.l+x@example.com of https://global.gotowebinar.com/join/41/987 with token "
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl on webinar 4104950342217711886\nis known."
    )

    cleaned = clean_sentence(said)

    assert cleaned == "Registrant *** of *** with token *** on webinar 4104950342217711886 is known"


def test_prose_is_short() -> None:
    assert len(clean_sentence("word " * 500)) <= 200


def test_an_error_word_that_is_prose_is_not_repeated(connect) -> None:
    fake = FakeGoTo(answer(400, {"errorCode": "lena@example.com was here"}))

    with pytest.raises(BadRequestError) as caught:
        connect(fake).send(CALL)
    assert caught.value.goto_code is None
    assert "lena" not in repr(caught.value)


def test_a_conflict_tells_the_registrant_that_exists(connect) -> None:
    body = {"errorCode": "X", "registrantKey": 5573265432109876543, "joinUrl": "https://x.example/join/1/2"}

    with pytest.raises(ConflictError) as caught:
        connect(FakeGoTo(answer(409, body))).send(CALL)
    assert caught.value.registrant_key == "5573265432109876543"
    assert "join" not in repr(vars(caught.value))


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        (5.0, "5"),
        (0.5, "0.5"),
        (0.0, "0"),
        (90.0, "Tue, 01 Sep 2026 12:01:30 GMT"),
        (90.0, "Tue, 01 Sep 2026 12:01:30 -0000"),
        (0.0, "Tue, 01 Sep 2020 12:00:00 GMT"),
        (None, ""),
        (None, "-5"),
        (None, "soon"),
        (None, "9" * 40),
        (None, "nan"),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(expected: float | None, value: str) -> None:
    assert retry_after_seconds({"retry-after": value}, lambda: NOW) == expected


def test_no_retry_after_is_none() -> None:
    assert retry_after_seconds({}, lambda: datetime.now(UTC)) is None


@pytest.mark.parametrize(
    "error",
    [
        RateLimitError(429, product="webinar", operation="get_webinar", goto_code="X", message="m", retry_after=3.0),
        ReconnectRequiredError(400, product="oauth", operation="refresh"),
        UnexpectedResponseError("webinar", "get_webinar", "$[0].email"),
        errors.AuthorizationRefusedError("access_denied"),
        TransportError(),
        RequestTimeoutError(),
        errors.WebhookSignatureError("The delivery is not signed."),
    ],
)
def test_errors_survive_pickling(error: GotoError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
