"""Deliveries that are provably GoTo's, and what they say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.goto.fakes import NOW, later

from greenroom.goto import UnexpectedResponseError, WebhookSignatureError, webhooks

BODY = b'{"eventName":"registrant.added"}'
STAMP = "2026-09-01T12:00:00Z"


def signed(body: bytes, stamp: str, secret: str) -> str:
    """Sign as GoTo is known to do it, written apart from the client."""
    return base64.b64encode(hmac.digest(secret.encode(), f"{stamp}:".encode() + body, hashlib.sha256)).decode()


def check(body: bytes = BODY, stamp: str = STAMP, now: datetime = NOW, **changes: object) -> None:
    arguments = {"signature": signed(BODY, stamp, "one"), "timestamp": stamp, "secrets": ["one"]} | changes
    webhooks.verify(body, now=now, **arguments)  # type: ignore[arg-type]


def test_a_genuine_delivery_is_accepted() -> None:
    check()
    assert webhooks.sign(BODY, timestamp=STAMP, secret="one") == signed(BODY, STAMP, "one")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": BODY + b" "},
        {"signature": ""},
        {"timestamp": ""},
        {"signature": "AAAA"},
        {"signature": "é"},
        {"timestamp": "2026-09-01T12:00:01Z"},
        {"secrets": ["two"]},
        {"secrets": []},
        {"secrets": [""], "signature": signed(BODY, STAMP, "")},
    ],
)
def test_anything_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(WebhookSignatureError):
        check(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("secrets", [["two", "one"], ["one", "two"]])
def test_while_a_secret_is_replaced_both_are_good(secrets: list[str]) -> None:
    check(secrets=secrets)


@pytest.mark.parametrize("stamp", [STAMP, "1788264000", "1788264000000", "2026-09-01T14:00:00+02:00"])
def test_old_deliveries_are_refused_in_every_form_of_time(stamp: str) -> None:
    check(stamp=stamp, now=later(600))
    check(stamp=stamp, now=later(-600))
    check(stamp=stamp, now=later(900), tolerance_seconds=1000)
    for now in (later(601), later(-601)):
        with pytest.raises(WebhookSignatureError, match="old"):
            check(stamp=stamp, now=now)


def test_a_timestamp_that_is_no_time_is_not_checked_for_age() -> None:
    check(stamp="nonce-17")


@given(st.binary(), st.text(), st.text())
def test_whatever_comes_is_refused_or_accepted(body: bytes, signature: str, timestamp: str) -> None:
    with pytest.raises(WebhookSignatureError):
        webhooks.verify(body, signature=signature, timestamp=timestamp, secrets=["one"], now=NOW)


def test_a_registration_is_read() -> None:
    event = webhooks.parse(json.dumps({
        "eventName": "registrant.added", "eventVersion": "1.0.0", "product": "g2w", "eventKey": "3f0c",
        "timestamp": "2026-09-01T14:03:22.118Z", "firstName": "Lena", "email": "lena@example.com",
        "registrationDate": "2026-09-01T14:03:21.000Z", "status": "Approved", "webinarKey": 4104950342217711886,
        "registrantKey": 5573265432109876543, "Industry": "Mining", "joinUrl": "https://x.example/join/1/2",
        "experienceType": "classic", "registrationSource": "letter",
        "responses": [{"questionText": "Q", "questionType": "SHORT_ANSWER", "answerText": ["Ladders"]}],
    }).encode())  # fmt: skip

    assert (event.event_name, event.event_key, event.webinar_key) == ("registrant.added", "3f0c", "4104950342217711886")
    assert (event.status, event.industry, event.experience_type) == ("APPROVED", "Mining", "CLASSIC")
    assert event.timestamp == datetime(2026, 9, 1, 14, 3, 22, 118000, tzinfo=UTC)
    assert event.responses[0].answer_text == ("Ladders",)
    assert "x.example" not in repr(event)
    assert "lena@" not in repr(event)


@pytest.mark.parametrize("join_time", [1788264000000, "2026-09-01T12:00:00Z", "1788264000000"])
def test_joining_is_read_with_its_moment(join_time: object) -> None:
    body = {"eventName": "registrant.joined", "eventKey": 1, "sessionKey": 15887209, "joinTime": join_time}

    event = webhooks.parse(json.dumps(body).encode())

    assert (event.join_time, event.session_key) == (NOW, "15887209")


def test_a_deleted_webinar_is_a_changed_one() -> None:
    body = {
        "eventName": "webinar.changed", "eventKey": "k", "status": "DELETED", "recurrenceKey": None, "webinarKey": 1,
        "times": [{"startTime": "2026-09-08T08:00:00Z", "endTime": "2026-09-08T10:00:00Z"}],
    }  # fmt: skip

    event = webhooks.parse(json.dumps(body).encode())

    assert event.status is webhooks.EventStatus.DELETED
    assert event.times[0].start_time == datetime(2026, 9, 8, 8, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"eventName":"x"}', b"\xff"])
def test_what_is_no_event_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponseError):
        webhooks.parse(body)
