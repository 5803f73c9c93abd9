"""
GoTo's webhook deliveries: prove that they are GoTo's, read what they say. Only GoToWebinar sends any.

Source: the fields are GoTo's (documented); the signature is as an integrator's module that runs against GoTo
verifies it (observed), so the scheme stays in one function.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from greenroom.goto._decoding import decode
from greenroom.goto._types import Key, Model, UtcTime, Word, parse_time
from greenroom.goto.errors import WebhookSignatureError
from greenroom.goto.webinar.models import DateTimeRange, Experience, Recurrence

SIGNATURE_HEADER = "X-Webhook-Signature"
TIMESTAMP_HEADER = "X-Webhook-Signature-Timestamp"
TOLERANCE_SECONDS = 600


class EventStatus(Word):
    """What became of a registration (the first four) or of a webinar; GoTo writes either case."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    CANCELLED = "CANCELLED"
    DENIED = "DENIED"
    NEW = "NEW"
    UPDATED = "UPDATED"
    DELETED = "DELETED"


class WebhookResponse(Model, frozen=True, kw_only=True):
    """
    An answer to a question at sign-up or in a survey.

    Attributes:
        question_text: the question.
        question_type: MULTIPLE_CHOICE, MULTIPLE_ANSWER, RATING or SHORT_ANSWER.
        answer_text: the answers.
    """

    question_text: str = ""
    question_type: str = ""
    answer_text: tuple[str, ...] = ()


class WebhookEvent(Model, frozen=True, kw_only=True):
    """
    One event; which members it has depends on `event_name`.

    Attributes:
        event_key: unique per event; a second delivery has the same.
        event_name: registrant.added, registrant.joined, webinar.created, webinar.changed, survey.submitted.
        event_version, product: 1.0.0 and g2w.
        timestamp: when the event was made (UTC).
        account_key, organizer_key, webinar_creator_key, webinar_key, session_key, registrant_key,
            recurrence_key: GoTo's keys.
        webinar_title, description, times, time_zone, experience_type, recurrence_type: of the webinar.
        webinar_creation_date, registration_date, join_time: moments (UTC).
        status: of the registration, or of the webinar.
        first_name ... purchasing_time_frame: what the registrant told.
        registration_source: the `source` of the registration.
        join_url: the registrant's own entry link, once approved; a secret.
        survey_name: of which survey.
        responses: answers at sign-up or in the survey.
    """

    event_key: Key
    event_name: str
    event_version: str = ""
    product: str = ""
    timestamp: UtcTime | None = None
    account_key: Key | None = None
    organizer_key: Key | None = None
    webinar_creator_key: Key | None = None
    webinar_key: Key | None = None
    session_key: Key | None = None
    registrant_key: Key | None = None
    recurrence_key: Key | None = None
    webinar_title: str = ""
    description: str = ""
    times: tuple[DateTimeRange, ...] = ()
    time_zone: str = ""
    experience_type: Experience | None = None
    recurrence_type: Recurrence | None = None
    webinar_creation_date: UtcTime | None = None
    registration_date: UtcTime | None = None
    join_time: UtcTime | None = None
    status: EventStatus | None = None
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip_code: str | None = None
    organization: str | None = None
    job_title: str | None = None
    industry: str | None = None
    comments: str | None = None
    number_of_employees: str | None = None
    purchasing_role: str | None = None
    purchasing_time_frame: str | None = None
    registration_source: str | None = None
    join_url: str | None = None
    survey_name: str | None = None
    responses: tuple[WebhookResponse, ...] = ()


def sign(body: bytes, *, timestamp: str, secret: str) -> str:
    """Compute the signature GoTo puts on a delivery."""
    message = timestamp.encode() + b":" + body
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode("ascii")


def verify(
    body: bytes,
    *,
    signature: str,
    timestamp: str,
    secrets: Sequence[str],
    now: datetime | None = None,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> None:
    """
    Check that a delivery is GoTo's and fresh.

    Args:
        body: the raw bytes, before anything parsed them.
        signature, timestamp: the two headers, as they came; empty when missing.
        secrets: all that may be in use, so that one can be replaced by another.
        now: the time, for tests.
        tolerance_seconds: how old or how far ahead the timestamp may be. One that is no time is not checked,
            as GoTo does not document its form.

    Raises:
        WebhookSignatureError: it is not provably GoTo's.
    """
    if not signature or not timestamp:
        raise WebhookSignatureError("The delivery is not signed.")
    given = signature.strip().encode()
    # Every secret is tried, so that the time taken does not tell which one fitted.
    fits = [hmac.compare_digest(given, sign(body, timestamp=timestamp, secret=s).encode()) for s in secrets if s]
    if not any(fits):
        raise WebhookSignatureError("The delivery's signature is wrong.")
    _check_age(timestamp, now or datetime.now(UTC), timedelta(seconds=tolerance_seconds))


def _check_age(timestamp: str, now: datetime, tolerance: timedelta) -> None:
    """Refuse a delivery that may be an old one sent again."""
    try:
        sent_at = parse_time(timestamp)
    except ValueError:
        return
    if abs(now - sent_at) > tolerance:
        raise WebhookSignatureError("The delivery is too old.")


def parse(body: bytes) -> WebhookEvent:
    """
    Read a delivery; verify it first.

    Raises:
        UnexpectedResponseError: it is not an event.
    """
    return decode(body, WebhookEvent, product="webhook", operation="event")
