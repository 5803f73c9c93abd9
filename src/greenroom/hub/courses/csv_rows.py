"""Reading the tables that people bring: as a spreadsheet saves them, or pasted out of one."""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.exports.formats import as_typed

MOST_ROWS = 5000
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line it ends in, and its cells by the names of their columns, in lower case."""

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return a cell; empty where there is none."""
        return self.cells.get(column, "")


def read_csv(text: str, *, columns: Collection[str]) -> list[CsvRow]:
    """
    Read a table whose first line names its columns; a plain list of addresses needs no such line.

    Commas, semicolons and tabulators may part the cells. Columns with other names are passed over, and so are empty
    rows.

    Args:
        columns: those that mean something; `email` must be among what is brought.

    Raises:
        InvalidInputError: there is nothing in it, too much, or no column of addresses.
    """
    lines = storable(text).lstrip("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise _unreadable("Choose a file or paste a list first.")
    reader = csv.reader(lines, delimiter=max(_DELIMITERS, key=first.count))
    names = ["email"] if "@" in first else [_tidy(cell).lower() for cell in _first_row(reader)]
    if "email" not in names:
        raise _unreadable(f"The first line must name the columns: {', '.join(columns)}. One of them has to be email.")
    try:
        rows = [
            CsvRow(reader.line_num, _named(names, cells, columns)) for cells in reader if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise _unreadable(f"Line {reader.line_num} cannot be read. Save the table as CSV again.") from error
    if len(rows) > MOST_ROWS:
        raise _unreadable(f"These are more than {MOST_ROWS:,} rows. Bring them in several files.")
    return rows


def _first_row(reader: Iterable[list[str]]) -> list[str]:
    return next((cells for cells in reader if any(map(str.strip, cells))), [])


def _named(names: list[str], cells: list[str], columns: Collection[str]) -> dict[str, str]:
    return {name: _tidy(cell) for name, cell in zip(names, cells, strict=False) if name in columns}


def _tidy(cell: str) -> str:
    return as_typed(cell.strip()).strip()


def _unreadable(sentence: str) -> InvalidInputError:
    return InvalidInputError(sentence, {"text": sentence})
