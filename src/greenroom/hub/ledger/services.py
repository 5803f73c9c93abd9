"""
Writing facts, and having them read again.

A fact is appended in the transaction of the change that caused it, so neither is ever there without the
other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from greenroom.hub.core import clock
from greenroom.hub.ledger import delivery
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.tasks import deliver, wake

# One statement each; 13 values a fact stay well below SQLite's limit of 32,766 in a statement.
BATCH = 1000

COLUMNS = (
    "kind",
    "happened_at",
    "dedupe_key",
    "connection_id",
    "event_id",
    "session_id",
    "registrant_id",
    "user_id",
    "contact_id",
    "email",
    "data",
)


@dataclass(frozen=True, kw_only=True)
class NewFact:
    """A fact to append: what, when it happened, the key that makes it one, and whom it is about."""

    kind: str
    happened_at: datetime
    dedupe_key: str
    connection_id: int | None = None
    event_id: int | None = None
    session_id: int | None = None
    registrant_id: int | None = None
    user_id: int | None = None
    contact_id: int | None = None
    email: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def append(facts: Iterable[NewFact]) -> int:
    """
    Append facts in the caller's transaction and have the readers woken when it commits.

    A fact whose dedupe key is known already is passed over. One statement per `BATCH` facts, taken from the
    iterable as they come.

    Returns:
        How many facts were new.

    Raises:
        TransactionManagementError: there is no transaction that the facts could share.
    """
    _need_transaction()
    waiting = iter(facts)
    new = 0
    while batch := list(islice(waiting, BATCH)):
        new += _insert(batch)
    if new:
        _wake_readers()
    return new


def append_select(columns: Sequence[str], select: str, params: Sequence[Any]) -> int:
    """
    Append what a query returns, in one statement however many facts that are.

    Args:
        columns: names of the query's columns, in order: `kind`, `happened_at` and `dedupe_key` at least.
            `recorded_at` and `data` are filled in when they are missing.
        select: the query, written for both databases; `data` is JSON text.
        params: its parameters; moments are aware datetimes.

    Returns:
        How many facts were new.

    Raises:
        TransactionManagementError: as `append`.
    """
    _need_transaction()
    given = {"recorded_at": clock.now(), "data": "{}"}
    missing = {name: value for name, value in given.items() if name not in columns}
    values = [*(_typed(name, name) for name in columns), *(_typed(name, "%s") for name in missing)]
    # Without WHERE, SQLite takes ON for the beginning of a join.
    statement = f"""
        INSERT INTO ledger_fact ({", ".join([*columns, *missing])})
        WITH news ({", ".join(columns)}) AS ({select})
        SELECT {", ".join(values)} FROM news WHERE true
        ON CONFLICT (dedupe_key) DO NOTHING
    """  # noqa: S608 - the names are ours, the values are parameters
    new = _execute(statement, [*params, *missing.values()])
    if new:
        _wake_readers()
    return new


def replay_reader(*, name: str, from_fact: Fact | None) -> None:
    """
    Have a reader get all facts again from the first there ever was, or from one on, beginning at once.

    What it has done already is not done twice: readers are such that they may be repeated.

    Raises:
        UnknownReaderError: there is no such reader.
    """
    with transaction.atomic():
        delivery.replay(name, from_fact=from_fact)
        deliver.enqueue(reader=name, run_at=clock.now(), dedupe_key=f"ledger.deliver:{name}")


def _typed(name: str, value: str) -> str:
    """Cast a value to its column's type on PostgreSQL, where a query's literals have become text."""
    if connection.vendor != "postgresql" or name in {"kind", "dedupe_key", "email"}:
        return value
    kind = "jsonb" if name == "data" else "timestamptz" if name.endswith("_at") else "bigint"
    return f"CAST({value} AS {kind})"


def _need_transaction() -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("Facts are appended in the transaction of the change that caused them.")


def _insert(batch: Sequence[NewFact]) -> int:
    now = clock.now()
    row = f"({', '.join(['%s'] * (len(COLUMNS) + 1))})"
    statement = f"""
        INSERT INTO ledger_fact ({", ".join(COLUMNS)}, recorded_at) VALUES {", ".join([row] * len(batch))}
        ON CONFLICT (dedupe_key) DO NOTHING
    """  # noqa: S608 - only names and placeholders
    return _execute(statement, [value for fact in batch for value in _row(fact, now)])


def _row(fact: NewFact, now: datetime) -> list[Any]:
    values = [getattr(fact, name) for name in COLUMNS[:-1]]
    return [*values, json.dumps(dict(fact.data)), now]


def _execute(statement: str, params: Sequence[Any]) -> int:
    to_db = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(statement, [to_db(one) if isinstance(one, datetime) else one for one in params])
        return max(cursor.rowcount, 0)


def _wake_readers() -> None:
    wake.enqueue(dedupe_key=f"ledger.wake:{transaction_number()}")


def transaction_number() -> int:
    """
    Tell transactions apart that run at the same time.

    The wake-up has one key per transaction, because a key shared by all writers would make each wait for the
    commit of the one before. SQLite has one writer anyway.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        number: int = cursor.fetchone()[0]
        return number
