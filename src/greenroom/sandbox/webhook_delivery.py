"""Sending queued webhook events, signed as GoTo signs them."""

import base64
import hashlib
import hmac
import random
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx2

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Delivery, WebhookSecret
from greenroom.sandbox.faults import FaultyCall
from greenroom.sandbox.times import write_instant_ms

# After the first attempt, counted from the event. Assumed; switch `webhook_retries`.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
KEPT_DELIVERIES = 1000
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1", "testserver")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """
    Sign a message.

    Source: observed in an integration that verifies messages of GoTo.
    """
    digest = hmac.new(secret.encode(), timestamp.encode() + b":" + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def deliver_due(core: Core) -> int:
    """
    Send every message that is due once. Do not hold the lock.

    Returns:
        How many were accepted.
    """
    now = core.clock.now()
    with core.lock:
        due = [d for d in core.state.deliveries if d.next_attempt_at is not None and d.next_attempt_at <= now]
        due = _ordered(core, [delivery for delivery in due if not _is_held(core, delivery)])
        for delivery in due:
            # Taken: a second ticker must not send it too.
            delivery.next_attempt_at = None
        signing = {d.client_id: _current_secret(core, d.client_id, now) for d in due}
    if not due:
        return 0
    with core.http_client() as client:
        results = [_send_copies(core, client, delivery, signing[delivery.client_id]) for delivery in due]
    with core.lock:
        for delivery, result in zip(due, results, strict=True):
            _note(core, delivery, result)
        _forget_old(core)
        core.save()
    return sum(delivery.state == "delivered" for delivery in due)


def _is_held(core: Core, delivery: Delivery) -> bool:
    """Play the fault that lets later messages overtake this one: it waits for `seconds` of the sandbox's time."""
    fault = core.faults.take(FaultyCall("webhook", delivery.event_name)) if delivery.attempts == 0 else None
    if fault is None:
        return False
    if fault.kind == "hold":
        delivery.next_attempt_at = core.clock.now() + timedelta(seconds=fault.seconds or 60)
    else:
        delivery.copies = 2
    core.state.deliveries.put(delivery.key, delivery)
    return fault.kind == "hold"


def _ordered(core: Core, due: list[Delivery]) -> list[Delivery]:
    """Put messages that are due together into the order of the switch; the shuffle is the same on every run."""
    order = core.switches.text("webhook_order")
    if order == "reversed":
        return due[::-1]
    if order == "shuffled":
        random.Random(len(due)).shuffle(due)  # noqa: S311  disorder, not secrecy
    return due


def _send_copies(core: Core, client: httpx2.Client, delivery: Delivery, secret: WebhookSecret | None) -> str:
    """Send a message as often as the switch or a fault asks; a lost one looks delivered from here."""
    result = "200"
    for _ in range(delivery.copies if delivery.copies is not None else core.switches.number("webhook_copies")):
        result = _send(core, client, delivery, secret)
    return result


def _current_secret(core: Core, client_id: str, now: datetime) -> WebhookSecret | None:
    """The client's newest secret that is valid now."""
    usable = [s for s in core.state.secrets if s.client_id == client_id and s.valid_from <= now]
    return max(usable, key=lambda s: s.valid_from, default=None)


def _timestamp(core: Core) -> str:
    now = core.clock.now()
    form = core.switches.text("webhook_timestamp")
    if form == "iso":
        return write_instant_ms(now)
    return str(int(now.timestamp() * 1000)) if form == "epoch_ms" else str(int(now.timestamp()))


def _send(core: Core, client: httpx2.Client, delivery: Delivery, secret: WebhookSecret | None) -> str:
    body = delivery.body.encode()
    headers = {"Content-Type": "application/json"}
    if secret is not None and delivery.is_signed:
        timestamp = _timestamp(core)
        headers["X-Webhook-Signature-Timestamp"] = timestamp
        headers["X-Webhook-Signature"] = sign(secret.value, timestamp, body)
    try:
        response = client.post(delivery.callback_url, content=body, headers=headers)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return type(error).__name__
    return str(response.status_code)


def _note(core: Core, delivery: Delivery, result: str) -> None:
    delivery.attempts += 1
    delivery.last_result = result
    retries = RETRY_AFTER if core.switches.text("webhook_retries") == "on" else ()
    if result.isdigit() and 200 <= int(result) < 300:
        delivery.state = "delivered"
    elif delivery.attempts > len(retries):
        delivery.state = "failed"
    else:
        delivery.next_attempt_at = delivery.created_at + retries[delivery.attempts - 1]
    core.state.deliveries.put(delivery.key, delivery)


def _forget_old(core: Core) -> None:
    done = [delivery for delivery in core.state.deliveries if delivery.state != "queued"]
    for delivery in done[:-KEPT_DELIVERIES]:
        core.state.deliveries.remove(delivery.key)


def is_allowed_callback(core: Core, url: str) -> bool:
    """Tell whether messages may go to a URL: https, or by the sandbox's own allowance http to this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_local = core.switches.text("webhook_callback_hosts") == "https_or_local" and parts.hostname in LOCAL_HOSTS
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_local))


def url_answers(core: Core, url: str) -> bool:
    """Tell whether a callback URL answers GET with 200. Do not hold the lock."""
    with core.http_client() as client:
        try:
            return client.get(url).status_code == 200
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return False
