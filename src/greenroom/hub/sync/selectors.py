"""Fetching runs, and what a run has to read."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Min, QuerySet

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, EventSession, EventTime
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.sync.models import OPEN_STATES, SyncRun
from greenroom.hub.sync.plan import PLANNED_FOR, WATCHED_BEFORE, WATCHED_FOR_AFTER, Outlook, is_due, time_to_watch

ABSENT = (Event.State.MISSING, Event.State.CANCELLED)
_LAST = timedelta(days=36_500)
_LATELY = timedelta(days=7)


def list_events_there() -> QuerySet[Event]:
    """Return the events that GoTo still has, as far as we know."""
    return Event.objects.exclude(state__in=ABSENT)


def time_left_to_watch(product: str, until: datetime) -> timedelta:
    """
    Return for how long events of a product are looked at closely until then, summed over the active connections.

    One query.
    """
    now = clock.now()
    near = EventTime.objects.filter(
        event__in=list_events_there().filter(product=product, connection__state=Connection.State.ACTIVE),
        ends_at__gte=now - WATCHED_FOR_AFTER,
        starts_at__lte=until + WATCHED_BEFORE,
    )
    dates: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for pk, starts_at, ends_at in near.values_list("event__connection", "starts_at", "ends_at"):
        dates[pk].append((starts_at, ends_at))
    return sum((time_to_watch(some, now, until) for some in dates.values()), timedelta(0))


def list_runs() -> QuerySet[SyncRun]:
    """Return all runs, the newest first."""
    return SyncRun.objects.select_related("connection", "requested_by")


def is_being_read(event: Event) -> bool:
    """Tell whether somebody asked for this one event to be read, and it is not done yet. One query."""
    same = SyncRun.objects.filter(connection=event.connection_id, product=event.product, event_key=event.event_key)
    return same.filter(state__in=OPEN_STATES).exists()


def is_told(run: SyncRun) -> bool:
    """Tell whether GoTo's webhooks may be relied on for what a run would read."""
    trusted_until = run.connection.webhooks_trusted_until
    if trusted_until is None or not get_product(run.product).sends_webhooks:
        return False
    return trusted_until > clock.now()


def list_outlooks(run: SyncRun, events: Iterable[Event]) -> dict[int, Outlook]:
    """Return what the plan of reading each of these events of the run's depends on, by its id. Two queries."""
    now, told = clock.now(), is_told(run)
    coming = EventTime.objects.filter(event__connection=run.connection, event__product=run.product, ends_at__gt=now)
    next_starts = dict(coming.values_list("event").annotate(Min("starts_at")))
    held = EventSession.objects.filter(
        event__connection=run.connection, event__product=run.product, ended_at__gt=now - PLANNED_FOR
    )
    session_ends = dict(held.values_list("event").annotate(Max("ended_at")))
    return {
        event.pk: Outlook(
            read_at=event.registrants_read_at,
            next_start=next_starts.get(event.pk),
            last_end=max(filter(None, (event.ends_at, session_ends.get(event.pk))), default=None),
            is_live=event.state == Event.State.LIVE,
            is_told=told,
        )
        for event in events
    }


def list_registrants_due(run: SyncRun) -> dict[Event, Outlook]:
    """
    Return the events whose registrants a run reads, the nearest first, with what their plans depend on. Three queries.

    A full run reads those of all events; one that begins again goes on with those it has not read yet.
    """
    if Ability.REGISTER not in get_product(run.product).abilities:
        return {}
    events, now = _events_of(run), clock.now()
    if run.event_key:
        events = events.filter(event_key=run.event_key)
    elif run.is_full:
        events = events.exclude(registrants_read_at__gt=run.requested_at)
    else:
        events = events.exclude(registrants_due_at=None)
    found = list(events)
    outlooks = list_outlooks(run, found)
    if not (run.event_key or run.is_full):
        found = [event for event in found if is_due(outlooks[event.pk], event.registrants_due_at, now)]
    found.sort(key=lambda event: outlooks[event.pk].next_start or now + _LAST)
    return {event: outlooks[event.pk] for event in found}


def list_attendance_due(run: SyncRun) -> list[Event]:
    """Return the events whose sessions and attendance a run reads. One query."""
    events = _events_of(run)
    if run.event_key:
        return list(events.filter(event_key=run.event_key))
    if run.is_full:
        return list(events.exclude(attendance_read_at__gt=run.requested_at).exclude(starts_at__gt=clock.now()))
    return list(events.filter(attendance_due_at__lte=clock.now()))


def list_possibly_held(run: SyncRun) -> list[Event]:
    """
    Return the events that may have been held at another time than planned, which nobody would look for.

    Once a day: those that were over a week ago at most, or are to come. One query, or two.
    """
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if (
        run.event_key
        or list_runs()
        .filter(
            connection=run.connection,
            product=run.product,
            event_key="",
            state=SyncRun.State.DONE,
            finished_at__gte=midnight,
        )
        .exists()
    ):
        return []
    return list(_events_of(run).filter(first_seen_at__lt=midnight).exclude(ends_at__lt=now - _LATELY))


def _events_of(run: SyncRun) -> QuerySet[Event]:
    events = list_events_there().filter(connection=run.connection, product=run.product)
    return events.select_related("connection").order_by("pk")
