"""Writing down who GoTo says is signed up for an event. One transaction, set-based, and may be repeated."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection as database
from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When

from greenroom.goto import UnreadableRow
from greenroom.hub.core import clock
from greenroom.hub.core.bulk import in_batches, upsert
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.facts import about_registrant
from greenroom.hub.events.models import Event, Listing, Registrant, RegistrationRequest
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import RegistrantData, RegistrantListing
from greenroom.hub.events.services.attendance import tell_late_absences
from greenroom.hub.events.services.doubts import Place, Verdict, judge
from greenroom.hub.events.services.matching import match_newcomers
from greenroom.hub.events.services.setting_aside import set_aside
from greenroom.hub.ledger.services import append, append_select


def store_registrants(
    *,
    event: Event,
    listing: RegistrantListing,
    next_at: datetime | None = None,
    take_set_aside: Callable[[], Sequence[UnreadableRow]] = tuple,
) -> int:
    """
    Write down the registrants of an event as listed, and return how many rows changed.

    An unchanged list costs one statement. Otherwise one read, one write of the rows that differ, and set-based
    statements for people, facts and, in batches, the marks of those who are gone.

    Args:
        next_at: when they are to be read next; None when this was the last time.
        take_set_aside: gives the rows that could not be read, once the others were. Any of those we know may be
            behind them, so that nobody counts as gone then.
    """
    now = clock.now()
    if listing.digest == event.registrants_digest:
        _note_reading(event, now, next_at)
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
        news = _News(decided=[], statuses=set())
        lag = get_product(event.product).registrant_lag
        doubted = _cancelled_lately(event, (listing.asked_at or now) - lag)
        told_since = _told_since(event, listing.asked_at)
        rows = _changed_rows(event.pk, listing.rows(), known, seen, doubted, told_since, news, mark)
        written = upsert(Registrant, _COLUMNS, rows, key=("event_id", "registrant_key"))
        listed = seen | told_since
        unreadable = take_set_aside()
        set_aside(place=place_of_registrants(event), rows=unreadable)
        missing = [key for key, (_, gone_at, *_) in known.items() if gone_at is None and key not in listed]
        gone = [key for key in missing if not ((here := known[key][3]) and now - here <= lag)]
        there = sum(row[1] is None for row in known.values())
        verdict = Verdict.HELD if unreadable else judge(place_of_registrants(event), gone=gone, before=there)
        if verdict is Verdict.HELD:
            gone_now = 0
        else:
            mark_gone(event, gone, now)
            gone_now = len(gone)
        if written:
            _link_people(event, mark)
            _append_registrant_facts(event, mark, now, news)
            match_newcomers(event=event)
            tell_late_absences(event=event)
        # What is held, lags or was unreadable is looked at again at the next pass, even if the list is the same then.
        is_settled = gone_now == len(missing) and not doubted & seen and not told_since and not unreadable
        _note_reading(event, now, next_at, registrants_digest=listing.digest if is_settled else "")
        reached("mirror.registrants_stored")
    return written + gone_now


def place_of_registrants(event: Event) -> Place:
    """Name the list of an event's registrants."""
    return Place(connection=event.connection, product=event.product, listing=Listing.REGISTRANTS, event=event)


def _note_reading(event: Event, now: datetime, next_at: datetime | None, **compared: str) -> None:
    """Note when the list was read and when it is next, unless somebody has just asked for it to be read sooner."""
    as_planned = Q(registrants_due_at=event.registrants_due_at)
    due_at = Case(When(as_planned, then=Value(next_at)), default=F("registrants_due_at"), output_field=DateTimeField())
    Event.objects.filter(pk=event.pk).update(registrants_read_at=now, registrants_due_at=due_at, **compared)


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


class _News(NamedTuple):
    """What was seen while the rows were written: who waited and has an answer now, and which statuses there are."""

    decided: list[str]
    statuses: set[str]


def _changed_rows(
    event_id: int,
    listed: Iterable[RegistrantData],
    known: Known,
    seen: set[str],
    doubted: set[str],
    told_since: set[str],
    news: _News,
    mark: int,
) -> Iterable[tuple[Any, ...]]:
    for one in listed:
        key = one.registrant_key
        if key in seen:
            continue
        seen.add(key)
        if key in told_since:
            continue
        digest = registrant_digest(one)
        before = known.get(key)
        generation = before[2] if before else 0
        if before and before[1] is None:
            if before[0] == digest:
                continue
            if before[4] == Registrant.Status.WAITING != one.status:
                news.decided.append(key)
        elif before:
            if key in doubted:
                continue
            generation += 1  # was gone, is back
        news.statuses.add(one.status)
        yield (event_id, *one, None, generation, digest, mark)


_packed = msgspec.msgpack.Encoder().encode


def registrant_digest(one: RegistrantData) -> int:
    """Return a checksum of what GoTo said of a registrant, to see that it changed; 62 bits, not against forgery."""
    told = _packed(one)
    return zlib.crc32(told) << 30 | zlib.adler32(told) >> 2


def _told_since(event: Event, asked_at: datetime | None) -> set[str]:
    """Return the keys of those whom GoTo told us of after it was asked for the list, which knows less of them."""
    if asked_at is None:
        return set()
    newer = Q(written_by__gt=int(asked_at.timestamp() * 1_000_000)) | Q(registered_here_at__gt=asked_at)
    return set(Registrant.objects.filter(newer, event=event).values_list("registrant_key", flat=True))


def _cancelled_lately(event: Event, since: datetime) -> set[str]:
    """Return the keys of those we took off, whom a list that lags, or was asked for before, may still have."""
    cancelled = RegistrationRequest.objects.filter(
        event=event, state=RegistrationRequest.State.CANCELLED, answered_at__gt=since, registrant__isnull=False
    )
    return set(cancelled.values_list("registrant__registrant_key", flat=True))


def mark_gone(event: Event, keys: Iterable[str], now: datetime) -> None:
    """Note that these are off an event; batch by batch, in the caller's transaction."""
    for batch in in_batches(keys):
        _mark_some_gone(event, batch, now)


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


def _append_registrant_facts(event: Event, mark: int, now: datetime, news: _News) -> None:
    """
    Append `registered` for everybody written by this pass, and what the organizer decided, each once per sign-up.

    Where nobody decides, a sign-up that is approved from the start is one fact, not two.
    """
    _append_for_rows(event, mark, now, "registered")
    if "DENIED" in news.statuses:
        _append_for_rows(event, mark, now, "denied", "DENIED")
    if event.needs_approval and "APPROVED" in news.statuses:
        _append_for_rows(event, mark, now, "approved", "APPROVED")
    approved = Registrant.objects.filter(event=event, registrant_key__in=news.decided, status="APPROVED")
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
