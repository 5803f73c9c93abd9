"""
GoTo's webhooks: which there are, how they are set up, and what a delivery says. Only GoToWebinar has any.

The one place of the hub that knows their operations, names and bodies.

Source: GoTo's webhook guide (documented); what is assumed says so.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from greenroom.goto import GoTo, UnexpectedResponseError, webinar
from greenroom.goto.webhooks import EventStatus, WebhookEvent, parse
from greenroom.hub.core.texts import storable
from greenroom.hub.events.errors import UnreadableNewsError
from greenroom.hub.events.products.base import RegistrantData

PRODUCT = "webinar"
EVENT_NAMES = ("registrant.added", "registrant.joined", "webinar.created", "webinar.changed", "survey.submitted")
# What sync would have to read instead; nothing else tells of a survey at once, so that one is an extra.
RELIED_ON = frozenset(EVENT_NAMES) - {"survey.submitted"}

_ACTIVE = "ACTIVE"
# The columns they are kept in.
_LONGEST_NAME, _LONGEST_KEY, _LONGEST_ADDRESS = 64, 128, 254


@dataclass(frozen=True, slots=True)
class SecretData:
    """A secret GoTo signs with, as it is told once."""

    secret_id: str
    value: str = field(repr=False)
    valid_from: datetime | None


@dataclass(frozen=True, slots=True)
class HookData:
    """A webhook of an organizer and their subscription to it; it delivers when both are active."""

    event_name: str
    callback_url: str
    webhook_key: str
    is_active: bool
    subscription_key: str = ""
    is_subscribed: bool = False

    @property
    def delivers(self) -> bool:
        """Whether GoTo sends something when it happens."""
        return self.is_active and self.is_subscribed


def make_secret(goto: GoTo, *, valid_from: datetime | None = None) -> SecretData:
    """Make a secret for our OAuth client, at once or from a moment to come. One call; no other shows it again."""
    made = goto.send(webinar.create_secret_key(webinar.SecretKeyRequest(valid_from=valid_from)))
    return SecretData(made.id or "", made.value, made.valid_from)


def list_hooks(goto: GoTo) -> list[HookData]:
    """Return the webhooks of the connected organizer, whoever made them with our OAuth client. Two calls."""
    subscriptions = {one.webhook_key: one for one in goto.send(webinar.get_user_subscriptions())}
    return [_hook(one, subscriptions.get(one.webhook_key)) for one in goto.send(webinar.get_webhooks())]


def _hook(one: webinar.Webhook, subscription: webinar.UserSubscription | None) -> HookData:
    return HookData(
        event_name=one.event_name,
        callback_url=one.callback_url,
        webhook_key=one.webhook_key or "",
        is_active=one.state == _ACTIVE,
        subscription_key=(subscription and subscription.user_subscription_key) or "",
        is_subscribed=subscription is not None and subscription.user_subscription_state == _ACTIVE,
    )


def make_hook(goto: GoTo, event_name: str, callback_url: str) -> str:
    """
    Make a webhook, which is inactive and has no subscription, and return its key. One call.

    By itself: an event name that GoTo does not know, or not yet, must not keep it from taking the others.

    Raises:
        BadRequestError: GoTo does not reach the address, or does not know the name.
    """
    made = goto.send(
        webinar.create_webhooks([webinar.CreateWebhookRequest(callback_url=callback_url, event_name=event_name)])
    )
    return (made[0].webhook_key or "") if made else ""


def activate_hooks(goto: GoTo, webhook_keys: Iterable[str]) -> None:
    """
    Activate webhooks. One call.

    Raises:
        ResourceNotFoundError: one of them is not there, or not yet: it takes some seconds (observed).
    """
    wanted = [webinar.UpdateWebhooksRequest(webhook_key=key, state=_ACTIVE) for key in webhook_keys]
    goto.send(webinar.update_webhooks(wanted))


def subscribe(goto: GoTo, hooks: Sequence[HookData]) -> None:
    """Subscribe the connected organizer to these webhooks. One call for new subscriptions, one for sleeping ones."""
    new = [one.webhook_key for one in hooks if not one.subscription_key]
    if new:
        wanted = [webinar.CreateUserSubscriptionRequest(webhook_key=key) for key in new]
        goto.send(webinar.create_user_subscriptions(wanted))
    sleeping = [
        webinar.UpdateUserSubscriptionsRequest(
            webhook_key=one.webhook_key,
            user_subscription_key=one.subscription_key,
            user_subscription_state=_ACTIVE,
        )
        for one in hooks
        if one.subscription_key
    ]
    if sleeping:
        goto.send(webinar.update_user_subscriptions(sleeping))


def delete_hooks(goto: GoTo, hooks: Collection[HookData]) -> None:
    """Delete webhooks and the organizer's subscriptions to them; those that are gone already do not matter."""
    subscriptions = [one.subscription_key for one in hooks if one.subscription_key]
    if subscriptions:
        goto.send(webinar.delete_user_subscriptions(subscriptions, gone_is_success=True))
    if hooks:
        goto.send(webinar.delete_webhooks([one.webhook_key for one in hooks], gone_is_success=True))


# What a delivery says


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something GoTo told of an event, at `told_at` by its own clock."""

    event_key: str
    told_at: datetime | None
    product: str = PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNews(News):
    """
    An event was made, changed or deleted: a hint to read it.

    A body lacks what a list tells, and may be older than what we know.
    """

    is_new: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpNews(News):
    """Somebody signed up, or the organizer decided about them. `is_off` when they are said to be off the event."""

    registrant: RegistrantData = field(repr=False)
    is_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinNews(News):
    """Somebody came into a session."""

    registrant_key: str
    session_key: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyNews(News):
    """Somebody sent in a survey: (question, answers)."""

    registrant_key: str
    session_key: str
    survey: str
    answers: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)


def read_label(body: bytes) -> tuple[str, str]:
    """
    Return the name and the key of what a delivery tells, which make it one.

    Raises:
        UnreadableNewsError: the body is no JSON object, says something twice, or has no name or key that can be kept.
    """
    told = _read_strictly(body)
    if not isinstance(told, dict):
        raise UnreadableNewsError("not_an_object")
    name, key = told.get("eventName"), told.get("eventKey")
    return _kept(name, "eventName"), _kept(key, "eventKey", _LONGEST_KEY)


def _kept(value: Any, member: str, length: int = _LONGEST_NAME) -> str:
    """Return a text that can be kept as it is, or a key that JSON has as a number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not 0 < len(text) <= length or not text.isprintable():
        raise UnreadableNewsError(f"missing: {member}")
    return text


def _read_strictly(body: bytes) -> Any:
    """Read JSON as everybody must read it: nothing twice, no NaN."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise UnreadableNewsError("not_json") from None  # the error holds the body


def _without_duplicates(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise UnreadableNewsError("said_twice")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise UnreadableNewsError("not_json")


def read_news(body: str) -> News | None:
    """
    Read what a delivery tells; None when it is of a kind that this hub does not know.

    Raises:
        UnreadableNewsError: something that belongs to it is missing or is no such thing; its `code` says what.
    """
    name, _ = read_label(body.encode())
    reader = _READERS.get(name)
    if reader is None:
        return None
    try:
        event = parse(body.encode())
    except UnexpectedResponseError as error:
        raise UnreadableNewsError(f"no_such_value: {error.path}") from error
    return reader(event)


def _event_news(event: WebhookEvent) -> News:
    return EventNews(
        event_key=_kept(event.webinar_key, "webinarKey"),
        told_at=event.timestamp,
        is_new=event.event_name == "webinar.created",
        is_deleted=event.status == EventStatus.DELETED,
    )


def _sign_up_news(event: WebhookEvent) -> News:
    registrant = RegistrantData(
        _kept(event.registrant_key, "registrantKey"),
        _kept(event.email, "email", _LONGEST_ADDRESS).lower(),
        storable(event.first_name),
        storable(event.last_name),
        storable(event.status, 32).upper() or "APPROVED",
        event.registration_date,
        storable(event.join_url),
    )
    return SignUpNews(
        event_key=_kept(event.webinar_key, "webinarKey"),
        told_at=event.timestamp,
        registrant=registrant,
        is_off=event.status == EventStatus.CANCELLED,
    )


def _join_news(event: WebhookEvent) -> News:
    joined_at = event.join_time or event.timestamp
    if joined_at is None:
        raise UnreadableNewsError("missing: joinTime")
    return JoinNews(
        event_key=_kept(event.webinar_key, "webinarKey"),
        told_at=event.timestamp,
        registrant_key=_kept(event.registrant_key, "registrantKey"),
        session_key=_kept(event.session_key, "sessionKey"),
        joined_at=joined_at,
    )


def _survey_news(event: WebhookEvent) -> News:
    return SurveyNews(
        event_key=_kept(event.webinar_key, "webinarKey"),
        told_at=event.timestamp,
        registrant_key=_kept(event.registrant_key, "registrantKey"),
        session_key=_kept(event.session_key, "sessionKey"),
        survey=storable(event.survey_name),
        answers=tuple(
            (storable(one.question_text), tuple(storable(text) for text in one.answer_text)) for one in event.responses
        ),
    )


_READERS = {
    "registrant.added": _sign_up_news,
    "registrant.joined": _join_news,
    "webinar.created": _event_news,
    "webinar.changed": _event_news,
    "survey.submitted": _survey_news,
}
