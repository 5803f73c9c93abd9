"""The command that writes a table into a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.progress import bar
from greenroom.cli.setup import fail, setup_hub

if TYPE_CHECKING:
    from greenroom.hub.exports.models import Export


def export(
    table: Annotated[str, typer.Argument(help="events, registrants, attendance or results.")],
    event: Annotated[
        str | None, typer.Option("--event", "-e", help="The event's key; for people of one event.")
    ] = None,
    course: Annotated[str | None, typer.Option("--course", "-c", help="The course's address; for results.")] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="csv, xlsx or json.")] = "csv",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; printed when left out.")] = None,
) -> None:
    """Write events, registrants, attendance or results into a file. One that was interrupted goes on where it ended."""
    setup_hub()
    from greenroom.hub.exports.formats import render
    from greenroom.hub.exports.models import Export
    from greenroom.hub.exports.services import write
    from greenroom.hub.exports.tables import list_tables

    if table not in list_tables():
        fail(f"There is no table {table}. Choose one of: {', '.join(list_tables())}.")
    if format not in Export.Format.values:
        fail(f"There is no format {format}. Choose one of: {', '.join(Export.Format.values)}.")
    found = _open(table, _params(table, event, course), Export.Format(format))
    with bar(found.file_name) as show:
        write(found, lambda one: show(one.rows_written, one.rows_total))
    if output is None:
        for piece in render(found):
            sys.stdout.buffer.write(piece)
        return
    try:
        with output.open("wb") as file:
            for piece in render(found):
                file.write(piece)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")
    typer.echo(f"{output}: {found.rows_written} rows", err=True)


def _params(table: str, event_key: str | None, slug: str | None) -> dict[str, int]:
    from greenroom.hub.courses.models import Course
    from greenroom.hub.events.models import Event

    if table == "events":
        return {}
    if table == "results":
        course = Course.objects.filter(slug=slug or "").first()
        if course is None:
            fail("Say which course: --course with the part of its address after /courses/.")
        return {"course": course.pk}
    if not event_key:
        fail("Say which event: --event KEY.")
    event = Event.objects.filter(event_key=event_key).first()
    if event is None:
        fail(f"There is no event with the key {event_key} here. Run greenroom sync first.")
    return {"event": event.pk}


def _open(table: str, params: dict[str, int], format: "Export.Format") -> "Export":
    """Return the export of this kind that was interrupted, or a new one."""
    from greenroom.hub.exports.models import Export
    from greenroom.hub.exports.services import open_export
    from greenroom.hub.exports.tables import get_table

    interrupted = Export.objects.filter(
        table=table, params=params, format=format, requested_by=None, state=Export.State.WRITING
    )
    return interrupted.first() or open_export(table=get_table(table), params=params, format=format)
