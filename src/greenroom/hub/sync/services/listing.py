"""Which events there are: the list, one event by its key, and those that are gone from the list."""

from datetime import timedelta

from greenroom.goto import GoTo
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Product
from greenroom.hub.events.services import mark_absent_events, mark_found, store_event, store_events
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services.patience import Patience

# GoTo takes windows of twenty years; ours holds everything a hub has a use for.
_WINDOW_BACK, _WINDOW_AHEAD = timedelta(days=5 * 365), timedelta(days=5 * 365)


def pull_events(goto: GoTo, run: SyncRun, product: Product) -> list[Event]:
    """Read the list of events, or the one event of the run, and return those that there are."""
    organizer_key = run.connection.organizer_key
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
    return events + _look_for_absent(goto, run, product, {event.pk for event in events})


def _look_for_absent(goto: GoTo, run: SyncRun, product: Product, listed: set[int]) -> list[Event]:
    """Ask for each event that the list left out; finished trainings leave it without being gone."""
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
    with Patience(run.event_errors).over(event):
        if product.get_event(goto, event.organizer_key, event.event_key) is None:
            return True
        mark_found(event=event)
    return False
