"""The command that serves the sandbox."""

from typing import Annotated

import typer

from greenroom.cli.setup import fail


def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; GREENROOM_SANDBOX_PORT or 8001 when left out.")] = None,
) -> None:
    """Serve a local GoTo, with demo data at the first start."""
    try:
        from greenroom.sandbox.server import serve
    except ImportError:
        fail("The sandbox is not installed here. Install greenroom[sandbox].")
    serve(host, port)
