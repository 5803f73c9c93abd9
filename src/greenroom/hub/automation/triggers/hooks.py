"""What may be waited for of the subscriptions themselves: that one is not getting through."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.models import Hook
from greenroom.hub.automation.narrowing import NoFilter
from greenroom.hub.automation.registry import About, Trigger, register_trigger
from greenroom.hub.ledger.models import Fact


class HookItem(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription that is not getting through."""

    hook_id: Annotated[str, told("Hook Id", "Which subscription.")]
    status: Annotated[str, told("Status", "active, paused, disabled after failures, or removed, as it is now.")]
    platform: Annotated[str, told("Platform", "Who was to listen there.")]
    trigger: Annotated[str, told("Trigger", "What it was to be told of last.")]
    message_id: Annotated[str, told("Message Id", "The webhook-id of that.")]
    reason: Annotated[str, told("Reason", "gone or failing when it was switched off; else empty.")]


def _hooks(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
    """Make the items of hooks. One query."""
    names = {fact.data["hook"] for fact in facts}
    hooks = {hook.public_id: hook for hook in Hook.objects.filter(public_id__in=names)}
    return [_hook(fact, hooks.get(fact.data["hook"])) for fact in facts]


def _hook(fact: Fact, hook: Hook | None) -> HookItem | None:
    if hook is None:
        return None
    return HookItem(
        hook_id=hook.public_id,
        status=hook.state,
        platform=hook.platform,
        trigger=fact.data["trigger_type"],
        message_id=fact.data["message_id"],
        reason=fact.data["reason"],
    )


def _samples(status: str, reason: str) -> list[HookItem]:
    return [
        HookItem(
            hook_id=f"hook_5f2a8c1e9b7d4a6f3c2e1b0{number}",
            status=status,
            platform=platform,
            trigger="registrant.added",
            message_id=f"evt_{number}f3c2e1b0a5f2a8c1e9b7d4a6f3c2e1b",
            reason=reason,
        )
        for number, platform in enumerate(("generic", "n8n", "make"), start=1)
    ]


register_trigger(
    Trigger(
        name="hook.exhausted",
        operation_id="OnHookExhausted",
        summary="When something could not be delivered",
        description="This operation triggers when another subscription of the same key was told something for three "
        "days and never took it, or said that it is gone. It can be sent again from the delivery log.",
        kinds=("hook_exhausted",),
        data=HookItem,
        filter=NoFilter,
        build=_hooks,
        samples=_samples("active", ""),
        about=About.HOOK,
        tags=("Account",),
    )
)
register_trigger(
    Trigger(
        name="hook.disabled",
        operation_id="OnHookDisabled",
        summary="When a subscription is switched off",
        description="This operation triggers when another subscription of the same key is switched off, because it "
        "took nothing for five days or said that it is gone.",
        kinds=("hook_disabled",),
        data=HookItem,
        filter=NoFilter,
        build=_hooks,
        samples=_samples("disabled", "failing"),
        about=About.HOOK,
        tags=("Account",),
    )
)
