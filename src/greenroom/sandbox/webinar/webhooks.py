"""The webhook operations: secrets, webhooks, subscriptions. Delivery is elsewhere."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from greenroom.sandbox.entities import Subscription, Webhook, WebhookSecret
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.times import write_instant
from greenroom.sandbox.webhook_delivery import is_allowed_callback, url_answers
from greenroom.sandbox.webhook_events import EVENT_NAMES
from greenroom.sandbox.webinar import errors, responses
from greenroom.sandbox.webinar.access import read_instant


def create_secret(call: Call) -> Answer:
    """Make a secret of the application; the newest valid one signs."""
    body = call.json_object()
    now = call.core.clock.now()
    valid_from = read_instant(call, body["validFrom"], "validFrom") if body.get("validFrom") else now
    number = len(call.core.state.secrets) + 1
    secret = WebhookSecret(str(number), call.client_id, str(uuid4()), valid_from)
    call.core.state.secrets.put(secret.key, secret)
    return Answer(200, {"id": number, "value": secret.value, "validFrom": write_instant(valid_from)})


# Webhooks


def _webhooks_of(call: Call) -> list[Webhook]:
    own = [w for w in call.core.state.webhooks if w.client_id == call.client_id and w.user_key == call.user.key]
    return [webhook for webhook in own if _is_settled(call, webhook)]


def _webhook_of_client(call: Call, key: object) -> Webhook:
    webhook = call.core.state.webhooks.get(str(key))
    if webhook is None or webhook.client_id != call.client_id or not _is_settled(call, webhook):
        raise errors.not_found("Webhook with specified key does not exist.")
    return webhook


def _is_settled(call: Call, item: Webhook | Subscription) -> bool:
    """Tell whether a new object can be found yet; see the switch `webhook_settles_after_seconds`."""
    settles = timedelta(seconds=call.core.switches.number("webhook_settles_after_seconds"))
    return item.created_at + settles <= call.core.clock.now()


def _own_webhook(call: Call, key: object) -> Webhook:
    webhook = _webhook_of_client(call, key)
    if webhook.user_key != call.user.key:
        raise errors.not_found("Webhook with specified key does not exist.")
    return webhook


def _check_product(call: Call) -> None:
    if call.query.get("product") != "g2w":
        raise errors.bad_request("product must be g2w.")


def get_webhooks(call: Call) -> Answer:
    _check_product(call)
    return _bulk("webhooks", [responses.webhook(webhook) for webhook in _webhooks_of(call)])


def _bulk(name: str, items: list[dict[str, Any]]) -> Answer:
    return Answer(200, {"_embedded": {name: items}} if items else {})


def get_webhook(call: Call) -> Answer:
    return Answer(200, responses.webhook(_own_webhook(call, call.path["webhookKey"])))


def create_webhooks(call: Call) -> Answer:
    """Check every callback URL first, with the lock open: the other side may call us before it answers."""
    asked = _objects(call)
    for item in asked:
        if item.get("eventName") not in EVENT_NAMES:
            raise errors.bad_request("eventName is none of GoToWebinar's events.")
        if item.get("eventVersion") != "1.0.0":
            raise errors.bad_request("eventVersion must be 1.0.0.")
        if item.get("product") != "g2w":
            raise errors.bad_request("product must be g2w.")
        _check_callback(call, item.get("callbackUrl"))
    created = []
    with call.core.lock:
        for item in asked:
            webhook = Webhook(
                key=str(uuid4()),
                client_id=call.client_id,
                user_key=call.user.key,
                callback_url=item["callbackUrl"],
                event_name=item["eventName"],
                event_version=item["eventVersion"],
                created_at=call.core.clock.now(),
            )
            call.core.state.webhooks.put(webhook.key, webhook)
            created.append(webhook)
    return _bulk("webhooks", [responses.webhook(webhook) for webhook in created])


def _objects(call: Call) -> list[dict[str, Any]]:
    items = call.json_list()
    if not items or not all(isinstance(item, dict) for item in items):
        raise errors.bad_request("The request body must be a filled array of objects.")
    return items


def _check_callback(call: Call, url: object) -> None:
    """
    Refuse a callback URL that is not https or does not answer GET with 200.

    Source: GoTo's webhook guide (documented). http to this machine is the sandbox's own allowance.
    """
    if not isinstance(url, str):
        raise errors.bad_request("callbackUrl is missing.")
    if not is_allowed_callback(call.core, url):
        raise errors.bad_request("callbackUrl must be https.")
    if not url_answers(call.core, url):
        raise errors.bad_request("callbackUrl does not answer GET with 200.")


def update_webhooks(call: Call) -> Answer:
    asked = _objects(call)
    with call.core.lock:
        webhooks = [_own_webhook(call, item.get("webhookKey")) for item in asked]
    for item, webhook in zip(asked, webhooks, strict=True):
        _state(item, "state")
        if item.get("callbackUrl") not in (None, webhook.callback_url):
            _check_callback(call, item["callbackUrl"])
    with call.core.lock:
        for item, webhook in zip(asked, webhooks, strict=True):
            webhook.callback_url = item.get("callbackUrl") or webhook.callback_url
            webhook.is_active = _state(item, "state", webhook.is_active)
            call.core.state.webhooks.put(webhook.key, webhook)
    return Answer(204)


def _state(item: dict[str, Any], name: str, present: bool = False) -> bool:
    value = item.get(name)
    if value is None:
        return present
    if value not in ("ACTIVE", "INACTIVE"):
        raise errors.bad_request(f"{name} must be ACTIVE or INACTIVE.")
    return bool(value == "ACTIVE")


def delete_webhooks(call: Call) -> Answer:
    """Delete webhooks with everyone's subscriptions to them. Assumed: one unknown key refuses the whole call."""
    webhooks = [_own_webhook(call, key) for key in call.json_list()]
    for webhook in webhooks:
        for subscription in call.core.state.subscriptions:
            if subscription.webhook_key == webhook.key:
                call.core.state.subscriptions.remove(subscription.key)
        call.core.state.webhooks.remove(webhook.key)
    return Answer(202)


# Subscriptions


def _own_subscription(call: Call, key: object) -> Subscription:
    subscription = call.core.state.subscriptions.get(str(key))
    if (
        subscription is None
        or (subscription.client_id, subscription.user_key) != (call.client_id, call.user.key)
        or not _is_settled(call, subscription)
    ):
        raise errors.not_found("User subscription with specified key does not exist.")
    return subscription


def _written(call: Call, subscription: Subscription) -> dict[str, Any]:
    return responses.subscription(call.core.state.webhooks[subscription.webhook_key], subscription)


def get_subscriptions(call: Call) -> Answer:
    _check_product(call)
    own = [
        _written(call, s)
        for s in call.core.state.subscriptions
        if s.client_id == call.client_id and s.user_key == call.user.key and _is_settled(call, s)
    ]
    return _bulk("userSubscriptions", own)


def get_subscription(call: Call) -> Answer:
    return Answer(200, _written(call, _own_subscription(call, call.path["userSubscriptionsKey"])))


def create_subscriptions(call: Call) -> Answer:
    """Subscribe the token's user; any webhook of the same client will do (assumed)."""
    asked = _objects(call)
    for item in asked:
        with call.core.lock:
            _webhook_of_client(call, item.get("webhookKey"))
        _state(item, "userSubscriptionState")
        if item.get("callbackUrl") is not None:
            _check_callback(call, item["callbackUrl"])
    with call.core.lock:
        created = [_subscribe(call, item) for item in asked]
        return _bulk("userSubscriptions", [_written(call, subscription) for subscription in created])


def _subscribe(call: Call, item: dict[str, Any]) -> Subscription:
    subscription = Subscription(
        key=str(uuid4()),
        webhook_key=str(item["webhookKey"]),
        client_id=call.client_id,
        user_key=call.user.key,
        callback_url=item.get("callbackUrl"),
        created_at=call.core.clock.now(),
        is_active=_state(item, "userSubscriptionState", True),
    )
    call.core.state.subscriptions.put(subscription.key, subscription)
    return subscription


def update_subscriptions(call: Call) -> Answer:
    asked = _objects(call)
    with call.core.lock:
        subscriptions = [_own_subscription(call, item.get("userSubscriptionKey")) for item in asked]
        for item, subscription in zip(asked, subscriptions, strict=True):
            if item.get("webhookKey") != subscription.webhook_key:
                raise errors.bad_request("webhookKey must be that of the subscription's webhook.")
    for item, subscription in zip(asked, subscriptions, strict=True):
        _state(item, "userSubscriptionState")
        if item.get("callbackUrl") not in (None, subscription.callback_url):
            _check_callback(call, item["callbackUrl"])
    with call.core.lock:
        for item, subscription in zip(asked, subscriptions, strict=True):
            subscription.callback_url = item.get("callbackUrl") or subscription.callback_url
            subscription.is_active = _state(item, "userSubscriptionState", subscription.is_active)
            call.core.state.subscriptions.put(subscription.key, subscription)
    return Answer(204)


def delete_subscriptions(call: Call) -> Answer:
    for subscription in [_own_subscription(call, key) for key in call.json_list()]:
        call.core.state.subscriptions.remove(subscription.key)
    return Answer(202)


PRODUCT_QUERY = ("product",)
OPERATIONS = (
    Operation("createSecretKey", "POST", "/webhooks/secretkey", create_secret),
    Operation("getWebhooks", "GET", "/webhooks", get_webhooks, PRODUCT_QUERY),
    Operation("createWebhooks", "POST", "/webhooks", create_webhooks, is_locked=False),
    Operation("updateWebhooks", "PUT", "/webhooks", update_webhooks, is_locked=False),
    Operation("deleteWebhooks", "DELETE", "/webhooks", delete_webhooks),
    Operation("getWebhook", "GET", "/webhooks/{webhookKey}", get_webhook),
    Operation("getUserSubscriptions", "GET", "/userSubscriptions", get_subscriptions, PRODUCT_QUERY),
    Operation("createUserSubscriptions", "POST", "/userSubscriptions", create_subscriptions, is_locked=False),
    Operation("updateUserSubscriptions", "PUT", "/userSubscriptions", update_subscriptions, is_locked=False),
    Operation("deleteUserSubscriptions", "DELETE", "/userSubscriptions", delete_subscriptions),
    Operation("getUserSubscription", "GET", "/userSubscriptions/{userSubscriptionsKey}", get_subscription),
)
