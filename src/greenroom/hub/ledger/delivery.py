"""
Bringing facts to their readers.

The batch, its effects in our database and the cursor are one transaction, so such effects happen exactly
once. A batch that fails moves nothing and is tried again. For effects elsewhere a reader writes an outbox
row.

The order is (tx, id). On PostgreSQL only facts are read whose transaction is older than every transaction
that is still open: a lower number can commit after a higher one, and a cursor that had passed would never see
it. The price: a transaction that stays open for an hour, in any database of the server, holds all readers
back for that hour. Keep transactions short; `idle_in_transaction_session_timeout` helps. SQLite has one
writer at a time, so there the order of numbers is the order of commits.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from greenroom.hub.core import checkpoints, clock
from greenroom.hub.jobs.retry import describe
from greenroom.hub.ledger.adopting import is_ahead_of_server
from greenroom.hub.ledger.errors import LedgerMovedError
from greenroom.hub.ledger.models import Fact, ReaderCursor
from greenroom.hub.ledger.readers import Reader, get_reader

# How long to wait for an open transaction that holds readers back before looking again.
HELD_BACK = timedelta(seconds=1)

# Facts of the reader's own transaction count as read: there are none unless a test wraps everything in one.
_SETTLED = {
    "postgresql": """(tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ledger_tx_offset()
                      OR tx = pg_current_xact_id()::text::bigint + ledger_tx_offset())""",
    "sqlite": "1 = 1",
}
_END = "SELECT tx, id FROM ledger_fact WHERE (tx, id) > (%s, %s) AND {settled} ORDER BY tx DESC, id DESC LIMIT 1"
_FACTS = """
    SELECT * FROM ledger_fact WHERE (tx, id) > (%s, %s) AND (tx, id) <= (%s, %s) {only}
    ORDER BY tx, id LIMIT %s
"""
_IS_ANY_BEYOND = "SELECT 1 FROM ledger_fact WHERE (tx, id) > (%s, %s) {only} LIMIT 1"

Place = tuple[int, int]


def deliver(name: str) -> bool:
    """
    Give a reader all facts it has not had, batch by batch.

    Returns:
        False when facts are left that an open transaction holds back.

    Raises:
        UnknownReaderError: there is no such reader.
        LedgerMovedError: the ledger was restored on another server, which has to be told first.
        Exception: whatever the reader raised; the cursor stands before the batch and holds the error's name.
    """
    reader = get_reader(name)
    _ensure_cursor(name)
    try:
        while _deliver_batch(reader):
            pass
        is_held_back = _is_any_beyond(_place_of(name))
        if is_held_back and is_ahead_of_server():
            raise LedgerMovedError("This database comes from another PostgreSQL server. Run: greenroom adopt-ledger")
    except Exception as error:
        ReaderCursor.objects.filter(name=name).update(last_error=describe(error), updated_at=clock.now())
        raise
    return not is_held_back


def _deliver_batch(reader: Reader) -> bool:
    """Deliver one batch; True when there may be more."""
    # Durable: inside a caller's transaction the cursor could be rolled back after the effects were seen.
    with transaction.atomic(durable=True):
        cursor = ReaderCursor.objects.select_for_update().get(name=reader.name)
        start = (cursor.tx, cursor.fact_id)
        end = end_after(start)
        if end is None:
            return False
        facts = _facts_between(start, end, reader)
        if facts:
            reader.function(facts)
        is_full = len(facts) == reader.batch
        # Nothing of this reader's kinds is left up to the end, so the next batch need not look there.
        _move(cursor, (facts[-1].tx, facts[-1].pk) if is_full else end)
        checkpoints.reached("ledger.before_commit")
    checkpoints.reached("ledger.after_commit")
    return is_full


def _ensure_cursor(name: str) -> None:
    if not ReaderCursor.objects.filter(name=name).exists():
        first = ReaderCursor(name=name, updated_at=clock.now())
        ReaderCursor.objects.bulk_create([first], ignore_conflicts=True)


def end_after(start: Place) -> Place | None:
    """Return the place of the last fact that nothing can come before any more, or None when none is new."""
    with connection.cursor() as cursor:
        cursor.execute(_END.format(settled=_SETTLED[connection.vendor]), start)
        row: Place | None = cursor.fetchone()
        return row


def _facts_between(start: Place, end: Place, reader: Reader) -> list[Fact]:
    only, kinds = _only_of(reader)
    return list(Fact.objects.raw(_FACTS.format(only=only), [*start, *end, *kinds, reader.batch]))


def _only_of(reader: Reader | None) -> tuple[str, tuple[str, ...]]:
    kinds = (reader.kinds if reader else None) or ()
    return (f"AND kind IN ({', '.join(['%s'] * len(kinds))})" if kinds else ""), kinds


def _move(cursor: ReaderCursor, place: Place) -> None:
    cursor.tx, cursor.fact_id = place
    cursor.last_error = ""
    cursor.updated_at = clock.now()
    cursor.save(update_fields=["tx", "fact_id", "last_error", "updated_at"])


def _place_of(name: str) -> Place:
    return ReaderCursor.objects.values_list("tx", "fact_id").get(name=name)


def _is_any_beyond(place: Place, reader: Reader | None = None) -> bool:
    """Tell whether there are facts after a place: any, or of a reader's kinds."""
    only, kinds = _only_of(reader)
    with connection.cursor() as cursor:
        cursor.execute(_IS_ANY_BEYOND.format(only=only), [*place, *kinds])
        return cursor.fetchone() is not None


def pass_over(names: Sequence[str]) -> list[str]:
    """
    Move readers past new facts of which none is theirs, and return the others: they have to be given theirs.

    Of most news most readers want nothing; a delivery for each of them would cost more than the news. Who is being
    given facts just now is not moved, and nobody is while an open transaction holds facts back.
    """
    with transaction.atomic():
        moved: dict[Place, set[str]] = {}
        cursors = ReaderCursor.objects.select_for_update(skip_locked=True).filter(name__in=names)
        for name, *place in list(cursors.values_list("name", "tx", "fact_id")):
            start = (place[0], place[1])
            end = end_after(start)
            if end and not _is_any_beyond(end) and not _is_any_beyond(start, get_reader(name)):
                moved.setdefault(end, set()).add(name)
        for (tx, fact_id), some in moved.items():
            passing = ReaderCursor.objects.filter(name__in=some)
            passing.update(tx=tx, fact_id=fact_id, last_error="", updated_at=clock.now())
    idle = set().union(*moved.values())
    return [name for name in names if name not in idle]


def replay(name: str, *, from_fact: Fact | None = None) -> None:
    """
    Set a reader back, to the first fact there ever was or to `from_fact`, which it then gets again.

    Raises:
        UnknownReaderError: there is no such reader.
    """
    get_reader(name)
    _ensure_cursor(name)
    place = (from_fact.tx, from_fact.pk - 1) if from_fact else (0, 0)
    with transaction.atomic():
        _move(ReaderCursor.objects.select_for_update().get(name=name), place)


def list_readers_behind(names: list[str]) -> list[str]:
    """Return those of these readers that have not come to the last fact. Two queries."""
    last = Fact.objects.order_by("-tx", "-pk").values_list("tx", "pk").first()
    if last is None:
        return []
    places = {name: (tx, pk) for name, tx, pk in ReaderCursor.objects.values_list("name", "tx", "fact_id")}
    return [name for name in names if places.get(name, (0, 0)) < last]
