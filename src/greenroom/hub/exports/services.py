"""Asking for an export, writing it, and throwing old ones away."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils.text import slugify

from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.exports.models import Export, ExportPart
from greenroom.hub.exports.tables import Cell, Params, Table, get_table
from greenroom.hub.jobs.registry import task
from greenroom.hub.users.models import User

KEPT_FOR = timedelta(days=7)
# Up to so many rows the person who asks does not wait noticeably.
_AT_ONCE = 2000
_BATCH = 1000


def request_export(*, user: User, table: str, params: Params, format: Export.Format) -> Export:
    """
    Write a table for a person, whose id is its parameter `user`: a short one at once, a long one in the background.

    Raises:
        UnknownObjectError: there is no such table, or not for this person.
    """
    wanted = get_table(table)
    if not wanted.may(user, params):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    export = open_export(table=wanted, params={**params, "user": user.pk}, format=format, user=user)
    if export.rows_total <= _AT_ONCE:
        write(export)
    else:
        write_export.enqueue(export_id=export.pk, dedupe_key=f"export:{export.pk}")
    return export


def open_export(*, table: Table, params: Params, format: Export.Format, user: User | None = None) -> Export:
    """Begin an export that nothing has been written of."""
    name = slugify(table.file_name(params))[:150] or table.name
    return Export.objects.create(
        table=table.name,
        params=dict(table.settle(params)),
        format=format,
        file_name=f"{name}.{format}",
        requested_by=user,
        rows_total=table.count(params),
        requested_at=clock.now(),
    )


@task(queue="exports", max_attempts=5)
def write_export(export_id: int) -> None:
    """Write an export, going on where an earlier try ended."""
    export = Export.objects.filter(pk=export_id, state=Export.State.WRITING).first()
    if export:
        write(export)


def write(export: Export, progress: Callable[[Export], None] = lambda export: None) -> None:
    """Write what is missing of an export. One statement to read and three to write for each thousand rows."""
    rows = get_table(export.table).rows(export.params, export.cursor)
    number = export.parts.count()
    while batch := list(islice(rows, _BATCH)):
        with transaction.atomic():
            text = json.dumps([[_plain(cell) for cell in cells] for _, cells in batch], ensure_ascii=False)
            ExportPart.objects.create(export=export, number=number, rows=text)
            export.cursor = batch[-1][0]
            export.rows_written += len(batch)
            export.save(update_fields=["cursor", "rows_written"])
            reached("exports.part_written")
        number += 1
        progress(export)
    export.state, export.finished_at = Export.State.READY, clock.now()
    export.save(update_fields=["state", "finished_at"])


def _plain(cell: Cell) -> str | int | float | bool | None:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def purge_exports() -> int:
    """Throw away what is older than a week, and return how many exports that were."""
    old = Export.objects.filter(requested_at__lt=clock.now() - KEPT_FOR)
    count = old.count()
    old.delete()
    return count
