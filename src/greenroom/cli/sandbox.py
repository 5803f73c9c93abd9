"""The command that serves the sandbox."""

from typing import Annotated

import typer

from greenroom.cli.setup import fail


def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; GREENROOM_SANDBOX_PORT or 8001 when left out.")] = None,
    smtp_port: Annotated[
        int | None,
        typer.Option(
            help="Port for mail, 0 for any free one; GREENROOM_SANDBOX_SMTP_PORT or 8025 when left out.",
            min=0,
            max=65535,
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="File to keep everything in, or :memory:; sandbox.sqlite3 in the data folder when left out.",
        ),
    ] = None,
) -> None:
    """Serve a local GoTo, with demo data at the first start."""
    chosen = choose_mail_port(smtp_port)
    if smtp_port == 0:
        typer.echo(f"Mail: smtp://127.0.0.1:{chosen}")
    from greenroom.sandbox.server import CannotListenError, serve

    try:
        serve(host, port, path=state, smtp_port=chosen)
    except (CannotListenError, ValueError) as error:
        fail(str(error))


def choose_mail_port(asked: int | None = None) -> int:
    """Settle where the sandbox takes mail, or end with one sentence: it is not installed, or the port is taken."""
    try:
        from greenroom.sandbox.server import CannotListenError, choose_smtp_port
    except ImportError:
        fail("The sandbox is not installed here. Install greenroom[sandbox].")
    try:
        return choose_smtp_port(asked)
    except (CannotListenError, ValueError) as error:
        fail(str(error))
