"""
The `greenroom` command: each subcommand is one file here.

The client and the sandbox can be installed without the hub, so nothing of Django is imported before it is needed.
"""

import typer

from greenroom.cli import calling, exporting, hub, login, mail, running, sandbox, syncing

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="The hub between GoTo live events and the people who teach, market and automate with them.",
)
app.command("run")(running.run)
app.command("serve")(hub.serve)
app.command("worker")(hub.worker)
app.command("sandbox")(sandbox.sandbox)
app.command("sync")(syncing.sync)
app.command("export")(exporting.export)
app.command("call")(calling.call)
app.command("login")(login.login)
app.command("check")(hub.check)
app.command("rotate-keys")(hub.rotate_keys)
app.command("adopt-ledger")(hub.adopt_ledger)
app.command("createadmin")(hub.createadmin)
app.add_typer(mail.app, name="mail")
