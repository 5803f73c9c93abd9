"""The command that reads from GoTo."""

from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.accounts import list_accounts
from greenroom.cli.progress import bar
from greenroom.cli.setup import fail, setup_hub_to_read

if TYPE_CHECKING:
    from greenroom.hub.connections.models import Connection


def sync(
    product: Annotated[
        str | None, typer.Option("--product", "-p", help="Only this one: webinar, training, meeting or assist.")
    ] = None,
    key: Annotated[str | None, typer.Option("--id", "-i", help="Only the event with this key.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything, also what is not due.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the calls this would make, and make none.")] = False,
) -> None:
    """Read events, registrants and attendance from GoTo, here and now: what is due, or everything."""
    setup_hub_to_read()
    from greenroom.hub.events.products import PRODUCTS

    if product and product not in PRODUCTS:
        fail(f"There is no product {product}. Choose one of: {', '.join(PRODUCTS)}.")
    if key and not product:
        fail(f"Say which product the key belongs to: --product and one of {', '.join(PRODUCTS)}.")
    if key is not None and not key.strip():
        fail("Say which event: its key belongs behind --id.")
    connections, are_all = list_accounts()
    if product and key:
        connections = _those_with(connections, product, key)
    products = [product] if product else list(PRODUCTS)
    if dry_run:
        _print_calls(connections, products, key or "", full)
    elif not _run_all(connections, products, key or "", full) or not are_all:
        raise typer.Exit(1)


def _those_with(connections: "list[Connection]", product: str, key: str) -> "list[Connection]":
    """Return the one account that is known to have an event, or all while none is."""
    from greenroom.hub.events.models import Event

    event = Event.objects.filter(connection__in=connections, product=product, event_key=key).first()
    return [one for one in connections if event is None or one.pk == event.connection_id]


def _print_calls(connections: "list[Connection]", products: list[str], key: str, is_full: bool) -> None:
    from greenroom.hub.sync.services import list_calls

    for connection in connections:
        for product in products:
            calls = list_calls(connection=connection, product=product, event_key=key, is_full=is_full)
            typer.echo(f"{_label(connection, product)}: {_count(len(calls), 'call')}")
            for call in calls:
                typer.echo(f"  {call}")


def _run_all(connections: "list[Connection]", products: list[str], key: str, is_full: bool) -> bool:
    """Carry out every run, and return whether all went well."""
    from greenroom.hub.core.errors import UnknownObjectError

    succeeded, found = True, not key
    for connection in connections:
        for product in products:
            try:
                succeeded &= _run(connection, product, key, is_full)
                found = True
            except UnknownObjectError:
                continue  # another account may have the event
    if not found:
        typer.echo("None of the connected accounts has this event.", err=True)
    return succeeded and found


def _run(connection: "Connection", product: str, key: str, is_full: bool) -> bool:
    """Carry out one run, tell how it went, and return whether it did well."""
    from greenroom.goto import GotoError
    from greenroom.hub.core.errors import HubError, UnknownObjectError
    from greenroom.hub.events.models import Event
    from greenroom.hub.sync.services import open_run, synchronize
    from greenroom.hub.web.words import explain_error

    label = _label(connection, product)
    run = open_run(connection=connection, product=product, event_key=key, is_full=is_full)
    if run is None:
        typer.echo(f"{label}: another run is on its way")
        return True
    try:
        with bar(label) as tell:
            synchronize(run=run, progress=lambda run: tell(run.events_done, run.events_total))
    except UnknownObjectError:
        raise
    except HubError as error:
        typer.echo(f"{label}: {error}", err=True)
        return False
    except GotoError as error:
        typer.echo(f"{label}: {explain_error(error.code)}", err=True)
        return False
    counts = (_count(run.events_done, "event"), _count(run.rows_changed, "change"), _count(run.calls, "call"))
    typer.echo(f"{label}: {', '.join(counts)}")
    for problem in run.event_errors:
        event = Event.objects.get(pk=problem["event"])
        typer.echo(f"  {event.title} ({event.event_key}): {explain_error(problem['code'])}", err=True)
    return not run.event_errors


def _label(connection: "Connection", product: str) -> str:
    from greenroom.hub.events.products import get_product

    return f"{connection}: {get_product(product).words.many.lower()}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
