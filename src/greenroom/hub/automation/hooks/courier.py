"""
Carrying deliveries to those who wait for them.

One loop in every worker process takes what is due and calls many addresses at once; each hook has few calls at a time,
so one that never answers holds up nobody but itself. A delivery that is taken is due again a while later unless its
outcome was written down before: whoever dies with it loses nothing, and the receiver knows by its id what came twice.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import structlog
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection as database
from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from greenroom.hub.automation.hooks.calling import TOTAL_SECONDS, Answer, call
from greenroom.hub.automation.hooks.ending import end_what_is_over
from greenroom.hub.automation.hooks.messages import CONTENT_TYPES
from greenroom.hub.automation.hooks.outcomes import Outcome, record
from greenroom.hub.automation.hooks.signing import sign
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError
from greenroom.hub.jobs.retry import describe

CALLS_PER_HOOK = 20
CALLS = 500
# Longer than a call can take.
HELD_FOR = timedelta(seconds=30)
# What becomes due meanwhile is taken together.
_PAUSE_SECONDS, _IDLE_SECONDS = 0.05, 0.25
# Keys that were taken back are looked for this often.
_ENDING_SECONDS = 5.0

log = structlog.get_logger(__name__)


def run_courier(stop: threading.Event) -> None:
    """Deliver what is due until `stop` is set, then finish what was begun."""
    async_to_sync(Courier().run)(stop)


def deliver_due() -> int:
    """Deliver all that is due now and return how many calls were made. For tests and simulations."""
    return async_to_sync(Courier().drain)()


class Courier:
    """Takes deliveries that are due, and calls."""

    def __init__(self) -> None:
        """Carry nothing yet."""
        self._busy: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: list[Outcome] = []
        self._writing = asyncio.Lock()

    async def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set."""
        endings_due = 0.0
        while not stop.is_set():
            if time.monotonic() >= endings_due:
                await sync_to_async(end_what_is_over)()
                endings_due = time.monotonic() + _ENDING_SECONDS
            is_busy = bool(await self._start() or self._tasks)
            await asyncio.sleep(_PAUSE_SECONDS if is_busy else _IDLE_SECONDS)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=TOTAL_SECONDS)

    async def drain(self) -> int:
        """Go on until nothing is due."""
        started = 0
        while (count := await self._start()) or self._tasks:
            started += count
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return started

    async def _start(self) -> int:
        """Begin calls of what is due, as many as there is room for."""
        if len(self._tasks) >= CALLS:
            return 0
        taken = await sync_to_async(take_due)(self._busy, limit=CALLS - len(self._tasks))
        for delivery in taken:
            self._busy[delivery.hook_id] += 1
            task = asyncio.create_task(self._carry(delivery))
            self._tasks.add(task)
            task.add_done_callback(partial(self._finish, delivery.hook_id))
        return len(taken)

    def _finish(self, hook_id: int, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._busy[hook_id] -= 1
        if not self._busy[hook_id]:
            del self._busy[hook_id]

    async def _carry(self, delivery: HookDelivery) -> None:
        try:
            answer = await _send(delivery)
            reached("hooks.sent")
            self._answers.append((delivery, answer))
            await self._write()
        except Exception as error:  # noqa: BLE001 - it is due again soon; the others must go on
            log.error("hooks.delivery_failed", delivery=delivery.pk, error=describe(error))

    async def _write(self) -> None:
        """Write down what came of the calls; those that end while others are written are written together."""
        async with self._writing:
            answers, self._answers = self._answers, []
            if answers:
                await sync_to_async(record)(answers)
                reached("hooks.recorded")


def take_due(busy: Mapping[int, int], *, limit: int) -> list[HookDelivery]:
    """
    Take up to `limit` deliveries that are due, for `HELD_FOR`; nobody else gets them meanwhile.

    One query when nothing is due, else one for each hook and two. Costs do not grow with what waits for a busy hook.

    Args:
        busy: how many calls of which hooks are under way.
    """
    now = clock.now()
    due = HookDelivery.objects.filter(state=HookDelivery.State.WAITING, due_at__lte=now)
    full = [hook_id for hook_id, calls in busy.items() if calls >= CALLS_PER_HOOK]
    hooks = Hook.objects.filter(Exists(due.filter(hook=OuterRef("pk"))), state=Hook.State.ACTIVE).exclude(pk__in=full)
    if not (waiting := list(hooks.order_by("?")[:limit])):
        return []
    taken: list[HookDelivery] = []
    with transaction.atomic():
        for hook in waiting:
            room = min(CALLS_PER_HOOK - busy.get(hook.pk, 0), limit - len(taken))
            taken += _lock(due, hook, room)
        HookDelivery.objects.filter(pk__in=[delivery.pk for delivery in taken]).update(
            due_at=now + HELD_FOR, began_at=Coalesce("began_at", Value(now, DateTimeField()))
        )
    for delivery in taken:
        delivery.due_at, delivery.began_at = now + HELD_FOR, delivery.began_at or now
    reached("hooks.taken")
    return taken


def _lock(due: "QuerySet[HookDelivery]", hook: Hook, room: int) -> list[HookDelivery]:
    """Return the deliveries of a hook that are due first, but for those that somebody else takes just now."""
    locked = due.select_for_update(skip_locked=True) if database.features.has_select_for_update_skip_locked else due
    found = list(locked.filter(hook=hook).order_by("due_at", "pk")[:room])
    for delivery in found:
        delivery.hook = hook
    return found


async def _send(delivery: HookDelivery) -> Answer:
    now, hook = clock.now(), delivery.hook
    try:
        body = delivery.payload.encode()
        secrets = [hook.secret]
        if hook.old_secret_until and now < hook.old_secret_until:
            secrets.append(hook.old_secret)
        proof = sign(body, secrets=secrets, message_id=delivery.message_id, timestamp=int(now.timestamp()))
        url = hook.target_url
    except HubError as error:  # it was encrypted with a key that is lost
        return Answer(headers={}, error=error.code, duration_ms=0)
    return await call(url, headers={"content-type": CONTENT_TYPES[Hook.Form(hook.form)], **proof}, body=body)
