"""
Turning the rows of an export into a file, a piece at a time.

Spreadsheets take a text that begins with `=` and its like for a formula. In CSV such a text is written with an
apostrophe before it, which `as_typed` takes away again; XLSX and JSON say themselves what is text.
"""

import csv
import io
import json
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any

from greenroom.hub.exports.models import Export
from greenroom.hub.exports.tables import get_table

CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.Format.JSON: "application/json",
}
# With the full-width forms, which some spreadsheets take for the same, and what may precede a formula.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BYTE_ORDER_MARK = "\ufeff"  # by it Excel knows UTF-8
# Excel refuses a longer cell.
_LONGEST_CELL = 32_767
_PIECE = 64 * 1024

Cells = Sequence[Any]


def render(export: Export) -> Generator[bytes]:
    """Yield the file of an export, the same bytes each time. Memory does not depend on its length."""
    columns = list(_tell_apart(get_table(export.table).columns(export.params)))
    rows = _rows(export)
    if export.format == Export.Format.XLSX:
        return _as_xlsx(columns, rows, export.requested_at)
    if export.format == Export.Format.JSON:
        return _as_json(columns, rows)
    return _as_csv(columns, rows)


def _tell_apart(titles: Iterable[str]) -> Iterator[str]:
    """Give each column a title of its own: of two that are called alike JSON would keep one."""
    taken: set[str] = set()
    for title in titles:
        others = (f"{title} ({number})" for number in count(2))
        own = next(one for one in chain([title], others) if one not in taken)
        taken.add(own)
        yield own


def _rows(export: Export) -> Iterator[Cells]:
    for part in export.parts.order_by("number").iterator(chunk_size=4):
        yield from json.loads(part.rows)


def _as_csv(columns: Cells, rows: Iterable[Cells]) -> Generator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(_BYTE_ORDER_MARK)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        if buffer.tell() > _PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _harmless(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    # A text that begins with an apostrophe of its own gets one, too: else it could not be told apart.
    return f"'{cell}" if cell.startswith((*_STARTS_A_FORMULA, "'")) else cell


def as_typed(cell: str) -> str:
    """Return what a cell of our CSV was before it was made harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_STARTS_A_FORMULA, "'")) else cell


def _as_json(columns: Cells, rows: Iterable[Cells]) -> Generator[bytes]:
    yield b"["
    before = b"\n"
    for row in rows:
        yield before + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False).encode()
        before = b",\n"
    yield b"\n]\n"


def _as_xlsx(columns: Cells, rows: Iterable[Cells], made_at: datetime) -> Generator[bytes]:
    import xlsxwriter  # here: only this one format needs it

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        book.set_properties({"created": made_at})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, title in enumerate(columns):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell[:_LONGEST_CELL])
                elif cell is not None:
                    sheet.write(number, column, cell)
        sheet.freeze_panes(1, 0)
        book.close()
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
