"""Webhooks: who listens to what, and every message with what came of it."""

import flask

from greenroom.sandbox.control import whole
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Subscription, Webhook
from greenroom.sandbox.pages.browser import Page

LISTED_DELIVERIES = 100


def webhooks_page(core: Core) -> Page:
    state = core.state
    deliveries = list(state.deliveries)[::-1]
    return flask.render_template(
        "webhooks.html",
        webhooks=[(webhook, _subscriptions(core, webhook)) for webhook in state.webhooks],
        secrets=sorted(state.secrets, key=lambda secret: secret.valid_from, reverse=True),
        users=state.users,
        deliveries=deliveries[:LISTED_DELIVERIES],
        total=len(deliveries),
    )


def _subscriptions(core: Core, webhook: Webhook) -> list[Subscription]:
    return [subscription for subscription in core.state.subscriptions if subscription.webhook_key == webhook.key]


def again_post(core: Core, key: str) -> Page:
    """Send a message once more."""
    whole.send_again(core, {}, key)
    return flask.redirect("/webhooks", 303)


PAGES = (
    ("/webhooks", "webhooks", ("GET",), webhooks_page),
    ("/webhooks/deliveries/<key>/again", "delivery_again", ("POST",), again_post),
)
