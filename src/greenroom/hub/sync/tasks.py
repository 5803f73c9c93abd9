"""Background work of this app, where the job engine looks for it."""

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

from django.db.models import Q

from greenroom.goto import GotoError
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.pacing import read_budgets
from greenroom.hub.connections.selectors import list_active_connections
from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.plan import LOOK_EVERY, WATCHED_BEFORE, WATCHED_FOR_AFTER, look_every
from greenroom.hub.sync.selectors import list_events_there, time_left_to_watch
from greenroom.hub.sync.services import close_past_events, read_registration_form, request_sync, run_sync, watch

__all__ = [
    "forget_old_runs",
    "read_registration_form",
    "run_sync",
    "sync_everything",
    "watch_everything",
    "watch_product",
]

_RUNS_ARE_KEPT = timedelta(days=30)
# A GoTo that hangs holds up a look for a minute; without a pause looks would leave workers no time for anything else.
_PAUSE_AFTER_TROUBLE = timedelta(minutes=1)


@schedule(every=timedelta(minutes=15))
@task(queue="sync")
def sync_everything() -> None:
    """Ask for a run over every product of every active connection, as far as the day's calls are not used up."""
    budgets = read_budgets(PRODUCTS)
    for connection in list_active_connections():
        for product in PRODUCTS:
            if not budgets[product].is_spent:
                request_sync(connection=connection, product=product)


@schedule(every=LOOK_EVERY)
@task(queue="sync", priority=5)
def watch_everything() -> None:
    """Look closely where something is about to begin, is running, or has attendance due; a few calls for all of it."""
    close_past_events()
    now = clock.now()
    near = Q(times__starts_at__lte=now + WATCHED_BEFORE, times__ends_at__gte=now - WATCHED_FOR_AFTER)
    awaited = Q(state=Event.State.LIVE) | Q(attendance_due_at__lte=now) | Q(watched_until__gte=now)
    watched = list_events_there().filter(near | awaited, connection__state=Connection.State.ACTIVE)
    connections: dict[str, list[int]] = defaultdict(list)
    for pk, product in watched.values_list("connection", "product").distinct():
        connections[product].append(pk)
    for product, budget in read_budgets(connections).items():
        if budget.is_spent:
            continue
        # The job that waits is the one that the next rounds would put in line: between two looks lies this interval.
        later = look_every(time_left_to_watch(product, budget.goes_on_at), budget.left_for_background) - LOOK_EVERY
        for pk in connections[product]:
            watch_product.enqueue(
                connection_id=pk, product=product, dedupe_key=f"watch:{pk}:{product}", run_at=now + later
            )


@task(queue="sync", priority=5, max_attempts=1)
def watch_product(connection_id: int, product: str) -> None:
    """Look at the running events of one connection and product. What fails now is soon asked again."""
    connection = Connection.objects.get(pk=connection_id)
    if connection.last_error_at and clock.now() - connection.last_error_at < _PAUSE_AFTER_TROUBLE:
        return
    with suppress(HubError, GotoError):
        watch(connection=connection, product=product)


@schedule(every=timedelta(days=1))
@task(queue="sync")
def forget_old_runs() -> None:
    """Delete the rows of runs that ended a month ago."""
    SyncRun.objects.filter(finished_at__lt=clock.now() - _RUNS_ARE_KEPT).delete()
