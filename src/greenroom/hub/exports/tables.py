"""
The tables that can be exported, by name. Each app declares its own in `exports.py`:

    @table("registrants", columns=["E-mail", "First name"], may=may_see, count=count, file_name=name)
    def registrants(params: Params, after: int) -> Iterator[Row]: ...
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.users.models import User

Params = Mapping[str, Any]
Cell = str | int | float | bool | datetime | None
# A row's own number, growing from row to row, and its cells.
Row = tuple[int, Sequence[Cell]]
RowsAfter = Callable[[Params, int], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table.

    Attributes:
        columns: gives their titles, in the order of the cells.
        rows: yields the rows whose number is greater than a given one, in growing order, without holding all of them.
        may: tells whether a person may have it with these parameters.
        count: how many rows it has now.
        file_name: what the file is called, without its ending.
        settle: adds to the parameters what must not change while rows are written, such as the columns there are now.
    """

    name: str
    columns: Callable[[Params], Sequence[str]]
    rows: RowsAfter
    may: Callable[[User, Params], bool]
    count: Callable[[Params], int]
    file_name: Callable[[Params], str]
    settle: Callable[[Params], Params]


_tables: dict[str, Table] = {}


def table(
    name: str,
    *,
    columns: Sequence[str] | Callable[[Params], Sequence[str]],
    may: Callable[[User, Params], bool],
    count: Callable[[Params], int],
    file_name: Callable[[Params], str],
    settle: Callable[[Params], Params] = lambda params: params,
) -> Callable[[RowsAfter], RowsAfter]:
    """Register what yields the rows of a table."""

    def register(rows: RowsAfter) -> RowsAfter:
        if name in _tables:
            raise ValueError(f"There are two tables named {name}")
        titles = columns if callable(columns) else lambda params: columns
        _tables[name] = Table(name, titles, rows, may, count, file_name, settle)
        return rows

    return register


def get_table(name: str) -> Table:
    """Return the table of that name. Raises `UnknownObjectError`."""
    try:
        return _tables[name]
    except KeyError as error:
        raise UnknownObjectError("There is nothing here that is called so.") from error


def list_tables() -> list[str]:
    """Return the names of all tables, sorted."""
    return sorted(_tables)
