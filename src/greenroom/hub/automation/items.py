"""What programs get of a trigger: items with a name of their own, their members on top."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from greenroom.hub.automation.registry import Trigger
from greenroom.hub.ledger.models import Fact

Item = Mapping[str, Any]


def item_id(trigger: Trigger, fact: Fact) -> str:
    """Return what an item is known by wherever it is told, today and after a replay."""
    return f"evt_{hashlib.sha256(f'{trigger.name}:{fact.dedupe_key}'.encode()).hexdigest()[:32]}"


def flatten(data: msgspec.Struct, *, name: str, type: str, happened_at: datetime) -> Item:
    """Return the members of an item with what it is known by, its type and its time beside them."""
    members = msgspec.to_builtins(data, builtin_types=(datetime,))
    return {**members, "id": name, "event_type": type, "occurred_at": happened_at}


def make_items(trigger: Trigger, facts: Sequence[Fact]) -> list[Item]:
    """Return the items of some facts, in their order. A constant number of queries."""
    return [
        flatten(data, name=item_id(trigger, fact), type=trigger.name, happened_at=fact.happened_at)
        for fact, data in zip(facts, trigger.build(facts), strict=True)
        if data is not None
    ]


def make_samples(trigger: Trigger) -> list[Item]:
    """Return items as they could be; their names are the same each time."""
    moment = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    return [
        flatten(data, name=f"evt_sample_{number}", type=trigger.name, happened_at=moment)
        for number, data in enumerate(trigger.samples, start=1)
    ]
