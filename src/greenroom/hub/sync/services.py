"""
Pulling what GoTo knows into the mirror.

A run reads the list of events, then for each event that may have changed its registrants, then the attendance that is
due. A failing event is noted and steps aside; GoTo being down stops the run, and the next one picks up.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from greenroom.goto import AuthenticationError, GoTo, GotoError, RateLimitError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.pacing import SharedLimiter
from greenroom.hub.connections.selectors import list_active_connections
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError, ReconnectNeededError, UnknownObjectError
from greenroom.hub.events.errors import UnknownEventError
from greenroom.hub.events.links import PastedLink
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS, Product, get_product
from greenroom.hub.events.products.base import SessionData
from greenroom.hub.events.selectors import find_pasted_events
from greenroom.hub.events.services import (
    mark_absent_events,
    mark_found,
    mark_live,
    plan_next_reading,
    store_attendance,
    store_event,
    store_events,
    store_registrants,
    store_registration_form,
    store_sessions,
)
from greenroom.hub.jobs.registry import task
from greenroom.hub.sync.models import OPEN_STATES, SyncRun
from greenroom.hub.users.models import User

log = structlog.get_logger(__name__)

# GoTo takes windows of twenty years; ours holds everything a hub has a use for.
_WINDOW_BACK, _WINDOW_AHEAD = timedelta(days=5 * 365), timedelta(days=5 * 365)
# A run that says nothing for so long has lost its process, and stands in nobody's way any more.
_ABANDONED_AFTER = timedelta(minutes=10)
# Registrants of a past event are read once more after its end, then left alone.
_FINAL_READING = timedelta(days=1)
_FORM_IS_FRESH = timedelta(days=1)
# One event that GoTo fails over steps aside; so many one after the other mean that GoTo is down.
_FAILURES_IN_A_ROW = 3


def open_run(*, connection: Connection, product: str, event_key: str = "") -> SyncRun | None:
    """Begin a run to be carried out by the caller, or return None when another one is open."""
    try:
        with transaction.atomic():
            return _create_run(connection, product, event_key)
    except IntegrityError:
        return None


def request_sync(*, connection: Connection, product: str, event_key: str = "", actor: User | None = None) -> SyncRun:
    """Ask for a run in the background; the one that is open already is returned."""
    try:
        with transaction.atomic():
            run = _create_run(connection, product, event_key, actor)
            run_sync.enqueue(run_id=run.pk)
            return run
    except IntegrityError:
        return SyncRun.objects.get(
            connection=connection,
            product=product,
            event_key=event_key,
            state__in=OPEN_STATES,
        )


def _create_run(connection: Connection, product: str, event_key: str, actor: User | None = None) -> SyncRun:
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
    limiter = SharedLimiter()
    state, code = SyncRun.State.FAILED, "stopped"
    try:
        with open_goto(run.connection, limiter=limiter) as goto:
            _pull(goto, run, progress)
        state, code = SyncRun.State.DONE, ""
    except (HubError, GotoError) as error:
        code = error.code
        raise
    finally:
        # Also when it was interrupted, or met what nobody expected: an open run keeps the next one from starting.
        _finish(run, limiter, state, code)


def _finish(run: SyncRun, limiter: SharedLimiter, state: SyncRun.State, error: str) -> None:
    run.state, run.error, run.calls, run.finished_at = state, error, limiter.calls, clock.now()
    run.save(update_fields=["state", "error", "calls", "finished_at", "events_done", "rows_changed", "event_errors"])
    log.info("sync.finished", run=run.pk, state=state, calls=run.calls, events=run.events_done, rows=run.rows_changed)


def _pull(goto: GoTo, run: SyncRun, progress: Callable[[SyncRun], None]) -> None:
    events = _pull_events(goto, run)
    reached("sync.events_read")
    pending = [event for event in events if run.event_key or _needs_registrants(event)]
    run.events_total = len(pending)
    run.save(update_fields=["events_total"])
    patience = _Patience(run.event_errors)
    for event in pending:
        with patience.over(event):
            run.rows_changed += _pull_people(goto, event)
        run.events_done += 1
        # One small statement per event: the page that shows the run moves with it.
        _note_progress(run)
        progress(run)
    _pull_live(goto, run)
    due = [event for event in events if run.event_key or (event.attendance_due_at or clock.now()) < clock.now()]
    collect_attendance(
        goto=goto,
        connection=run.connection,
        product=run.product,
        events=due,
        errors=run.event_errors,
        progress=partial(_note_progress, run),
    )


def _note_progress(run: SyncRun) -> None:
    SyncRun.objects.filter(pk=run.pk).update(
        events_done=run.events_done, rows_changed=run.rows_changed, alive_at=clock.now()
    )


def _pull_events(goto: GoTo, run: SyncRun) -> list[Event]:
    product, organizer_key = get_product(run.product), run.connection.organizer_key
    if run.event_key:
        found = product.get_event(goto, organizer_key, run.event_key)
        known = Event.objects.filter(connection=run.connection, product=run.product, event_key=run.event_key).first()
        if found is None and known is None:
            raise UnknownObjectError("GoTo does not know this event.")
        if found is None:
            if known and _is_past(known):
                return [known]
            mark_absent_events(events=[known] if known else [])
            return []
        if known:
            mark_found(event=known)
            # Reading one event by its key tells less than the list does: what it leaves out stays as it was.
            return [known]
        return [store_event(connection=run.connection, product=run.product, found=found)]
    now = clock.now()
    listed = product.list_events(goto, organizer_key, now - _WINDOW_BACK, now + _WINDOW_AHEAD)
    events = store_events(connection=run.connection, product=run.product, found=listed)
    return events + _look_for_absent(goto, run, {event.pk for event in events})


def _look_for_absent(goto: GoTo, run: SyncRun, listed: set[int]) -> list[Event]:
    """Ask for each event that the list left out; finished trainings leave it without being gone."""
    product = get_product(run.product)
    silent = Event.objects.filter(connection=run.connection, product=run.product).exclude(state=Event.State.CANCELLED)
    absent, past = [], []
    for event in silent.exclude(pk__in=listed).select_related("connection"):
        if _is_past(event):
            past.append(event)
        elif _is_absent(goto, product, run, event):
            absent.append(event)
    mark_absent_events(events=absent)
    return past


def _is_past(event: Event) -> bool:
    return event.ends_at is not None and event.ends_at < clock.now()


def _is_absent(goto: GoTo, product: Product, run: SyncRun, event: Event) -> bool:
    with _Patience(run.event_errors).over(event):
        if product.get_event(goto, event.organizer_key, event.event_key) is None:
            return True
        mark_found(event=event)
    return False


def _needs_registrants(event: Event) -> bool:
    if event.state == Event.State.CANCELLED:
        return False
    end, last = event.ends_at, event.registrants_read_at
    return end is None or last is None or clock.now() < end + _FINAL_READING or last < end


class _Patience:
    """Lets an event step aside that GoTo fails over, and stops when it is GoTo that fails."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self._errors = errors
        self._failures = 0

    @contextmanager
    def over(self, event: Event) -> Iterator[None]:
        """Note what goes wrong with this event; raise what would go wrong with the next one too."""
        try:
            yield
        except GotoError as error:
            self._failures += error.retryable
            if isinstance(error, AuthenticationError | RateLimitError) or self._failures == _FAILURES_IN_A_ROW:
                raise
            self._errors.append({"event": event.pk, "code": error.code})
        else:
            self._failures = 0


def _pull_people(goto: GoTo, event: Event) -> int:
    _pull_form(goto, event)
    listing = get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)
    return store_registrants(event=event, listing=listing)


def _pull_form(goto: GoTo, event: Event) -> None:
    """Read what the organizer asks, once a day, of events that one can still register for."""
    read_at, now = event.registration_form_read_at, clock.now()
    is_over = event.ends_at is not None and event.ends_at < now
    if is_over or (read_at and now - read_at < _FORM_IS_FRESH):
        return
    form = get_product(event.product).get_registration_form(goto, event.organizer_key, event.event_key)
    store_registration_form(event=event, form=form)


def _pull_live(goto: GoTo, run: SyncRun) -> None:
    product = get_product(run.product)
    if product.tells_when_live:
        keys = product.list_live_keys(goto, run.connection.organizer_key)
        mark_live(connection=run.connection, product=run.product, live_keys=keys)


def collect_attendance(
    *,
    goto: GoTo,
    connection: Connection,
    product: str,
    events: Iterable[Event],
    errors: list[dict[str, Any]],
    progress: Callable[[], None] = lambda: None,
) -> None:
    """
    Read the ended sessions of these events and who was in them, and plan the next look at each.

    What goes wrong with single events is added to `errors`.
    """
    by_key = {event.event_key: event for event in events}
    if not by_key:
        return
    kind, now = get_product(product), clock.now()
    since = min((event.starts_at for event in by_key.values() if event.starts_at), default=now) - timedelta(days=1)
    found: dict[str, list[SessionData]] = {}
    for told in kind.list_sessions(goto, connection.organizer_key, by_key.keys(), since, now + timedelta(days=1)):
        found.setdefault(told.event_key, []).append(told)
    patience = _Patience(errors)
    for key, event in by_key.items():
        with patience.over(event):
            for session in store_sessions(event=event, found=found.get(key, [])):
                if not session.is_final:
                    listing = kind.list_attendance(goto, event.organizer_key, event.event_key, session.session_key)
                    store_attendance(event=event, session=session, listing=listing)
        plan_next_reading(event=event)
        progress()


def close_past_events() -> int:
    """Turn events whose planned end is behind us, and which are not running, into ended ones. One statement."""
    now = clock.now()
    return Event.objects.filter(state=Event.State.SCHEDULED, ends_at__lt=now).update(state=Event.State.ENDED)


def watch(*, connection: Connection, product: str) -> None:
    """
    Look at what is running now: which events have begun or ended, and the attendance of those that have.

    One call for all events of an organizer, or one per running event where the product does not tell what is live.
    """
    kind = get_product(product)
    with open_goto(connection) as goto:
        if kind.tells_when_live:
            keys = kind.list_live_keys(goto, connection.organizer_key)
            ended = mark_live(connection=connection, product=product, live_keys=keys)
        else:
            ended = []
        due = Event.objects.filter(connection=connection, product=product, attendance_due_at__lte=clock.now())
        due = due.exclude(state=Event.State.CANCELLED)
        events = {event.pk: event for event in [*ended, *due, *_running_untold(connection, product)]}
        errors: list[dict[str, Any]] = []
        collect_attendance(goto=goto, connection=connection, product=product, events=events.values(), errors=errors)
    for error in errors:
        log.warning("watch.event_failed", connection=connection.pk, event_id=error["event"], code=error["code"])


def _running_untold(connection: Connection, product: str) -> list[Event]:
    """Return the events that may have ended early without anybody telling, and were not looked at just now."""
    if get_product(product).tells_when_live:
        return []
    now = clock.now()
    # In one call: in two, a date in the past and another one to come would count as one that is running.
    running = Event.objects.filter(
        connection=connection, product=product, times__starts_at__lte=now, times__ends_at__gte=now
    ).exclude(attendance_read_at__gt=now - timedelta(minutes=2))
    return list(running.exclude(state=Event.State.CANCELLED).distinct())


def keep_registration_form_fresh(*, event: Event) -> None:
    """Have the organizer's form read again in the background when it is unknown, refused or an hour old."""
    read_at = event.registration_form_read_at
    if read_at is None or clock.now() - read_at > timedelta(hours=1):
        read_registration_form.enqueue(event_id=event.pk, dedupe_key=f"form:{event.pk}")


@task(queue="goto", priority=5, max_attempts=5)
def read_registration_form(event_id: int) -> None:
    """Read what the organizer of one event asks at sign-up."""
    event = Event.objects.select_related("connection").get(pk=event_id)
    with open_goto(event.connection) as goto:
        form = get_product(event.product).get_registration_form(goto, event.organizer_key, event.event_key)
    store_registration_form(event=event, form=form)


def find_at_goto(*, link: PastedLink) -> list[Event]:
    """
    Return the events a pasted link points to; one that we do not have yet is asked for at GoTo, account by account.

    Raises:
        UnknownEventError: no connected account has it.
        TemporarilyUnavailableError: GoTo did not answer, so it cannot be told.
    """
    try:
        return find_pasted_events(link)
    except UnknownEventError:
        if not link.event_key:
            raise
    for connection in list_active_connections():
        for product in PRODUCTS.values():
            try:
                with open_goto(connection, is_waited_for=True) as goto:
                    found = product.get_event(goto, connection.organizer_key, link.event_key)
            except (GotoError, ReconnectNeededError):
                continue  # this account may not see it, takes the key for a wrong one, or lost its access
            if found:
                return [store_event(connection=connection, product=product.code, found=found)]
    raise UnknownEventError("None of the connected accounts has this event.")
