"""Which events there are: the list, one event by its key, and those that are gone from the list."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from greenroom.goto import GoTo
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event, Listing
from greenroom.hub.events.products import Product
from greenroom.hub.events.services import (
    Place,
    Verdict,
    judge,
    mark_absent_events,
    mark_found,
    mark_missing,
    set_aside,
    store_event,
    store_events,
)
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services.patience import Patience

# GoTo takes windows of twenty years; ours holds everything a hub has a use for.
_WIDE = timedelta(days=5 * 365)
# A run reads the events since a day ago, since nothing else is news; the first one of a day reads them all.
_BACK = timedelta(days=1)
# So many events that the list left out are asked for in one run; the others wait for the next ones.
_LOOKS_AT_ONCE = 50


def read_list(goto: GoTo, run: SyncRun, product: Product) -> None:
    """Read the list of events, and look for those it left out. One call per 200 events, and one for each left out."""
    since, until = window(run)
    known = list(_upcoming(run))
    asked_at = clock.now()
    goto.take_set_aside()
    listed = list(product.list_events(goto, run.connection.organizer_key, since, until))
    unreadable = goto.take_set_aside()
    set_aside(place=_place(run), rows=unreadable, is_whole=until - since == 2 * _WIDE)
    store_events(
        connection=run.connection,
        product=run.product,
        found=listed,
        asked_at=asked_at,
        were_there=not _list_runs_done(run).exists(),
    )
    reached("sync.list_stored")
    # That an event was held once does not say that GoTo still has it.
    there = {one.event_key for one in listed if one.is_planned}
    if unreadable:
        return  # any that was not listed may be behind a row that cannot be read
    absent = _doubt([event for event in known if event.event_key not in there], known, run)
    _look_for(goto, run, product, absent)


def window(run: SyncRun) -> tuple[datetime, datetime]:
    """Return from and until when a run lists events: all for a full run and the first one of a day (UTC)."""
    now = clock.now()
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    if run.is_full or not _list_runs_done(run).filter(started_at__gte=midnight).exists():
        return now - _WIDE, now + _WIDE
    # One with several dates is listed whole, whichever of its dates GoTo compares with the window (unconfirmed).
    first = _upcoming(run).aggregate(first=Min("starts_at"))["first"] or now
    return min(now, first) - _BACK, now + _WIDE


def _list_runs_done(run: SyncRun) -> QuerySet[SyncRun]:
    """Return the runs over the same list that came to their end."""
    return SyncRun.objects.filter(
        connection=run.connection, product=run.product, event_key="", state=SyncRun.State.DONE
    )


def _upcoming(run: SyncRun) -> QuerySet[Event]:
    """Return the known events that the list should have; finished ones may leave it without being gone."""
    events = Event.objects.filter(connection=run.connection, product=run.product).exclude(state=Event.State.CANCELLED)
    return events.filter(Q(ends_at__gte=clock.now()) | Q(ends_at=None)).select_related("connection").order_by("pk")


def _doubt(silent: Collection[Event], known: Collection[Event], run: SyncRun) -> list[Event]:
    """Return those worth asking for: none of a list that lost so many that it is held, or has just been believed."""
    missing = [event for event in silent if event.state == Event.State.MISSING]
    gone = [event for event in silent if event.state != Event.State.MISSING]
    there = sum(event.state != Event.State.MISSING for event in known)
    keys = [event.event_key for event in gone]
    with transaction.atomic():
        verdict = judge(_place(run), gone=keys, before=there)
        if verdict is Verdict.CONFIRMED:
            mark_missing(connection=run.connection, product=run.product, keys=keys)
    return [*missing, *gone] if verdict is Verdict.PLAUSIBLE else missing


def _place(run: SyncRun) -> Place:
    """Name the list of an organizer's events."""
    return Place(connection=run.connection, product=run.product, listing=Listing.EVENTS)


def _look_for(goto: GoTo, run: SyncRun, product: Product, events: list[Event]) -> None:
    patience = Patience(run.event_errors)
    absent = []
    for event in events[:_LOOKS_AT_ONCE]:
        with patience.over(event):
            if product.get_event(goto, event.organizer_key, event.event_key) is None:
                absent.append(event)
            else:
                mark_found(event=event)
    mark_absent_events(events=absent)


def read_one(goto: GoTo, run: SyncRun, product: Product) -> None:
    """
    Look for the one event of a run. One call.

    Raises:
        UnknownObjectError: neither GoTo nor we know it.
    """
    found = product.get_event(goto, run.connection.organizer_key, run.event_key)
    known = Event.objects.filter(connection=run.connection, product=run.product, event_key=run.event_key).first()
    if found is None and known is None:
        raise UnknownObjectError("GoTo does not know this event.")
    if found and known:
        # Reading one event by its key tells less than the list does: what it leaves out stays as it was.
        mark_found(event=known)
    elif found:
        store_event(connection=run.connection, product=run.product, found=found)
    elif known and not (known.ends_at and known.ends_at < clock.now()):
        mark_absent_events(events=[known])
