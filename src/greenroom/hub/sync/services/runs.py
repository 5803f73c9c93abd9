"""Runs: one pass over a product of a connection at a time, each with a row that tells how it goes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction

from greenroom.goto import GotoError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.pacing import SharedLimiter
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError
from greenroom.hub.jobs.registry import task
from greenroom.hub.sync.models import OPEN_STATES, SyncRun
from greenroom.hub.sync.services.pulling import pull
from greenroom.hub.users.models import User

log = structlog.get_logger(__name__)

# A run that says nothing for so long has lost its process, and stands in nobody's way any more.
_ABANDONED_AFTER = timedelta(minutes=10)


def open_run(*, connection: Connection, product: str, event_key: str = "", is_full: bool = False) -> SyncRun | None:
    """Begin a run to be carried out by the caller, or return None when another one is open."""
    try:
        with transaction.atomic():
            return _create_run(connection, product, event_key, is_full)
    except IntegrityError:
        return None


def request_sync(
    *, connection: Connection, product: str, event_key: str = "", is_full: bool = False, actor: User | None = None
) -> SyncRun:
    """
    Ask for a run in the background.

    The one that is open already is returned; one that has not begun becomes a full one if that is what is asked for.
    """
    try:
        with transaction.atomic():
            run = _create_run(connection, product, event_key, is_full, actor)
            run_sync.enqueue(run_id=run.pk)
            return run
    except IntegrityError:
        same = SyncRun.objects.filter(connection=connection, product=product, event_key=event_key)
        if is_full:
            same.filter(state=SyncRun.State.WAITING).update(is_full=True)
        if open_one := same.filter(state__in=OPEN_STATES).first():
            return open_one
        # It has ended since: now there is room for another.
        return request_sync(connection=connection, product=product, event_key=event_key, is_full=is_full, actor=actor)


def _create_run(
    connection: Connection, product: str, event_key: str, is_full: bool, actor: User | None = None
) -> SyncRun:
    now = clock.now()
    same = SyncRun.objects.filter(connection=connection, product=product, event_key=event_key, state__in=OPEN_STATES)
    # Its process was killed: the command line has no job behind it that would be run again, and a job gives up.
    same.filter(alive_at__lt=now - _ABANDONED_AFTER).update(
        state=SyncRun.State.FAILED, error="abandoned", finished_at=now
    )
    return SyncRun.objects.create(
        connection=connection,
        product=product,
        event_key=event_key,
        is_full=is_full,
        requested_by=actor,
        requested_at=now,
        alive_at=now,
    )


@task(queue="sync", max_attempts=3)
def run_sync(run_id: int) -> None:
    """Carry out a run that was asked for. One that GoTo stops says so in its row; the next run goes on."""
    run = SyncRun.objects.select_related("connection").get(pk=run_id)
    if run.is_open:
        with suppress(HubError, GotoError):
            synchronize(run=run)


def synchronize(*, run: SyncRun, progress: Callable[[SyncRun], None] = lambda run: None) -> None:
    """
    Carry out a run now, noting its progress in its row. One whose process was killed begins again.

    Raises:
        HubError: the run stopped; its row says why.
    """
    run.state, run.started_at = SyncRun.State.RUNNING, clock.now()
    run.events_done, run.alive_at = 0, run.started_at
    run.save(update_fields=["state", "started_at", "events_done", "alive_at"])
    reached("sync.run_begun")
    limiter = SharedLimiter()
    state, code = SyncRun.State.FAILED, "stopped"
    try:
        with open_goto(run.connection, limiter=limiter, sets_aside=True) as goto:
            pull(goto, run, progress)
        reached("sync.all_read")
        state, code = SyncRun.State.DONE, ""
    except (HubError, GotoError) as error:
        code = error.code
        raise
    finally:
        # Also when it was interrupted, or met what nobody expected: an open run keeps the next one from starting.
        _finish(run, limiter, state, code)


def _finish(run: SyncRun, limiter: SharedLimiter, state: SyncRun.State, error: str) -> None:
    run.state, run.error, run.calls, run.finished_at = state, error, limiter.calls, clock.now()
    # One that was given up in the meantime stays so: another one has begun since.
    columns = ["state", "error", "calls", "finished_at", "events_done", "rows_changed", "event_errors"]
    still_ours = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING)
    still_ours.update(**{name: getattr(run, name) for name in columns})
    log.info("sync.finished", run=run.pk, state=state, calls=run.calls, events=run.events_done, rows=run.rows_changed)
