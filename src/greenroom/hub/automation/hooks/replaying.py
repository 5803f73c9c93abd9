"""Sending again what was sent, or what would have been. Receivers know by the ids what they have had already."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from greenroom.hub.automation.hooks.fan_out import insert, list_deliveries
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.automation.registry import get_trigger
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.jobs.registry import task
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.selectors import find_first_fact_since

FURTHEST_BACK = timedelta(days=14)
MOST = 10_000
_FACTS_AT_ONCE = 500


def replay_delivery(*, delivery: HookDelivery) -> None:
    """
    Send one delivery again, whatever became of it.

    Raises:
        StateConflictError: what was sent is no longer kept, or its hook is not active.
    """
    _require_active(delivery.hook)
    if not _send_again(HookDelivery.objects.filter(pk=delivery.pk).exclude(payload="")):
        raise StateConflictError("What was sent is no longer kept. Replay everything of its kind instead.")


def replay_failed(*, hook: Hook, since: datetime) -> int:
    """
    Send again what was given up since a moment, up to `MOST`, the oldest first; return how many.

    Raises:
        InvalidInputError: the moment lies too far back, or ahead.
        StateConflictError: the hook is not active.
    """
    _require_active(hook)
    _check(since)
    dead = hook.deliveries.filter(state=HookDelivery.State.DEAD, created_at__gte=since).exclude(payload="")
    oldest = dead.order_by("pk").values("pk")[:MOST]
    return _send_again(HookDelivery.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))))


def replay_type(*, hook: Hook, trigger_type: str, since: datetime) -> None:
    """
    Have everything of a trigger since a moment sent again, from before the hook was made too, up to `MOST`.

    Raises:
        InvalidInputError: as `replay_failed`; or the hook does not wait for this.
        StateConflictError: the hook is not active.
    """
    _require_active(hook)
    _check(since)
    if trigger_type not in hook.trigger_types:
        raise InvalidInputError(
            "This hook does not wait for that.", {"event_type": "Choose one that the hook is subscribed to."}
        )
    replay_facts.enqueue(
        hook_id=hook.pk,
        trigger_type=trigger_type,
        since=since.isoformat(),
        dedupe_key=f"automation.replay:{hook.pk}:{trigger_type}",
    )


@task(queue="hooks")
def replay_facts(hook_id: int, trigger_type: str, since: str) -> None:
    """Make deliveries of what happened since a moment, or have them sent again. May be repeated."""
    hook = Hook.objects.select_related("created_by").get(pk=hook_id)
    left = MOST
    for facts in _facts_since(datetime.fromisoformat(since), get_trigger(trigger_type).kinds):
        rows = list_deliveries(facts, [hook], types=[trigger_type], is_replay=True)[:left]
        with transaction.atomic():
            insert(rows)
            _fill_emptied(hook, rows)
            _send_again(hook.deliveries.filter(message_id__in=[row.message_id for row in rows]))
        left -= len(rows)
        if not left:
            return


def _facts_since(moment: datetime, kinds: Iterable[str]) -> Iterable[list[Fact]]:
    first = find_first_fact_since(moment)
    last_seen = first.pk - 1 if first else 0
    while first and (
        facts := list(
            Fact.objects.filter(pk__gt=last_seen, kind__in=kinds, recorded_at__gte=moment).order_by("pk")[
                :_FACTS_AT_ONCE
            ]
        )
    ):
        yield facts
        last_seen = facts[-1].pk


def _fill_emptied(hook: Hook, rows: Iterable[HookDelivery]) -> None:
    """Give deliveries whose payload is no longer kept the one that was made now."""
    made = {row.message_id: row.payload for row in rows}
    for emptied in hook.deliveries.filter(message_id__in=made, payload="").only("message_id"):
        HookDelivery.objects.filter(pk=emptied.pk).update(payload=made[emptied.message_id])


def _send_again(rows: "QuerySet[HookDelivery]") -> int:
    """Make rows wait as if they were new."""
    return rows.update(
        state=HookDelivery.State.WAITING, attempts=0, due_at=clock.now(), began_at=None, finished_at=None
    )


def _require_active(hook: Hook) -> None:
    if hook.state != Hook.State.ACTIVE:
        raise StateConflictError("This subscription is not active. Switch it on first.")


def _check(since: datetime) -> None:
    age = clock.now() - since
    if age < timedelta() or age > FURTHEST_BACK:
        raise InvalidInputError(
            "That cannot be replayed.",
            {"since": f"Choose a moment of the last {FURTHEST_BACK.days} days."},
        )
