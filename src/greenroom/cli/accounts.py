"""The GoTo accounts that a command reads."""

from typing import TYPE_CHECKING

import typer

from greenroom.cli.setup import fail

if TYPE_CHECKING:
    from greenroom.hub.connections.models import Connection


def list_accounts() -> tuple["list[Connection]", bool]:
    """Return the accounts that can be read, and whether those are all. Those that wait for a person are named."""
    from greenroom.hub.connections.models import Connection
    from greenroom.hub.connections.selectors import list_active_connections

    waiting = list(Connection.objects.filter(state=Connection.State.RECONNECT_NEEDED))
    for connection in waiting:
        typer.echo(f"{connection} has to be connected again, on the page Accounts.", err=True)
    connections = list(list_active_connections())
    if not connections and not waiting:
        fail("No GoTo account is connected. Connect one on the page Accounts.")
    return connections, not waiting
