"""What goes over the wire, whichever driver sends it."""

from __future__ import annotations

import zlib

import httpx2
import pytest
from tests.goto.fakes import FakeGoTo, answer

from greenroom.goto import (
    AsyncGoTo,
    GoTo,
    RequestTimeoutError,
    RetryPolicy,
    Timeouts,
    TransportError,
    UnexpectedResponseError,
    training,
    webinar,
)
from greenroom.goto import _runners as runners

ONCE = RetryPolicy(attempts=1)
TRAININGS = training.get_all_trainings("1")


def test_a_call_carries_token_and_agent_and_goes_to_gotos_host(connect) -> None:
    fake = FakeGoTo(answer(200, []))

    connect(fake).send(TRAININGS)

    request = fake.requests[0]
    assert str(request.url) == "https://api.getgo.com/G2T/rest/organizers/1/trainings"
    assert request.headers["authorization"] == "Bearer a-token"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("greenroom/")


def test_base_url_points_it_elsewhere(connect) -> None:
    fake = FakeGoTo(answer(200, []))

    connect(fake, base_url="http://127.0.0.1:8001/").send(TRAININGS)

    assert str(fake.requests[0].url) == "http://127.0.0.1:8001/G2T/rest/organizers/1/trainings"


def test_fetch_gives_status_headers_and_the_bytes_as_they_came(connect) -> None:
    body = b'[ {"trainingKey": 1 } ]'
    fetched = connect(FakeGoTo(answer(200, body, x_amzn_RequestId="r"))).fetch(TRAININGS)

    assert (fetched.status, fetched.headers["x-amzn-requestid"], fetched.content) == (200, "r", body)
    assert fetched.value[0].training_key == "1"
    assert fetched.value is fetched.value


def test_fetch_does_not_decode_before_it_is_asked(connect) -> None:
    fetched = connect(FakeGoTo(answer(200, b"<html>"))).fetch(TRAININGS)

    assert fetched.content == b"<html>"
    with pytest.raises(UnexpectedResponseError):
        _ = fetched.value


def test_compressed_answers_are_read(connect) -> None:
    packed = zlib.compress(b'[{"trainingKey": 7}]')
    fake = FakeGoTo(lambda request: httpx2.Response(200, content=packed, headers={"content-encoding": "deflate"}))

    assert connect(fake).send(TRAININGS)[0].training_key == "7"


@pytest.mark.parametrize(
    ("expected", "raised"),
    [
        (RequestTimeoutError, httpx2.ReadTimeout("https://secret.example/")),
        (RequestTimeoutError, httpx2.ConnectTimeout("https://secret.example/")),
        (TransportError, httpx2.ConnectError("https://secret.example/")),
        (TransportError, httpx2.ReadError("https://secret.example/")),
        (TransportError, httpx2.RemoteProtocolError("https://secret.example/")),
        (TransportError, httpx2.DecodingError("https://secret.example/")),
    ],
)
def test_what_fails_on_the_way_is_a_transport_error_without_addresses(
    connect, expected: type[TransportError], raised: Exception
) -> None:
    with pytest.raises(TransportError) as caught:
        connect(FakeGoTo(raised), retry=ONCE).send(TRAININGS)
    assert type(caught.value) is expected
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_redirect_is_a_value_and_not_followed(connect) -> None:
    """The token must not go to the host the recording is on."""
    fake = FakeGoTo(answer(302, Location="https://files.example/rec.mp4?sig=abc"))

    redirect = connect(fake).send(training.get_recording_download_by_id("2", "3"))

    assert redirect.location == "https://files.example/rec.mp4?sig=abc"
    assert "sig" not in repr(redirect)
    assert len(fake.requests) == 1


def test_a_redirect_without_an_address_is_unexpected(connect) -> None:
    with pytest.raises(UnexpectedResponseError):
        connect(FakeGoTo(answer(302))).send(training.get_recording_download_by_id("2", "3"))


def test_a_redirect_of_any_other_call_is_an_error_and_not_followed(connect) -> None:
    fake = FakeGoTo(answer(302, Location="https://elsewhere.example/"))

    with pytest.raises(Exception, match="302"):
        connect(fake).send(TRAININGS)
    assert len(fake.requests) == 1


def test_an_answer_that_takes_too_long_in_all_is_given_up(connect) -> None:
    with pytest.raises(RequestTimeoutError):
        connect(FakeGoTo(answer(200, [])), timeout=Timeouts(total=-1.0), retry=ONCE).send(TRAININGS)


def test_an_answer_without_end_is_given_up(connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "ANSWER_BYTES_MAX", 100)

    with pytest.raises(TransportError, match="too large"):
        connect(FakeGoTo(answer(200, b" " * 101)), retry=ONCE).send(TRAININGS)


@pytest.mark.parametrize("kind", [GoTo, AsyncGoTo])
def test_certificates_are_verified_and_waits_have_ends(kind: type) -> None:
    client = kind("a-token")._runner._client
    context = client._transport._pool._ssl_context

    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context.check_hostname
    assert client.timeout.as_dict() == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}
    assert client.follow_redirects is False


@pytest.mark.parametrize("key", ["", " ", ".", "..", "a\nb"])
def test_keys_that_would_change_the_path_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="trainingKey"):
        training.get_training("1", key)


def test_keys_are_escaped_in_paths(connect) -> None:
    fake = FakeGoTo(answer(404))

    with pytest.raises(Exception, match="404"):
        connect(fake).send(webinar.get_webhook("../me?x=1#y"))
    assert fake.requests[0].url.raw_path == b"/G2W/rest/v2/webhooks/..%2Fme%3Fx%3D1%23y"


def test_operations_show_no_bodies_and_no_headers() -> None:
    person = training.RegistrantReqCreate(email="lena@example.com", given_name="Lena", surname="L")

    assert "lena" not in repr(training.register_for_training("1", "2", person)).lower()


def test_answers_show_no_bodies(connect) -> None:
    fetched = connect(FakeGoTo(answer(200, [{"trainingKey": 1, "name": "Secret plans"}]))).fetch(TRAININGS)

    assert repr(fetched) == "<Answer 200 to training.get_all_trainings>"
