"""The `greenroom` command."""

import typer

app = typer.Typer(no_args_is_help=True, help="The hub between GoTo live events and the people who use them.")
