"""
Taking over a ledger that was restored on another PostgreSQL server.

The order of facts rests on the server's transaction numbers. Another server counts from elsewhere: what it appends
would stand before what is there, and readers would never come to it. So its numbers are taken with an offset, which
lies in the database as a function, and goes with it wherever it goes.
"""

from django.db import connection, transaction
from django.db.models import Max, Min

from greenroom.hub.ledger.models import Fact

# The number that no transaction of this server has had yet, as the ledger counts. The snapshot leaves out the
# transaction that asks.
_NEXT = """
    SELECT ledger_tx_offset() + greatest(
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_xact_id_if_assigned()::text::bigint + 1
    )
"""
_SET_OFFSET = """
    CREATE OR REPLACE FUNCTION ledger_tx_offset() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT {offset}::bigint'
"""


def is_ahead_of_server() -> bool:
    """Tell whether the ledger has facts of a server whose numbers lie ahead of this one's. Two queries."""
    if connection.vendor != "postgresql":
        return False
    last = Fact.objects.order_by("-tx").values_list("tx", flat=True).first()
    return last is not None and last >= _number(_NEXT)


def adopt_server() -> int:
    """
    Have what is appended from now on stand behind all that is there, and return the offset that it takes.

    Facts that were appended since the ledger was restored are put where they belong. May be repeated; where nothing is
    wrong, nothing is changed.
    """
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic():
        _execute("LOCK TABLE ledger_fact IN ACCESS EXCLUSIVE MODE")
        offset, next_number = _number("SELECT ledger_tx_offset()"), _number(_NEXT)
        restored = Fact.objects.filter(tx__gte=next_number).aggregate(number=Max("tx"), pk=Max("pk"))
        if restored["pk"] is None:
            return offset
        appended_here = Fact.objects.filter(pk__gt=restored["pk"])
        first_here = appended_here.aggregate(number=Min("tx"))["number"] or next_number
        further = restored["number"] + 1 - first_here
        _move(after=restored["pk"], by=further)
        _execute(_SET_OFFSET.format(offset=offset + further))
        return offset + further


def _move(*, after: int, by: int) -> None:
    """Put the facts that this server has appended already behind those that were restored."""
    _execute("ALTER TABLE ledger_fact DISABLE TRIGGER ledger_fact_append_only")
    _execute("UPDATE ledger_fact SET tx = tx + %s WHERE id > %s", [by, after])
    _execute("ALTER TABLE ledger_fact ENABLE TRIGGER ledger_fact_append_only")


def _execute(statement: str, params: list[int] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        number: int = cursor.fetchone()[0]
        return number
