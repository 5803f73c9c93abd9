"""Secrets, webhooks, subscriptions, and messages on their way."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class WebhookSecret(Struct):
    key: str
    client_id: str
    value: str
    valid_from: datetime


class Webhook(Struct):
    key: str
    client_id: str
    user_key: str
    callback_url: str
    event_name: str
    event_version: str
    created_at: datetime
    is_active: bool = False


class Subscription(Struct):
    key: str
    webhook_key: str
    client_id: str
    user_key: str
    callback_url: str | None
    created_at: datetime
    is_active: bool = True


class Delivery(Struct):
    """One webhook message on its way to one callback URL."""

    key: str
    client_id: str
    callback_url: str
    event_name: str
    body: str
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: int = 0
    state: Literal["queued", "delivered", "failed"] = "queued"
    last_result: str | None = None
    is_signed: bool = True
    copies: int | None = None
