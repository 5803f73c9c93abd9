"""Turning facts into deliveries: one row for each hook that waits for it, in the transaction that read the fact."""

from collections.abc import Collection, Iterator, Sequence

from greenroom.hub.automation.hooks.ending import end_what_is_over
from greenroom.hub.automation.hooks.matching import Batch
from greenroom.hub.automation.hooks.messages import message_of
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.automation.registry import Trigger, list_triggers
from greenroom.hub.core import clock
from greenroom.hub.ledger.models import Fact

# Values in a statement are limited on SQLite.
_AT_ONCE = 500
# What happens while a hook is paused waits for it; one that was switched off is given it by a replay.
_WAITING = (Hook.State.ACTIVE, Hook.State.PAUSED)


def fan_out(facts: Sequence[Fact]) -> int:
    """
    Make the deliveries of some facts, to all hooks that were there when they were recorded; return how many.

    Each trigger makes its items once, however many hooks there are. What was made already stays as it is.
    """
    end_what_is_over()
    hooks = Hook.objects.filter(state__in=_WAITING).select_related("created_by")
    return insert(list_deliveries(facts, list(hooks)))


def list_deliveries(
    facts: Sequence[Fact], hooks: Collection[Hook], *, types: Collection[str] = (), is_replay: bool = False
) -> list[HookDelivery]:
    """
    Return the deliveries of some facts to some hooks, not yet stored.

    Args:
        types: only of these triggers; of all when empty.
        is_replay: facts from before a hook was made count as well.
    """
    if not hooks:
        return []
    batch = Batch(facts)
    triggers = [one for one in list_triggers() if not types or one.name in types]
    return [row for trigger in triggers for row in _rows(trigger, batch, hooks, is_replay=is_replay)]


def _rows(trigger: Trigger, batch: Batch, hooks: Collection[Hook], *, is_replay: bool) -> Iterator[HookDelivery]:
    waiting = [hook for hook in hooks if trigger.name in hook.trigger_types]
    told = [fact for fact in batch.facts if fact.kind in trigger.kinds] if waiting else []
    facts = [fact for fact in told if is_replay or batch.is_news(trigger, fact)]
    wanted = {
        fact: targets
        for fact in facts
        if (
            targets := [
                hook
                for hook in waiting
                if (is_replay or hook.created_at <= fact.recorded_at) and batch.is_for(hook, trigger, fact)
            ]
        )
    }
    now = clock.now()
    items = trigger.build(list(wanted)) if wanted else []
    for (fact, targets), item in zip(wanted.items(), items, strict=True):
        if item is None:
            continue
        event = batch.events.get(fact.event_id or 0)
        message = message_of(trigger, fact, item, product=event.product if event else trigger.product)
        for hook in targets:
            yield HookDelivery(
                hook=hook,
                message_id=message.id,
                trigger_type=message.type,
                fact_id=fact.pk,
                happened_at=message.happened_at,
                payload=message.encrypted_body(hook.form),
                due_at=now,
                created_at=now,
            )


def insert(rows: Sequence[HookDelivery]) -> int:
    """Store deliveries but for those that are there already; return how many were given."""
    HookDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_AT_ONCE)
    return len(rows)
