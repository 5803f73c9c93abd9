"""Showing what GoTo answers: as JSON, or as a table that fits the terminal."""

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

import typer

from greenroom.cli.setup import fail

Row: TypeAlias = dict[str, Any]

# A table's column has two spaces on either side of it; a cell that is longer is cut.
_PADDING = 2
_WIDTH_MAX = 40


class Format(StrEnum):
    """How an answer is shown."""

    JSON = "json"
    TABLE = "table"


def show(value: Any, format: Format, columns: Sequence[str]) -> None:
    """
    Print an answer.

    Args:
        value: as JSON has it.
        columns: what to show of each row of a table, in this order; what fits when it is empty.
    """
    if format is Format.JSON:
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        _show_rows(value, columns)
    elif isinstance(value, dict):
        _show_members(value, columns)
    else:
        typer.echo("" if value is None else _cell(value))


def _show_members(value: Row, columns: Sequence[str]) -> None:
    """Show one thing, a line for each of its members."""
    names = _chosen([value], columns) or list(value)
    _print_table(["member", "value"], [[name, _cell(value[name])] for name in names], is_cut=False)


def _show_rows(rows: list[Row], columns: Sequence[str]) -> None:
    """Show a list; in a pipe with all columns, so that programs can read them."""
    filled = _filled_columns(rows)
    names = _chosen(rows, columns) or filled
    if not names:
        typer.echo("Nothing found.")
        return
    is_fitted = sys.stdout.isatty() and not columns
    if is_fitted:
        names = list(_that_fit(rows, names))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    _print_table(names, cells, is_cut=sys.stdout.isatty(), width_max=_WIDTH_MAX if is_fitted else None)
    if left_out := [name for name in filled if name not in names and not columns]:
        typer.echo(f"Not shown: {', '.join(left_out)}. Choose with --column, or see all with --format json.", err=True)


def _chosen(rows: list[Row], columns: Sequence[str]) -> list[str]:
    """Check the columns that are asked for."""
    known = list(dict.fromkeys(name for row in rows for name in row))
    for name in columns:
        if rows and name not in known:
            fail(f"There is no column {name}. Known are: {', '.join(known)}.")
    return list(columns)


def _filled_columns(rows: list[Row]) -> list[str]:
    """Name the columns that any row has a value in."""
    return list(dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "", [])))


def _that_fit(rows: list[Row], names: list[str]) -> Iterator[str]:
    """Name as many columns as the terminal has room for; those that say the same of all rows come last."""
    from rich.console import Console

    room = Console().width
    for name in sorted(names, key=lambda name: _is_the_same(rows, name)):
        room -= min(max(len(name), *(len(_cell(row.get(name))) for row in rows)), _WIDTH_MAX) + 2 * _PADDING
        if room < 0:
            return
        yield name


def _is_the_same(rows: list[Row], name: str) -> bool:
    first = rows[0].get(name)
    return len(rows) > 1 and all(row.get(name) == first for row in rows)


def _print_table(names: Sequence[str], rows: list[list[str]], *, is_cut: bool, width_max: int | None = None) -> None:
    """Print texts; what does not fit is cut, or goes on in the next line."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(name, no_wrap=is_cut, overflow="ellipsis" if is_cut else "fold", max_width=width_max)
    for row in rows:
        table.add_row(*map(Text, row))
    # In a pipe lines are as long as they need to be.
    Console(width=None if sys.stdout.isatty() else 100_000).print(table)


def _cell(value: Any) -> str:
    """Write a value as one text; control characters would move the terminal's cursor."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " for c in text)
