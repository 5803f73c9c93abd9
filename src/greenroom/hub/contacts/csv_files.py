"""
Reading files of contacts as people have them: in any encoding, with any separator, a row at a time.

Memory does not depend on the size of the file, nor on the length of its lines.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from greenroom.hub.contacts.addresses import is_address
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.exports.formats import as_typed

ENCODINGS = {
    "utf-8": "Unicode (UTF-8)",
    "utf-16": "Unicode (UTF-16)",
    "cp1252": "Western Europe (Windows-1252)",
    "cp1250": "Central Europe (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "iso8859-15": "Western Europe (ISO 8859-15)",
    "mac-roman": "Western Europe (old Macintosh)",
    "shift_jis": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "euc_kr": "Korean (EUC-KR)",
}
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
_LONGEST_LINE = 200_000
_HEAD = 100_000
_PIECE = 256 * 1024
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DELIMITERS = ",;\t|"
# How files of Excel and other office programs begin, packed or old; and pictures and documents.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NO_TEXT = (b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"GIF8", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the line of the file in which it ends, its cells, and what is wrong with it."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """How a file is to be read, and the names of its columns."""

    encoding: str
    delimiter: str
    columns: list[str]


def look_at(file: IO[bytes], *, encoding: str = "") -> CsvFile:
    """
    Find out how a file is to be read.

    Args:
        encoding: one of `ENCODINGS`; empty to find out.

    Raises:
        InvalidInputError: there is nothing in it, or it cannot be read in this encoding.
    """
    _refuse_other_kinds(file)
    encoding = encoding or _find_encoding(file)
    head = _head_of(file, encoding)
    if not head.strip():
        raise InvalidInputError("This file is empty.", {"file": "Choose a file with at least one row."})
    delimiter = max(_DELIMITERS, key=lambda mark: len(_first_row(head, mark)))
    columns = [storable(cell.strip(), 200) for cell in _first_row(head, delimiter)]
    if len(columns) > MOST_COLUMNS:
        raise InvalidInputError("This file is too wide.", {"file": f"It has more than {MOST_COLUMNS} columns."})
    if any(map(is_address, columns)):
        raise InvalidInputError("This file has no head.", {"file": "Put a line first that names the columns."})
    return CsvFile(encoding, delimiter, columns)


def _refuse_other_kinds(file: IO[bytes]) -> None:
    """Raise `InvalidInputError` if a file is no text, by the marks at its beginning."""
    file.seek(0)
    head = file.read(8)
    if head.startswith(_WORKBOOKS):
        advice = "This is a workbook. In the program that made it, save the sheet as CSV, in UTF-8 if it asks."
        raise InvalidInputError("This file cannot be read.", {"file": advice})
    if head.startswith(_NO_TEXT):
        raise InvalidInputError("This file cannot be read.", {"file": "Choose a CSV file: this one is no text."})


def _find_encoding(file: IO[bytes]) -> str:
    """Go by the mark at its beginning; else it is UTF-8 if all of it can be, and Windows' western letters if not."""
    file.seek(0)
    head = file.read(4096)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if head.count(0) > len(head) // 4:  # every other byte of Latin letters in UTF-16
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _head_of(file: IO[bytes], encoding: str) -> str:
    with _text_of(file, encoding) as text:
        try:
            return text.read(_HEAD).lstrip()
        except UnicodeError:
            raise InvalidInputError(
                "This file cannot be read.", {"encoding": "Choose another encoding, or save the file as UTF-8."}
            ) from None


def _first_row(head: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        return next((row for row in rows if any(row) and not _is_hint(row)), [])
    except csv.Error:
        return []


def _is_hint(row: list[str]) -> bool:
    """Tell whether a row is the line `sep=;` by which Excel is told the separator."""
    return row[0].strip().lower() == "sep=" and not any(row[1:])


@contextmanager
def _text_of(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """Read a file as text; it stays open afterwards."""
    file.seek(0)
    strict = encoding.startswith("utf")
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    text = io.TextIOWrapper(file, encoding=encoding, errors="strict" if strict else "replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def read_lines(file: IO[bytes], how: CsvFile) -> Iterator[Line]:
    """
    Yield the rows below the first, without those that are empty. What cannot be read as a row says why.

    Raises:
        InvalidInputError: the file is not in the encoding it seemed to be in.
    """
    with _text_of(file, how.encoding) as text:
        # A quote that is never closed must not make one line of all that follows.
        pieces = (piece.replace("\0", "") for piece in iter(lambda: text.readline(_LONGEST_LINE), ""))
        reader = csv.reader(pieces, delimiter=how.delimiter)
        is_head = True
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Line(
                    reader.line_num, [], "This row cannot be read: a cell is too long, or a quote is not closed."
                )
                continue
            except UnicodeError:
                raise InvalidInputError(
                    "This file cannot be read.", {"encoding": "Choose another encoding, or save the file as UTF-8."}
                ) from None
            if not any(map(str.strip, cells)) or (is_head and _is_hint(cells)):
                continue
            if not is_head:
                yield _line(reader.line_num, cells, len(how.columns))
            is_head = False


def _line(number: int, cells: list[str], width: int) -> Line:
    tidy = [as_typed(cell.strip()).strip() for cell in cells]
    if any(len(cell) > LONGEST_CELL for cell in tidy):
        return Line(number, [cell[:200] for cell in tidy[:width]], "A cell is too long.")
    if any(tidy[width:]):
        return Line(number, tidy[:MOST_COLUMNS], "It has more cells than the first line has columns.")
    return Line(number, [*tidy[:width], *[""] * (width - len(tidy))])
