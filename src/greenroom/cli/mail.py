"""Commands about mail."""

import sys
from typing import Annotated

import typer

from greenroom.cli.setup import fail, setup_hub

app = typer.Typer(no_args_is_help=True, help="Look after mail.")


@app.callback()
def mail() -> None:
    """Look after mail."""


@app.command()
def test(to: Annotated[str, typer.Argument(help="Address that the mail is for.")]) -> None:
    """
    Send a mail at once, and say what is wrong when the mail server does not take it.

    The exit status is 0 only when it was taken.
    """
    setup_hub()
    from greenroom.hub.core.errors import HubError
    from greenroom.hub.mailing.trying import try_mail

    try:
        typer.echo(try_mail(to=to))
    except HubError as error:
        fail(str(error))


@app.command()
def bounce() -> None:
    """
    Take a mail that came back from standard input, and write to the address no more if it takes no mail for good.

    Have your mail server pipe what comes back to it. The exit status is 0 for every mail, so that none is sent back
    again.
    """
    setup_hub()
    from greenroom.hub.mailing.services.bouncing import Bounce, note_bounce

    words = {
        Bounce.NOTED: "Noted: nobody is written to there any more.",
        Bounce.TEMPORARY: "Only a delay: nothing to note.",
        Bounce.UNKNOWN: "This is no report about a mail of ours. Nothing was changed.",
    }
    typer.echo(words[note_bounce(sys.stdin.buffer.read())])
