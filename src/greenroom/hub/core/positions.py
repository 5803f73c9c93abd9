"""
The order in which rows with a `position` stand, whatever they are.

Callers lock what the rows belong to: of two people who move at once neither then undoes the other.
"""

from typing import Any, NamedTuple

from django.db.models import Max, QuerySet

from greenroom.hub.core.errors import StateConflictError

_GAP = 10

UP, DOWN = -1, 1


class Place(NamedTuple):
    """Where something stands now: `number` of `total`."""

    number: int
    total: int


def next_position(rows: QuerySet[Any]) -> int:
    """Return the place behind all of these."""
    return (rows.aggregate(last=Max("position"))["last"] or 0) + _GAP


def list_in_order(rows: QuerySet[Any]) -> list[int]:
    """Return the ids of rows as they stand. One query."""
    return list(rows.values_list("pk", flat=True))


def put_before(rows: QuerySet[Any], pk: int, before: int | None) -> Place:
    """
    Put one of these rows before another, or at the end. Two statements.

    Raises:
        StateConflictError: that other row is no longer there.
    """
    order = [one for one in list_in_order(rows) if one != pk]
    if before is not None and before not in order:
        raise _changed_meanwhile()
    return _number(rows, pk, order, len(order) if before is None else order.index(before))


def step(rows: QuerySet[Any], pk: int, by: int) -> Place:
    """
    Move one of these rows a place `UP` or `DOWN`, at the edge not at all. Two statements.

    Raises:
        StateConflictError: it is no longer there.
    """
    order = list_in_order(rows)
    if pk not in order:
        raise _changed_meanwhile()
    place = order.index(pk) + by
    order.remove(pk)
    return _number(rows, pk, order, min(max(place, 0), len(order)))


def _changed_meanwhile() -> StateConflictError:
    return StateConflictError("This has been changed meanwhile. Look at it again, then move it.")


def _number(rows: QuerySet[Any], pk: int, others: list[int], place: int) -> Place:
    """Write the places of all anew. One statement, whatever their number."""
    order = [*others[:place], pk, *others[place:]]
    numbered = [rows.model(pk=one, position=_GAP * number) for number, one in enumerate(order, start=1)]
    rows.model._default_manager.bulk_update(numbered, ["position"])
    return Place(place + 1, len(order))
