"""Writing down what GoTo says of events. Every function is one transaction and may be repeated."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max, Q, Value
from django.db.models.functions import Coalesce

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.facts import about_event
from greenroom.hub.events.models import Event, EventAct, EventSession, EventTime
from greenroom.hub.events.products.base import EventData
from greenroom.hub.events.registration_form import RegistrationForm
from greenroom.hub.ledger.services import append

_ABSENT = frozenset({Event.State.MISSING, Event.State.CANCELLED})


def store_events(
    *,
    connection: Connection,
    product: str,
    found: Iterable[EventData],
    asked_at: datetime | None = None,
    were_there: bool = False,
) -> list[Event]:
    """
    Write down the events of one organizer as listed and return them all, changed or not.

    A handful of statements for the events that changed, none for the others; a fact for each new or changed one.

    Args:
        asked_at: when GoTo was asked for the list; what we have had changed or cancelled since is left alone.
        were_there: this is the first list of an account, so that what is new to us is not new.
    """
    found = list({data.event_key: data for data in found}.values())
    known = _known_events(connection, product, found)
    found = [data for data in found if data.event_key not in known or known[data.event_key].connection == connection]
    changed_since = _changed_since(connection, product, asked_at)
    with transaction.atomic():
        events = [
            known[data.event_key]
            if data.event_key in changed_since
            else _store(connection, product, data, known.get(data.event_key), were_there=were_there)
            for data in found
        ]
        _note_held(events, {data.event_key: data.last_held_at for data in found if data.last_held_at})
        reached("mirror.events_stored")
    return events


def _known_events(connection: Connection, product: str, found: list[EventData]) -> dict[str, Event]:
    """
    Return the events we have already, by key.

    An event that two connected organizers share is one event, kept under the connection that saw it first; when that
    one is connected no longer, it moves to this one.
    """
    mine = Q(connection=connection) | Q(event_key__in=[data.event_key for data in found])
    known = {}
    for event in Event.objects.filter(mine, product=product).select_related("connection"):
        if event.connection != connection and not event.connection.is_usable:
            event.connection = connection
            event.save(update_fields=["connection"])
        known[event.event_key] = event
    return known


def as_listed(data: EventData, event: Event) -> EventData:
    """Add to an event that was read by its key what GoTo tells in lists of events only, as we know it from there."""
    is_picked = event.dates == Event.Dates.PICK_ONE and data.dates == Event.Dates.ONE
    return replace(
        data,
        recurrence_key=data.recurrence_key or event.recurrence_key,
        needs_approval=data.needs_approval or event.needs_approval,
        dates=event.dates if is_picked else data.dates,
        join_url=data.join_url or event.join_url,
    )


def _changed_since(connection: Connection, product: str, asked_at: datetime | None) -> set[str]:
    """Return the keys of the events that acts of ours have changed since; a list of before does not know of it yet."""
    if asked_at is None:
        return set()
    acts = EventAct.objects.filter(
        connection=connection,
        product=product,
        verb__in=[EventAct.Verb.UPDATE, EventAct.Verb.CANCEL],
        state=EventAct.State.DONE,
        answered_at__gte=asked_at,
    )
    # A change of dates that people pick from is one of all of them.
    return {key for act in acts for key in (act.event_key, *act.wanted.get("before", ()))}


def store_event(*, connection: Connection, product: str, found: EventData) -> Event:
    """Write down one event, such as one whose link was pasted."""
    store_events(connection=connection, product=product, found=[found])
    return Event.objects.select_related("connection").get(product=product, event_key=found.event_key)


def _store(connection: Connection, product: str, data: EventData, event: Event | None, *, were_there: bool) -> Event:
    # When it was last held is told only by lists that reach back so far, and is no change of the event.
    digest = hashlib.sha256(msgspec.json.encode(replace(data, last_held_at=None))).hexdigest()
    if event and event.digest == digest and event.state not in _ABSENT:
        return event
    if event and not data.is_planned:
        return event  # what we know of its plan stays
    columns = _columns(data, digest)
    if event:
        event = _change(event, columns, data)
    else:
        event = _create(connection, product, data, columns, was_there=were_there)
    _store_times(event, data)
    return event


def _note_held(events: Iterable[Event], held: Mapping[str, datetime]) -> None:
    """Have attendance looked for where GoTo tells of a session later than those we know. One query, or none."""
    there = {event.pk: held[event.event_key] for event in events if event.event_key in held}
    if not there:
        return
    sessions = EventSession.objects.filter(event__in=there)
    known = dict(sessions.values_list("event").annotate(Max("ended_at")))
    news = [pk for pk, held_at in there.items() if pk not in known or known[pk] < held_at]
    Event.objects.filter(pk__in=news).update(attendance_due_at=clock.now())


def _create(
    connection: Connection, product: str, data: EventData, columns: dict[str, Any], *, was_there: bool
) -> Event:
    """Make the row of an event; a run of sync, a webhook and an act of ours may bring it at the same moment."""
    now = clock.now()
    given = {
        "connection": connection,
        "first_seen_at": now,
        "state": Event.State.SCHEDULED if data.is_planned else Event.State.ENDED,
        "registrants_due_at": now,
        "attendance_due_at": _attendance_due_at(data),
    }
    try:
        with transaction.atomic():
            event = Event.objects.create(product=product, event_key=data.event_key, **given | columns)
    except IntegrityError:
        return _change(Event.objects.get(product=product, event_key=data.event_key), columns, data)
    # GoTo does not tell when it was made: what was there already, before the account was connected at the latest.
    since = connection.first_connected_at
    made_at = since - timedelta(microseconds=1) if was_there and since else now
    _append_event_fact(event, "event_created", {"title": event.title}, happened_at=made_at)
    return event


def _change(event: Event, columns: dict[str, Any], data: EventData) -> Event:
    """Write what is different, seen from the row as it is now: somebody may have brought the same news just before."""
    event = Event.objects.select_for_update(of=("self",)).select_related("connection").get(pk=event.pk)
    was_absent = event.state in _ABSENT
    if event.digest == columns["digest"] and not was_absent:
        return event
    if not data.join_url:
        del columns["join_url"]  # GoTo tells it once, or a person has pasted it
    changes = _describe_changes(event, columns) | _describe_moves(event, data) | _describe_return(event)
    has_moved = bool(changes.keys() & {"starts_at", "ends_at", "times"})
    if was_absent or has_moved:
        columns["registrants_due_at"] = clock.now()
    if has_moved:
        columns["attendance_due_at"] = _attendance_due_at(data)
    if was_absent or _has_new_dates(event, columns):
        columns["state"] = Event.State.SCHEDULED
    _assign(event, columns)
    event.save(update_fields=columns.keys())
    if changes:
        _append_event_fact(event, "event_changed", changes)
    return event


def _has_new_dates(event: Event, columns: dict[str, Any]) -> bool:
    """Whether an event that was over has been given a date to come, or needs none."""
    ends_at: datetime | None = columns["ends_at"]
    if event.state != Event.State.ENDED:
        return False
    if ends_at is None:
        return bool(columns["dates"] == Event.Dates.ANY_TIME)
    return ends_at != event.ends_at and ends_at > clock.now()


def _attendance_due_at(data: EventData) -> datetime | None:
    """Return when to look for sessions: at the end of the next date."""
    now = clock.now()
    last_end = max((end for _, end in data.times), default=None)
    return min((end for _, end in data.times if end > now), default=last_end)


# What people are told of when it changes, with the old and the new value. Never the join link, which is a secret.
_TOLD = (
    "title",
    "description",
    "starts_at",
    "ends_at",
    "time_zone",
    "dates",
    "recurrence_key",
    "needs_approval",
    "event_number",
    "organizer_key",
    "registration_url",
)


def _columns(data: EventData, digest: str) -> dict[str, Any]:
    return {
        "event_number": data.event_number,
        "organizer_key": data.organizer_key,
        "recurrence_key": data.recurrence_key,
        "title": data.title,
        "description": data.description,
        "time_zone": data.time_zone,
        "registration_url": data.registration_url,
        "join_url": data.join_url,
        "dates": data.dates,
        "needs_approval": data.needs_approval,
        "starts_at": min((start for start, _ in data.times), default=None),
        "ends_at": max((end for _, end in data.times), default=None),
        "digest": digest,
    }


def _describe_changes(event: Event, columns: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [_plain(getattr(event, name)), _plain(columns[name])]
        for name in _TOLD
        if getattr(event, name) != columns[name]
    }


def _describe_moves(event: Event, data: EventData) -> dict[str, Any]:
    """Tell which dates of an event with several are others now; for one with a single date its start and end do."""
    before = [(date.starts_at, date.ends_at) for date in event.times.all()]
    after = sorted(dict(data.times).items())
    if before == after or max(len(before), len(after)) < 2:
        return {}
    return {"times": [[list(map(_plain, date)) for date in dates] for dates in (before, after)]}


def _describe_return(event: Event) -> dict[str, Any]:
    """Tell that an event is on after all that people were told is cancelled."""
    return {"state": [event.state, Event.State.SCHEDULED]} if event.state == Event.State.CANCELLED else {}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _assign(event: Event, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(event, name, value)


def _store_times(event: Event, data: EventData) -> None:
    event.times.exclude(starts_at__in=[start for start, _ in data.times]).delete()
    EventTime.objects.bulk_create(
        [EventTime(event=event, starts_at=start, ends_at=end) for start, end in dict(data.times).items()],
        update_conflicts=True,
        unique_fields=["event", "starts_at"],
        update_fields=["ends_at"],
    )


def _append_event_fact(event: Event, kind: str, data: dict[str, Any], *, happened_at: datetime | None = None) -> None:
    # With the time: an event that was renamed and named back has changed twice.
    version = f"{event.digest[:16]}:{clock.now().isoformat()}"
    fact = about_event(kind, event, version=version, data=data)
    append([replace(fact, happened_at=happened_at or fact.happened_at)])


def mark_absent_events(*, events: Iterable[Event]) -> None:
    """
    Mark events that GoTo no longer has: missing at the first look, cancelled when a second look finds the same.

    One odd answer must not take an event away from those who registered for it.
    """
    with transaction.atomic():
        for event in events:
            if event.state == Event.State.MISSING:
                mark_cancelled(event=event)
            elif event.state != Event.State.CANCELLED:
                event.state = Event.State.MISSING
                Event.objects.filter(pk=event.pk).exclude(state=Event.State.CANCELLED).update(state=event.state)


def mark_cancelled(*, event: Event) -> None:
    """Note that an event is cancelled; it is one fact, whoever brings the news."""
    with transaction.atomic():
        not_yet = Event.objects.filter(pk=event.pk).exclude(state=Event.State.CANCELLED)
        event.state = Event.State.CANCELLED
        if not_yet.update(state=event.state):
            _append_event_fact(event, "event_cancelled", {"title": event.title})


def mark_missing(*, connection: Connection, product: str, keys: Collection[str]) -> None:
    """Mark many events at once that GoTo has twice left out of its list; each is asked for before it is cancelled."""
    events = Event.objects.filter(connection=connection, product=product, event_key__in=keys)
    events.exclude(state__in=_ABSENT).update(state=Event.State.MISSING)


def mark_found(*, event: Event) -> None:
    """Note that GoTo has an event after all that it did not have at the last look."""
    if event.state not in _ABSENT:
        return
    changes = _describe_return(event)
    event.state, event.registrants_due_at = Event.State.SCHEDULED, clock.now()
    with transaction.atomic():
        event.save(update_fields=["state", "registrants_due_at"])
        if changes:
            _append_event_fact(event, "event_changed", changes)


def mark_live(*, connection: Connection, product: str, live_keys: Collection[str]) -> list[Event]:
    """
    Note which events of an organizer are running, and return those that were running and have just ended.

    One statement when nothing changed.
    """
    now = clock.now()
    ended = []
    candidates = Event.objects.filter(connection=connection, product=product, state=Event.State.LIVE)
    if live_keys:
        candidates |= Event.objects.filter(connection=connection, product=product, event_key__in=live_keys)
    with transaction.atomic():
        for event in candidates.select_related("connection"):
            is_live = event.event_key in live_keys
            if is_live and event.state != Event.State.LIVE:
                _begin(event, now)
            elif not is_live and event.state == Event.State.LIVE:
                _end(event, now)
                ended.append(event)
    return ended


def _begin(event: Event, now: datetime) -> None:
    # Whoever sees it first: a run of sync and the watch may look at the same moment.
    not_yet = Event.objects.filter(pk=event.pk).exclude(state=Event.State.LIVE)
    event.state, event.live_since = Event.State.LIVE, now
    # One that was over has registrants again.
    due_at = Coalesce("registrants_due_at", Value(now))
    if not_yet.update(state=event.state, live_since=now, registrants_due_at=due_at):
        append([about_event("session_started", event, version=now.isoformat())])


def _end(event: Event, now: datetime) -> None:
    started = event.live_since or now
    has_more = event.dates == Event.Dates.ANY_TIME or event.times.filter(starts_at__gt=now).exists()
    event.state = Event.State.SCHEDULED if has_more else Event.State.ENDED
    event.live_since = None
    event.attendance_due_at = now
    running = Event.objects.filter(pk=event.pk, state=Event.State.LIVE)
    if running.update(state=event.state, live_since=None, attendance_due_at=now):
        append([about_event("session_ended", event, version=started.isoformat())])


def store_registration_form(*, event: Event, form: RegistrationForm) -> None:
    """Keep what the organizer asks at sign-up, so that pages can be shown without asking GoTo."""
    Event.objects.filter(pk=event.pk).update(registration_form=form.to_json(), registration_form_read_at=clock.now())
