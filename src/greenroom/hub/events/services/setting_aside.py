"""Keeping the rows of GoTo's lists that could not be read, for a person to look at. They stop none of the others."""

import hashlib
from collections.abc import Sequence

import structlog
from django.db.models import QuerySet

from greenroom.goto import UnreadableRow
from greenroom.hub.core import clock
from greenroom.hub.events.models import SetAsideRow
from greenroom.hub.events.services.doubts import Place

log = structlog.get_logger(__name__)

_LONGEST_REASON = 200


def set_aside(*, place: Place, rows: Sequence[UnreadableRow], is_whole: bool = True) -> None:
    """
    Keep the rows of a list that could not be read; those of before that can be read again, or are gone, are dropped.

    One statement where all can be read, two otherwise.

    Args:
        is_whole: whether all of the list was read; of a part of it nothing follows for the rows of before.
    """
    told = {hashlib.sha256(row.raw).hexdigest(): row for row in rows}
    if is_whole:
        _kept_of(place).exclude(raw_digest__in=told).delete()
    if not told:
        return
    now = clock.now()
    SetAsideRow.objects.bulk_create(
        [
            SetAsideRow(
                connection=place.connection,
                product=place.product,
                event=place.event,
                session=place.session,
                listing=place.listing,
                place=place.name,
                raw=row.raw.decode(),
                raw_digest=digest,
                reason=_explain(row)[:_LONGEST_REASON],
                first_seen_at=now,
                last_seen_at=now,
            )
            for digest, row in told.items()
        ],
        update_conflicts=True,
        unique_fields=["connection", "product", "listing", "place", "raw_digest"],
        update_fields=["reason", "last_seen_at"],
    )
    log.warning("mirror.rows_set_aside", connection=place.connection.pk, listing=str(place.listing), rows=len(told))


def _explain(row: UnreadableRow) -> str:
    """Say what is wrong with a row, naming its place and nothing of what stands there."""
    what = f"“{row.path.removeprefix('$.')}”" if row.path != "$" else "The row"
    return f"{what} is missing, or not as GoTo describes it. Listed by {row.operation}."


def _kept_of(place: Place) -> QuerySet[SetAsideRow]:
    return SetAsideRow.objects.filter(
        connection=place.connection, product=place.product, listing=place.listing, place=place.name
    )
