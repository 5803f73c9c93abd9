"""The order in which lessons, sections and items stand."""

from typing import Any

from django.db.models import Max, QuerySet

_GAP = 10


def next_position(rows: QuerySet[Any]) -> int:
    """Return the place behind all of these."""
    return (rows.aggregate(last=Max("position"))["last"] or 0) + _GAP
