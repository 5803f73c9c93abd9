"""
One pass: the list of events, then the registrants of each event that may have changed, then the attendance that is due.

A failing event is noted in the run and steps aside; GoTo being down stops the run, and the next one picks up.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from greenroom.goto import GoTo
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.services import mark_live, store_registrants, store_registration_form
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services.attendance import collect_attendance
from greenroom.hub.sync.services.listing import pull_events
from greenroom.hub.sync.services.patience import Patience

# Registrants of a past event are read once more after its end, then left alone.
_FINAL_READING = timedelta(days=1)
_FORM_IS_FRESH = timedelta(days=1)


def pull(goto: GoTo, run: SyncRun, progress: Callable[[SyncRun], None]) -> None:
    """Carry out one pass, noting in the run what it did and what went wrong with single events."""
    product = get_product(run.product).for_one_run()
    events = pull_events(goto, run, product)
    reached("sync.events_read")
    has_registrants = Ability.REGISTER in product.abilities
    pending = [event for event in events if has_registrants and (run.event_key or _needs_registrants(event))]
    run.events_total = len(pending)
    run.save(update_fields=["events_total"])
    patience = Patience(run.event_errors)
    for event in pending:
        with patience.over(event):
            run.rows_changed += _pull_people(goto, event)
        run.events_done += 1
        # One small statement per event: the page that shows the run moves with it.
        _note_progress(run)
        progress(run)
    _pull_live(goto, run, product)
    due = [event for event in events if run.event_key or (event.attendance_due_at or clock.now()) < clock.now()]
    collect_attendance(
        goto=goto,
        connection=run.connection,
        product=product,
        events=due,
        errors=run.event_errors,
        progress=partial(_note_progress, run),
    )


def _note_progress(run: SyncRun) -> None:
    SyncRun.objects.filter(pk=run.pk).update(
        events_done=run.events_done, rows_changed=run.rows_changed, alive_at=clock.now()
    )


def _needs_registrants(event: Event) -> bool:
    if event.state == Event.State.CANCELLED:
        return False
    end, last = event.ends_at, event.registrants_read_at
    return end is None or last is None or clock.now() < end + _FINAL_READING or last < end


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


def _pull_live(goto: GoTo, run: SyncRun, product: Product) -> None:
    if product.tells_when_live:
        keys = product.list_live_keys(goto, run.connection.organizer_key)
        mark_live(connection=run.connection, product=run.product, live_keys=keys)
