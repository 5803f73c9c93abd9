"""Taking a list apart: in pieces that are read one by one, and in rows that can be read and those that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableSequence
from typing import Any, TypeVar

import msgspec

from greenroom.goto._decoding import plain
from greenroom.goto._paging import Content, Data, Hal, Offset, Rule
from greenroom.goto.errors import UnexpectedResponseError

T = TypeVar("T")

_PIECE = 1_000
_rows_unread = msgspec.json.Decoder(list[msgspec.Raw]).decode


class UnreadableRow(msgspec.Struct, frozen=True):
    """
    A row of a list that does not fit its model.

    Attributes:
        product, operation: which call listed it.
        raw: the row as JSON. Personal data: do not log.
        path: where in the row it does not fit, such as `$.email`; never what was there.
    """

    product: str
    operation: str
    raw: bytes
    path: str

    def __repr__(self) -> str:
        return f"<UnreadableRow of {self.product}.{self.operation} at {self.path}>"


def in_pieces(content: bytes) -> Iterator[bytes]:
    """
    Yield the rows of a bare list as lists of at most a thousand, of equal sizes; any other body as it is.

    Equal, so that a few rows at the end which cannot be read are not taken for a list that is wrong altogether.
    """
    try:
        rows = _rows_unread(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        rows = []
    count = -(-len(rows) // _PIECE)
    if count < 2:
        yield content
        return
    for number in range(count):
        piece = rows[len(rows) * number // count : len(rows) * (number + 1) // count]
        yield b"[%b]" % b",".join(piece)


def sift(read: Callable[[bytes], T], rule: Rule | str, content: bytes, set_aside: MutableSequence[UnreadableRow]) -> T:
    """
    Read a body; where rows of its list cannot be read, set them aside and read it without them.

    Args:
        read: reads a body of this kind, and a bare list with a single row.
        rule: where the list is when it is not bare: an envelope, or the name of a member.
        set_aside: the unreadable rows are added to it.

    Raises:
        UnexpectedResponseError: it holds no list, or more than one row and none that can be read: then it is not the
            rows that are wrong.
    """
    try:
        return read(content)
    except UnexpectedResponseError as error:
        try:
            body = plain(content)
        except (msgspec.DecodeError, RecursionError):
            raise error from None
        rows = _rows_of(body, rule)
        readable, unreadable = _sorted_rows(read, rows)
        if not unreadable or (len(rows) > 1 and not readable):
            raise
    rows[:] = readable
    value = read(msgspec.json.encode(body))
    set_aside.extend(unreadable)
    return value


def _rows_of(body: Any, rule: Rule | str) -> list[Any]:
    """Find the list of a body, in its envelope or bare; an empty one where there is none."""
    if isinstance(body, dict):
        match rule:
            case Hal():
                embedded = body.get("_embedded")
                body = embedded.get(rule.embedded) if isinstance(embedded, dict) else None
            case Data():
                body = body.get("data")
            case Content():
                body = body.get("content")
            case Offset():
                body = body.get(rule.items)
            case str():
                body = body.get(rule)
    return body if isinstance(body, list) else []


def _sorted_rows(read: Callable[[bytes], object], rows: list[Any]) -> tuple[list[Any], list[UnreadableRow]]:
    readable, unreadable = [], []
    for row in rows:
        raw = msgspec.json.encode(row)
        try:
            read(b"[%b]" % raw)
        except UnexpectedResponseError as error:
            path = error.path.replace("[0]", "", 1)
            unreadable.append(UnreadableRow(error.product, error.operation, raw, path))
        else:
            readable.append(row)
    return readable, unreadable
