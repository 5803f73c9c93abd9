"""Writing down who GoTo says is signed up for an event. One transaction, set-based, and may be repeated."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from greenroom.hub.core import clock
from greenroom.hub.core.bulk import upsert
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.facts import about_registrant
from greenroom.hub.events.models import Event, Listing, Registrant, RegistrationRequest
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import RegistrantData, RegistrantListing
from greenroom.hub.events.services.doubts import is_held
from greenroom.hub.ledger.services import append, append_select

# SQLite takes some ten thousands of values in a statement.
_KEYS_AT_ONCE = 1000


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
        told_since = _told_since(event, listing.asked_at)
        rows = _changed_rows(event.pk, listing.rows(), known, seen, doubted, told_since, decided, mark)
        written = upsert(Registrant, _COLUMNS, rows, key=("event_id", "registrant_key"))
        listed = seen | told_since
        missing = [key for key, (_, gone_at, *_) in known.items() if gone_at is None and key not in listed]
        gone = [key for key in missing if not ((here := known[key][3]) and now - here <= lag)]
        there = sum(row[1] is None for row in known.values())
        has_doubts = is_held(event=event, listing=Listing.REGISTRANTS, gone=gone, before=there)
        if not has_doubts:
            _mark_gone(event, gone, now)
        if written:
            _link_people(event, mark)
            _append_registrant_facts(event, mark, now, decided)
        # What is held or lags is looked at again at the next pass, even if the list is the same then.
        is_settled = not has_doubts and len(gone) == len(missing) and not doubted & seen and not told_since
        event.registrants_digest = listing.digest if is_settled else ""
        event.registrants_read_at = now
        event.save(update_fields=["registrants_digest", "registrants_read_at"])
        reached("mirror.registrants_stored")
    return written + (0 if has_doubts else len(gone))


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
    told_since: set[str],
    decided: list[str],
    mark: int,
) -> Iterable[tuple[Any, ...]]:
    for one in listed:
        if one.registrant_key in seen:
            continue
        seen.add(one.registrant_key)
        if one.registrant_key in told_since:
            continue
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
    """Return a checksum of what GoTo said of a registrant, to see that it changed; 62 bits, not against forgery."""
    told = msgspec.msgpack.encode(one)
    return zlib.crc32(told) << 30 | zlib.adler32(told) >> 2


def _told_since(event: Event, asked_at: datetime | None) -> set[str]:
    """Return the keys of those whom GoTo told us of after it was asked for the list, which knows less of them."""
    if asked_at is None:
        return set()
    newer = Q(written_by__gt=int(asked_at.timestamp() * 1_000_000)) | Q(registered_here_at__gt=asked_at)
    return set(Registrant.objects.filter(newer, event=event).values_list("registrant_key", flat=True))


def _cancelled_lately(event: Event, since: datetime) -> set[str]:
    """Return the keys of those we took off, whom a list that lags may still have."""
    cancelled = RegistrationRequest.objects.filter(
        event=event, state=RegistrationRequest.State.CANCELLED, answered_at__gte=since, registrant__isnull=False
    )
    return set(cancelled.values_list("registrant__registrant_key", flat=True))


def _mark_gone(event: Event, keys: list[str], now: datetime) -> None:
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        _mark_some_gone(event, keys[start : start + _KEYS_AT_ONCE], now)


def _mark_some_gone(event: Event, keys: list[str], now: datetime) -> None:
    going = Registrant.objects.filter(event=event, registrant_key__in=keys)
    append([about_registrant("cancelled", event, one, happened_at=now) for one in going])
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
    approved = Registrant.objects.filter(event=event, registrant_key__in=decided, status="APPROVED")
    append([about_registrant("approved", event, one, happened_at=now) for one in approved])


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
