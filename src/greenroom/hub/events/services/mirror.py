"""Writing down what GoTo says of events and registrants. Every function is one transaction and may be repeated."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.models import Event, EventTime, Registrant, RegistrationRequest
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import EventData, RegistrantData, RegistrantListing
from greenroom.hub.events.registration_form import RegistrationForm
from greenroom.hub.ledger.services import NewFact, append, append_select

# A list that lost more than this is not obeyed until GoTo gives it a second time.
_HELD_SHARE, _HELD_ROWS = 0.2, 50
_ABSENT = frozenset({Event.State.MISSING, Event.State.CANCELLED})
# SQLite takes some ten thousands of values in a statement.
_KEYS_AT_ONCE = 1000


def store_events(*, connection: Connection, product: str, found: Iterable[EventData]) -> list[Event]:
    """
    Write down the events of one organizer as listed and return them all, changed or not.

    A handful of statements for the events that changed, none for the others; a fact for each new or changed one.
    """
    found = list({data.event_key: data for data in found}.values())
    known = _known_events(connection, product, found)
    found = [data for data in found if data.event_key not in known or known[data.event_key].connection == connection]
    with transaction.atomic():
        events = [_store(connection, product, data, known.get(data.event_key)) for data in found]
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


def store_event(*, connection: Connection, product: str, found: EventData) -> Event:
    """Write down one event, such as one whose link was pasted."""
    store_events(connection=connection, product=product, found=[found])
    return Event.objects.select_related("connection").get(product=product, event_key=found.event_key)


def _store(connection: Connection, product: str, data: EventData, event: Event | None) -> Event:
    digest = hashlib.sha256(msgspec.json.encode(data)).hexdigest()
    if event and event.digest == digest and event.state not in _ABSENT:
        return event
    columns = _columns(data, digest)
    if event is None:
        event = Event.objects.create(connection=connection, product=product, event_key=data.event_key, **columns)
        _append_event_fact(event, "event_created", {"title": data.title})
    else:
        changes = _describe_changes(event, columns)
        _assign(event, columns)
        if event.state in _ABSENT or _has_new_dates(event, changes):
            event.state = Event.State.SCHEDULED
            columns["state"] = event.state
        event.save(update_fields=columns.keys())
        if changes:
            _append_event_fact(event, "event_changed", changes)
    _store_times(event, data)
    return event


def _has_new_dates(event: Event, changes: dict[str, Any]) -> bool:
    """Whether an event that was over has been given a date to come."""
    is_coming = event.ends_at is not None and event.ends_at > clock.now()
    return event.state == Event.State.ENDED and "ends_at" in changes and is_coming


def _columns(data: EventData, digest: str) -> dict[str, Any]:
    starts_at = min((start for start, _ in data.times), default=None)
    ends_at = max((end for _, end in data.times), default=None)
    now = clock.now()
    return {
        "event_number": data.event_number,
        "organizer_key": data.organizer_key,
        "recurrence_key": data.recurrence_key,
        "title": data.title,
        "description": data.description,
        "time_zone": data.time_zone,
        "registration_url": data.registration_url,
        "needs_approval": data.needs_approval,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "attendance_due_at": min((end for _, end in data.times if end > now), default=ends_at),
        "digest": digest,
    }


def _describe_changes(event: Event, columns: dict[str, Any]) -> dict[str, Any]:
    told = ("title", "starts_at", "ends_at", "time_zone", "description")
    return {
        name: [_plain(getattr(event, name)), _plain(columns[name])]
        for name in told
        if getattr(event, name) != columns[name]
    }


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


def _append_event_fact(event: Event, kind: str, data: dict[str, Any]) -> None:
    now = clock.now()
    append(
        [
            NewFact(
                kind=kind,
                happened_at=now,
                # With the time: an event that was renamed and named back has changed twice.
                dedupe_key=f"{kind}:{event.pk}:{event.digest[:16]}:{now.isoformat()}",
                connection_id=event.connection_id,
                event_id=event.pk,
                data=data,
            )
        ]
    )


def mark_absent_events(*, events: Iterable[Event]) -> None:
    """
    Mark events that GoTo no longer has: missing at the first look, cancelled when a second look finds the same.

    One odd answer must not take an event away from those who registered for it.
    """
    with transaction.atomic():
        for event in events:
            if event.state == Event.State.CANCELLED:
                continue
            seen_before = event.state == Event.State.MISSING
            event.state = Event.State.CANCELLED if seen_before else Event.State.MISSING
            event.save(update_fields=["state"])
            if seen_before:
                _append_event_fact(event, "event_cancelled", {"title": event.title})


def mark_found(*, event: Event) -> None:
    """Note that GoTo has an event after all that it did not have at the last look."""
    if event.state in _ABSENT:
        event.state = Event.State.SCHEDULED
        event.save(update_fields=["state"])


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
    if not_yet.update(state=event.state, live_since=now):
        _append_state_fact(event, "session_started", now, now)


def _end(event: Event, now: datetime) -> None:
    started = event.live_since or now
    has_more = event.times.filter(starts_at__gt=now).exists()
    event.state = Event.State.SCHEDULED if has_more else Event.State.ENDED
    event.live_since = None
    event.attendance_due_at = now
    running = Event.objects.filter(pk=event.pk, state=Event.State.LIVE)
    if running.update(state=event.state, live_since=None, attendance_due_at=now):
        _append_state_fact(event, "session_ended", started, now)


def _append_state_fact(event: Event, kind: str, started: datetime, now: datetime) -> None:
    append(
        [
            NewFact(
                kind=kind,
                happened_at=now,
                dedupe_key=f"{kind}:{event.pk}:{started.isoformat()}",
                connection_id=event.connection_id,
                event_id=event.pk,
            )
        ]
    )


def store_registration_form(*, event: Event, form: RegistrationForm) -> None:
    """Keep what the organizer asks at sign-up, so that pages can be shown without asking GoTo."""
    Event.objects.filter(pk=event.pk).update(registration_form=form.to_json(), registration_form_read_at=clock.now())


def store_registrants(*, event: Event, listing: RegistrantListing) -> int:
    """
    Write down the registrants of an event as listed, and return how many rows changed.

    An unchanged list costs no statement, but for the first after the event's end. Otherwise one read, one write of the
    rows that differ, and set-based statements for people, facts and, in batches, the marks of those who are gone.
    """
    now = clock.now()
    if listing.digest == event.registrants_digest:
        _note_reading_after_end(event, now)
        return 0
    mark = int(now.timestamp() * 1_000_000)
    with transaction.atomic():
        known = {
            key: (digest, gone, generation, here, status)
            for key, digest, gone, generation, here, status in Registrant.objects.filter(event=event).values_list(
                "registrant_key", "digest", "gone_at", "generation", "registered_here_at", "status"
            )
        }
        seen: set[str] = set()
        decided: list[str] = []
        lag = get_product(event.product).registrant_lag
        doubted = _cancelled_lately(event, now - lag) if lag else set()
        rows = _changed_rows(event.pk, listing.rows(), known, seen, doubted, decided, mark)
        written = upsert(Registrant, _COLUMNS, rows, key=("event_id", "registrant_key"))
        missing = [key for key, (_, gone_at, *_) in known.items() if gone_at is None and key not in seen]
        gone = [key for key in missing if not ((here := known[key][3]) and now - here <= lag)]
        # Those who would go, rather than the list: people who sign up meanwhile do not hold it any longer.
        gone_digest = hashlib.sha256("\0".join(sorted(gone)).encode()).hexdigest()
        there = sum(row[1] is None for row in known.values())
        is_held = _is_suspicious(len(gone), there) and event.held_digest != gone_digest
        if not is_held:
            _mark_gone(event, gone, now)
        if written:
            _link_people(event, mark)
            _append_registrant_facts(event, mark, now, decided)
        # What is held or lags is looked at again at the next pass, even if the list is the same then.
        is_settled = not is_held and len(gone) == len(missing) and not doubted & seen
        event.held_digest = gone_digest if is_held else ""
        event.registrants_digest = listing.digest if is_settled else ""
        event.registrants_read_at = now
        event.save(update_fields=["held_digest", "registrants_digest", "registrants_read_at"])
        reached("mirror.registrants_stored")
    return written + (0 if is_held else len(gone))


def _note_reading_after_end(event: Event, now: datetime) -> None:
    """Note the one reading after the end that closes the list; otherwise it would be read for ever."""
    read_at, ends_at = event.registrants_read_at, event.ends_at
    if ends_at and read_at and read_at < ends_at <= now:
        event.registrants_read_at = now
        event.save(update_fields=["registrants_read_at"])


_COLUMNS = (
    "event_id",
    "registrant_key",
    "email",
    "first_name",
    "last_name",
    "status",
    "registered_at",
    "join_url",
    "gone_at",
    "generation",
    "digest",
    "written_by",
)

Known = dict[str, tuple[int, datetime | None, int, datetime | None, str]]


def _changed_rows(
    event_id: int,
    listed: Iterable[RegistrantData],
    known: Known,
    seen: set[str],
    doubted: set[str],
    decided: list[str],
    mark: int,
) -> Iterable[tuple[Any, ...]]:
    for one in listed:
        if one.registrant_key in seen:
            continue
        seen.add(one.registrant_key)
        digest = registrant_digest(one)
        before = known.get(one.registrant_key)
        generation = before[2] if before else 0
        if before and before[1] is None:
            if before[0] == digest:
                continue
            if before[4] == Registrant.Status.WAITING != one.status:
                decided.append(one.registrant_key)
        elif before:
            if one.registrant_key in doubted:
                continue
            generation += 1  # was gone, is back
        yield (event_id, *one, None, generation, digest, mark)


def registrant_digest(one: RegistrantData) -> int:
    """Return a signed 64-bit digest of what GoTo said of a registrant."""
    told = msgspec.msgpack.encode(one)
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), signed=True)


def _cancelled_lately(event: Event, since: datetime) -> set[str]:
    """Return the keys of those we took off, whom a list that lags may still have."""
    cancelled = RegistrationRequest.objects.filter(
        event=event, state=RegistrationRequest.State.CANCELLED, answered_at__gte=since, registrant__isnull=False
    )
    return set(cancelled.values_list("registrant__registrant_key", flat=True))


def _is_suspicious(gone: int, known: int) -> bool:
    return gone > _HELD_ROWS or (known > 5 and gone > known * _HELD_SHARE)


def _mark_gone(event: Event, keys: list[str], now: datetime) -> None:
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        _mark_some_gone(event, keys[start : start + _KEYS_AT_ONCE], now)


def _mark_some_gone(event: Event, keys: list[str], now: datetime) -> None:
    going = Registrant.objects.filter(event=event, registrant_key__in=keys)
    append(
        [
            NewFact(
                kind="cancelled",
                happened_at=now,
                dedupe_key=f"cancelled:{one.pk}:{one.generation}",
                connection_id=event.connection_id,
                event_id=event.pk,
                registrant_id=one.pk,
                user_id=one.user_id,
                email=one.email,
            )
            for one in going
        ]
    )
    # What they had asked of us is over as well; else they could not ask again.
    delivered = RegistrationRequest.objects.filter(registrant__in=going, state=RegistrationRequest.State.DELIVERED)
    delivered.update(state=RegistrationRequest.State.CANCELLED, answered_at=now)
    going.update(gone_at=now)


def _link_people(event: Event, mark: int) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE events_registrant SET user_id =
                (SELECT id FROM users_user WHERE users_user.email = events_registrant.email)
            WHERE event_id = %s AND written_by = %s AND user_id IS NULL
              AND email IN (SELECT email FROM users_user)
            """,
            [event.pk, mark],
        )


_FACT_COLUMNS = (
    "kind",
    "happened_at",
    "recorded_at",
    "dedupe_key",
    "connection_id",
    "event_id",
    "registrant_id",
    "user_id",
    "email",
    "data",
)


def _append_registrant_facts(event: Event, mark: int, now: datetime, decided: list[str]) -> None:
    """
    Append `registered` for everybody written by this pass, and what the organizer decided, each once per sign-up.

    Where nobody decides, a sign-up that is approved from the start is one fact, not two.
    """
    _append_for_rows(event, mark, now, "registered")
    _append_for_rows(event, mark, now, "denied", "DENIED")
    if event.needs_approval:
        _append_for_rows(event, mark, now, "approved", "APPROVED")
    for one in Registrant.objects.filter(event=event, registrant_key__in=decided, status="APPROVED"):
        append([_decision(event, one, now)])


def _decision(event: Event, one: Registrant, now: datetime) -> NewFact:
    return NewFact(
        kind="approved",
        happened_at=now,
        dedupe_key=f"approved:{one.pk}:{one.generation}",
        connection_id=event.connection_id,
        event_id=event.pk,
        registrant_id=one.pk,
        user_id=one.user_id,
        email=one.email,
    )


def _append_for_rows(event: Event, mark: int, now: datetime, kind: str, status: str = "") -> None:
    """Append one fact for each row; in their order, so that the facts' indexes grow at their ends."""
    condition, more = ("AND status = %s", [status]) if status else ("", [])
    append_select(
        _FACT_COLUMNS,
        f"""
        SELECT %s, coalesce(registered_at, %s), %s, %s || ':' || id || ':' || generation, %s,
               event_id, id, user_id, email, '{{}}'
        FROM events_registrant WHERE event_id = %s AND written_by = %s {condition} ORDER BY id
        """,  # noqa: S608  the condition is one of ours
        [kind, now, now, kind, event.connection_id, event.pk, mark, *more],
    )
