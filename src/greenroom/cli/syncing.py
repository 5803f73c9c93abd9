"""The command that reads from GoTo."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.setup import fail, setup_hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from greenroom.hub.connections.models import Connection
    from greenroom.hub.sync.models import SyncRun


def sync(
    product: Annotated[str | None, typer.Option("--product", "-p", help="Only this one: webinar or training.")] = None,
    key: Annotated[str | None, typer.Option("--id", "-i", help="Only the event with this key.")] = None,
) -> None:
    """Read events, registrants and attendance from GoTo, here and now."""
    setup_hub()
    from greenroom.hub.connections.selectors import list_active_connections
    from greenroom.hub.events.products import PRODUCTS

    if product and product not in PRODUCTS:
        fail(f"There is no product {product}. Choose one of: {', '.join(PRODUCTS)}.")
    if key and not product:
        fail(f"Say which product the key belongs to: --product and one of {', '.join(PRODUCTS)}.")
    connections = list(list_active_connections())
    if not connections:
        fail("No GoTo account is connected. Connect one on the page Accounts.")
    if not _run_all(connections, [product] if product else list(PRODUCTS), key or ""):
        raise typer.Exit(1)


def _run_all(connections: "list[Connection]", products: list[str], key: str) -> bool:
    from greenroom.goto import GotoError
    from greenroom.hub.core.errors import HubError, UnknownObjectError
    from greenroom.hub.events.products import get_product
    from greenroom.hub.sync.services import open_run, synchronize

    succeeded, found = True, not key
    for connection in connections:
        for product in products:
            run = open_run(connection=connection, product=product, event_key=key)
            label = f"{connection}: {get_product(product).words.many.lower()}"
            if run is None:
                typer.echo(f"{label}: another run is on its way")
                found = True
                continue
            try:
                with _bar(label) as progress:
                    synchronize(run=run, progress=progress)
            except UnknownObjectError:
                continue  # another account may have the event
            except (HubError, GotoError) as error:
                typer.echo(f"{label}: {error}", err=True)
                succeeded = False
                continue
            found = True
            counts = (_count(run.events_done, "event"), _count(run.rows_changed, "change"), _count(run.calls, "call"))
            typer.echo(f"{label}: {', '.join(counts)}")
            for problem in run.event_errors:
                typer.echo(f"  event {problem['event']} could not be read: {problem['code']}", err=True)
                succeeded = False
    if not found:
        typer.echo("None of the connected accounts has this event.", err=True)
    return succeeded and found


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextmanager
def _bar(label: str) -> "Iterator[Callable[[SyncRun], None]]":
    """Show a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda run: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(label, total=None)
        yield lambda run: bars.update(bar, total=run.events_total, completed=run.events_done)
