"""Signatures that receivers check with programs that are not ours."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from svix.webhooks import Webhook as SvixWebhook
from svix.webhooks import WebhookVerificationError as SvixError

from greenroom.hub.automation.hooks.signing import is_secret, make_secret, sign

BODY = b'{"type":"registrant.added","data":{"name":"J\xc3\xbcrgen"}}'


def _by_standard_webhooks(secret: str, body: bytes, headers: dict[str, str]) -> None:
    standardwebhooks.Webhook(secret).verify(body, headers)


def _by_svix(secret: str, body: bytes, headers: dict[str, str]) -> None:
    SvixWebhook(secret).verify(body, headers)


VERIFIERS = pytest.mark.parametrize(
    ("verify", "refusal"),
    [(_by_standard_webhooks, standardwebhooks.WebhookVerificationError), (_by_svix, SvixError)],
    ids=["standardwebhooks", "svix"],
)


def _signed(*secrets: str, age: timedelta = timedelta()) -> dict[str, str]:
    timestamp = int((datetime.now(UTC) - age).timestamp())
    return sign(BODY, secrets=secrets, message_id="evt_1", timestamp=timestamp)


def test_known_vector_of_the_libraries() -> None:
    headers = sign(
        b'{"test": 2432232314}',
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
    )
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == headers["webhook-signature"]


@VERIFIERS
def test_foreign_verifier_accepts_ours(verify, refusal) -> None:
    secret = make_secret()
    verify(secret, BODY, _signed(secret))


@VERIFIERS
@pytest.mark.parametrize("what", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_foreign_verifier_refuses_what_was_changed(verify, refusal, what) -> None:
    secret = make_secret()
    headers, body = _signed(secret), BODY
    if what == "body":
        body = BODY.replace(b"added", b"moved")
    elif what == "webhook-id":
        headers[what] = "evt_2"
    elif what == "webhook-timestamp":
        headers[what] = str(int(headers[what]) + 1)
    else:
        headers[what] = sign(BODY, secrets=[make_secret()], message_id="evt_1", timestamp=1)[what]
    with pytest.raises(refusal):
        verify(secret, body, headers)


@VERIFIERS
def test_foreign_verifier_refuses_what_is_old(verify, refusal) -> None:
    secret = make_secret()
    with pytest.raises(refusal):
        verify(secret, BODY, _signed(secret, age=timedelta(seconds=301)))


@VERIFIERS
def test_both_secrets_verify_while_one_follows_the_other(verify, refusal) -> None:
    old, new = make_secret(), make_secret()
    headers = _signed(new, old)
    verify(old, BODY, headers)
    verify(new, BODY, headers)


def test_secret_has_32_bytes_that_differ_each_time() -> None:
    assert 32 == len(base64.b64decode(make_secret().removeprefix("whsec_")))
    assert make_secret() != make_secret()


@pytest.mark.parametrize(
    ("secret", "is_one"),
    [
        ("whsec_" + base64.b64encode(bytes(64)).decode(), True),
        ("whsec_" + base64.b64encode(bytes(24)).decode(), True),
        ("whsec_" + base64.b64encode(bytes(23)).decode(), False),
        ("whsec_" + base64.b64encode(bytes(65)).decode(), False),
        (base64.b64encode(bytes(32)).decode(), False),
        ("whsec_not base64", False),
        ("whsec_ä", False),
        ("", False),
    ],
)
def test_secret_of_a_receiver_is_checked(secret, is_one) -> None:
    assert is_one is is_secret(secret)
