"""The command that sends one operation to GoTo."""

import json
from typing import Annotated, Any

import msgspec
import typer

from greenroom.cli.setup import fail


def call(
    product: Annotated[str, typer.Argument(help="webinar, training or admin.")],
    operation: Annotated[str, typer.Argument(help="Such as get_all_trainings.")],
    param: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; may be repeated.")] = None,
    token: Annotated[str, typer.Option(envvar="GREENROOM_GOTO_TOKEN", help="An access token.")] = "",
    base_url: Annotated[str, typer.Option(envvar="GREENROOM_GOTO_API_URL")] = "https://api.getgo.com",
) -> None:
    """Send an operation and print what GoTo answers, as JSON."""
    from greenroom import goto

    name = f"{product}.{operation}"
    if name not in goto.OPERATIONS:
        fail(f"There is no operation {name}. Known are: {', '.join(sorted(goto.OPERATIONS))}.")
    if not token:
        fail("Give an access token with --token or GREENROOM_GOTO_TOKEN.")
    build = getattr(getattr(goto, product), operation)
    try:
        wanted = build(**_read_params(param or []))
    except TypeError as error:
        fail(f"These parameters do not fit: {str(error).partition('() ')[2]}.")
    try:
        with goto.GoTo(token, base_url=base_url) as client:
            answer = client.send(wanted)
    except goto.GotoError as error:
        fail(f"{error.code}: {error}")
    typer.echo(json.dumps(msgspec.to_builtins(answer, enc_hook=str), indent=2, ensure_ascii=False))


def _read_params(params: list[str]) -> dict[str, Any]:
    values = {}
    for text in params:
        name, separator, value = text.partition("=")
        if not separator:
            fail(f"Write parameters as NAME=VALUE, not {name}.")
        values[name.replace("-", "_")] = value
    return values
