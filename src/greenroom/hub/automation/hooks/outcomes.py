"""What an answer means for a delivery and for its hook."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from greenroom.hub.automation.hooks.calling import Answer
from greenroom.hub.automation.hooks.retrying import next_attempt_at
from greenroom.hub.automation.hooks.warning import warn_of_hook
from greenroom.hub.automation.models import Hook, HookAttempt, HookDelivery
from greenroom.hub.core import clock
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append

DISABLED_AFTER = timedelta(days=5)
# Longer than the longest wait between two attempts: after such a silence a failure is the first of its kind again.
_SILENCE = timedelta(hours=50)
# Writing down each of many successes would make them wait for each other.
_SUCCESS_IS_NOTED_EVERY = timedelta(seconds=1)
_GONE = 410
_BUSY = {429, 503}


Outcome = tuple[HookDelivery, Answer]


@transaction.atomic
def record(outcomes: Sequence[Outcome]) -> None:
    """
    Write down attempts and what follows from them. Deliveries are as they were when they were taken to be sent.

    A few statements for all that were taken, and a few for each that failed. Somebody else may have a delivery by now,
    when it was held for too long. A success is one all the same; what follows from a failure is left to them.
    """
    now = clock.now()
    HookAttempt.objects.bulk_create(_attempt(delivery, answer, now) for delivery, answer in outcomes)
    if taken := [delivery for delivery, answer in outcomes if answer.is_success]:
        _succeed(taken, now)
    for delivery, answer in outcomes:
        if not answer.is_success:
            _fail(delivery, answer, now)


def _attempt(delivery: HookDelivery, answer: Answer, now: datetime) -> HookAttempt:
    return HookAttempt(
        delivery=delivery,
        attempted_at=now,
        duration_ms=answer.duration_ms,
        status=answer.status,
        error=answer.error,
        answer=answer.body.decode(errors="replace").replace("\0", "\ufffd"),
    )


def _succeed(deliveries: Sequence[HookDelivery], now: datetime) -> None:
    HookDelivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(
        state=HookDelivery.State.DELIVERED, attempts=F("attempts") + 1, finished_at=now
    )
    is_news = Q(last_success_at=None) | Q(last_success_at__lt=now - _SUCCESS_IS_NOTED_EVERY)
    hooks = Hook.objects.filter(pk__in={one.hook_id for one in deliveries})
    hooks.filter(is_news | Q(failing_since__isnull=False)).update(last_success_at=now, failing_since=None)


def _fail(delivery: HookDelivery, answer: Answer, now: datetime) -> None:
    attempts = delivery.attempts + 1
    is_gone = answer.status == _GONE
    due_at = None if is_gone else _next_attempt(delivery, attempts, answer, now)
    changes = {"due_at": due_at} if due_at else {"state": HookDelivery.State.DEAD, "finished_at": now}
    held = HookDelivery.objects.filter(pk=delivery.pk, state=HookDelivery.State.WAITING, due_at=delivery.due_at)
    if not held.update(attempts=attempts, **changes):
        return
    hook = Hook.objects.select_for_update().get(pk=delivery.hook_id)
    if due_at is None:
        append([_fact(Fact.Kind.HOOK_EXHAUSTED, hook, delivery, now)])
    _note_failure(hook, delivery, now, is_gone=is_gone)


def _next_attempt(delivery: HookDelivery, attempts: int, answer: Answer, now: datetime) -> datetime | None:
    return next_attempt_at(
        began_at=delivery.began_at or now,
        attempts=attempts,
        now=now,
        jitter=secrets.SystemRandom().uniform(-1, 1),
        retry_after=_asked_wait(answer),
    )


def _asked_wait(answer: Answer) -> timedelta | None:
    """Return how long a busy receiver asks us to wait, in seconds; nobody we know of sends a date."""
    text = answer.headers.get("retry-after", "")
    is_asked = answer.status in _BUSY and text.isascii() and text.isdigit() and len(text) < 8
    return timedelta(seconds=int(text)) if is_asked else None


def _note_failure(hook: Hook, delivery: HookDelivery, now: datetime, *, is_gone: bool) -> None:
    was_silent = hook.last_failure_at is None or now - hook.last_failure_at > _SILENCE
    if hook.failing_since is None or was_silent:
        hook.failing_since = now
    hook.last_failure_at = now
    is_over = is_gone or now - hook.failing_since >= DISABLED_AFTER
    if is_over and hook.state in {Hook.State.ACTIVE, Hook.State.PAUSED}:
        hook.state, hook.state_reason = Hook.State.DISABLED, "gone" if is_gone else "failing"
        append([_fact(Fact.Kind.HOOK_DISABLED, hook, delivery, now)])
        warn_of_hook.enqueue(hook_id=hook.pk, dedupe_key=f"automation.warn_of_hook:{hook.pk}")
    hook.save(update_fields=["failing_since", "last_failure_at", "state", "state_reason"])


def _fact(kind: Fact.Kind, hook: Hook, delivery: HookDelivery, now: datetime) -> NewFact:
    return NewFact(
        kind=kind,
        happened_at=now,
        dedupe_key=f"{kind}:{delivery.pk}:{now.timestamp()}",
        data={
            "hook": hook.public_id,
            "owner": hook.owner,
            "trigger_type": delivery.trigger_type,
            "message_id": delivery.message_id,
            "reason": hook.state_reason,
        },
    )
