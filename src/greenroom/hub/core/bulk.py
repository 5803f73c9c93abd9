"""
Many rows at once, on both databases.

Django's own `bulk_create(update_conflicts=True)` is plenty for what people do; this is for lists of tens of thousands
from GoTo, where it is four to five times as fast (`executemany` on SQLite, COPY on PostgreSQL).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from django.db import connection as database
from django.db import models

Row = Sequence[Any]

# SQLite takes some ten thousands of values in a statement.
_KEYS_AT_ONCE = 1000


def in_batches(keys: Iterable[str]) -> Iterator[list[str]]:
    """Cut keys into lists that a statement can take."""
    waiting = iter(keys)
    while batch := list(islice(waiting, _KEYS_AT_ONCE)):
        yield batch


def upsert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row], *, key: Sequence[str]) -> int:
    """
    Insert rows, or update those whose `key` columns exist already, and return how many were written.

    Args:
        columns: database column names, in the order of each row's values.
        rows: values as the database takes them; consumed once, never held in memory as a whole by us.
        key: the columns of a unique constraint.
    """
    table = model._meta.db_table
    # Names of tables and columns are the code's own; only values come from outside.
    insert = f"INSERT INTO {table} ({_list(columns)})"
    merge = _merge(columns, key)
    if database.vendor == "postgresql":
        return _copy_then_merge(table, columns, rows, insert, merge)
    marks = ", ".join(["%s"] * len(columns))
    with database.cursor() as cursor:
        cursor.executemany(f"{insert} VALUES ({marks}) {merge}", _with_times_as_text(model, columns, rows))
        return max(cursor.rowcount, 0)


def _copy_then_merge(table: str, columns: Sequence[str], rows: Iterable[Row], insert: str, merge: str) -> int:
    names = _list(columns)
    with database.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bulk_rows AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
        with cursor.copy(f"COPY bulk_rows ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"{insert} SELECT {names} FROM bulk_rows {merge}")  # noqa: S608
        written: int = cursor.rowcount
        cursor.execute("DROP TABLE bulk_rows")
        return written


def _with_times_as_text(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> Any:
    """Write moments as Django does on SQLite; its driver would add an offset, and texts would no longer compare."""
    kinds = {field.column: field for field in model._meta.concrete_fields}
    places = [at for at, name in enumerate(columns) if isinstance(kinds[name], models.DateTimeField)]
    for row in rows:
        values = list(row)
        for at in places:
            if (moment := values[at]) is not None:
                values[at] = _as_text(moment)
        yield values


def _as_text(moment: datetime) -> str:
    """Do what Django's `adapt_datetimefield_value` does to an aware moment, at a tenth of the cost."""
    text = msgspec.to_builtins(moment if moment.tzinfo is UTC else moment.astimezone(UTC))
    return f"{text[:10]} {text[11:-1]}"


def _merge(columns: Sequence[str], key: Sequence[str]) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"ON CONFLICT ({_list(key)}) DO UPDATE SET {changes}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
