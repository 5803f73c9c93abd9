"""
One pass: the list of events, what runs now, then event by event the registrants and the attendance that are due.

A failing event is noted in the run and steps aside; GoTo being down stops the run, and the next one picks up.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from greenroom.goto import GoTo
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.services import store_registrants, store_registration_form
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.plan import Outlook, next_reading
from greenroom.hub.sync.selectors import is_told, list_attendance_due, list_possibly_held, list_registrants_due
from greenroom.hub.sync.services.attendance import find_sessions, has_new_session, read_attendance
from greenroom.hub.sync.services.listing import read_list, read_one
from greenroom.hub.sync.services.patience import Patience
from greenroom.hub.sync.services.watching import look_what_is_live

_FORM_IS_FRESH = timedelta(days=1)


def pull(goto: GoTo, run: SyncRun, progress: Callable[[SyncRun], None]) -> None:
    """Carry out one pass, noting in the run what it did and what went wrong with single events."""
    product = get_product(run.product).for_one_run()
    read_events = read_one if run.event_key else read_list
    read_events(goto, run, product)
    _read_live(goto, run, product)
    reached("sync.events_read")
    outlooks, awaited = list_registrants_due(run), dict.fromkeys(list_attendance_due(run))
    looked_at = awaited | dict.fromkeys(list_possibly_held(run))
    sessions = find_sessions(goto, run.connection, product, looked_at.keys())
    awaited |= dict.fromkeys(event for event in looked_at if has_new_session(event, sessions))
    events = list(outlooks | awaited)
    told = _Progress(run, progress)
    told.begin(len(events))
    patience = Patience(run.event_errors)
    for event in events:
        if event in outlooks:
            with patience.over(event):
                run.rows_changed += _read_registrants(goto, product, event, outlooks[event])
                reached("sync.registrants_read")
            if is_form_stale(event):
                with patience.over(event):
                    _read_form(goto, product, event)
        if event in awaited:
            read_attendance(goto, product, event, sessions, patience, with_final=run.is_full)
        told.step()


class _Progress:
    """Tells how far a run has come: whoever carries it out after each event, and its row at most once a second."""

    _EVERY = timedelta(seconds=1)

    def __init__(self, run: SyncRun, tell: Callable[[SyncRun], None]) -> None:
        self._run, self._tell = run, tell
        self._noted_at: datetime = clock.now()

    def begin(self, total: int) -> None:
        self._run.events_total = total
        self._note(events_total=total)

    def step(self) -> None:
        self._run.events_done += 1
        if clock.now() - self._noted_at >= self._EVERY:
            self._note()
        self._tell(self._run)

    def _note(self, **more: int) -> None:
        """
        Write it down.

        Raises:
            StateConflictError: the run was given up while nothing was heard of it, and another one may be on its way.
        """
        run, self._noted_at = self._run, clock.now()
        still_ours = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING)
        if not still_ours.update(
            events_done=run.events_done, rows_changed=run.rows_changed, alive_at=self._noted_at, **more
        ):
            raise StateConflictError("This run was given up, since nothing was heard of it for long.")


def _read_registrants(goto: GoTo, product: Product, event: Event, outlook: Outlook) -> int:
    goto.take_set_aside()
    listing = product.list_registrants(goto, event.organizer_key, event.event_key)
    now = clock.now()
    next_at = next_reading(replace(outlook, read_at=now), now)
    return store_registrants(event=event, listing=listing, next_at=next_at, take_set_aside=goto.take_set_aside)


def is_form_stale(event: Event) -> bool:
    """Tell whether to ask what the organizer asks: once a day, where somebody here has wanted to know before."""
    now, read_at = clock.now(), event.registration_form_read_at
    is_over = event.ends_at is not None and event.ends_at < now
    if event.registration_form is None or is_over:
        return False
    return read_at is None or now - read_at >= _FORM_IS_FRESH


def _read_form(goto: GoTo, product: Product, event: Event) -> None:
    form = product.get_registration_form(goto, event.organizer_key, event.event_key)
    store_registration_form(event=event, form=form)


def _read_live(goto: GoTo, run: SyncRun, product: Product) -> None:
    """Look what runs now, unless webhooks tell of whoever comes in; around its plan an event is watched anyway."""
    if product.tells_when_live and not is_told(run):
        look_what_is_live(goto, run.connection, product)
