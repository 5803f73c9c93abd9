"""Hooks as they are when somebody has subscribed, and what is sent to them."""

from typing import Any

from greenroom.hub.automation.hooks.signing import make_secret
from greenroom.hub.automation.hooks.subscriptions import send_sample
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.core import clock
from greenroom.hub.users.models import ApiKey, User


def make_hook(user: User, key: ApiKey, **changes: Any) -> Hook:
    """Make a hook of a key that waits for new registrants."""
    number = Hook.objects.count()
    return Hook.objects.create(
        **{
            "public_id": f"hook_{number}",
            "owner": f"key:{key.pk}",
            "created_by": user,
            "target_url": f"https://hooks.example.com/{number}",
            "target_digest": str(number),
            "trigger_types": ["registrant.added"],
            "subscription_digest": str(number),
            "secret": make_secret(),
            "unsubscribe_token": "token",
            "created_at": clock.now(),
        }
        | changes
    )


def make_delivery(hook: Hook) -> HookDelivery:
    """Have a sample on its way."""
    return send_sample(hook=hook)
