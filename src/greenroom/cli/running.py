"""`greenroom run`: everything on one machine, with one command."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Annotated

import typer

from greenroom.cli.sandbox import choose_mail_port
from greenroom.cli.setup import fail, is_set, port_of, setup_hub, use_sandbox

_PATIENCE = 60.0
_STOP_WITHIN = 30.0


def run(
    demo: Annotated[bool, typer.Option(help="Fill an empty hub with a demo, with the sandbox as GoTo.")] = True,
) -> None:
    """Start the hub, its worker and, unless a GoTo client is set, the sandbox; Ctrl-C stops all of them."""
    hub_port, sandbox_port = port_of("GREENROOM_PORT", 8000), port_of("GREENROOM_SANDBOX_PORT", 8001)
    has_sandbox = not is_set("GREENROOM_GOTO_CLIENT_ID")
    mail_port = choose_mail_port() if has_sandbox else 0
    if has_sandbox:
        use_sandbox(sandbox_port)
        if not is_set("GREENROOM_EMAIL_URL"):
            os.environ["GREENROOM_EMAIL_URL"] = f"smtp://127.0.0.1:{mail_port}"
    hub_url = f"http://127.0.0.1:{hub_port}"
    os.environ.setdefault("GREENROOM_PUBLIC_URL", hub_url)
    # What matters shows on the pages; the terminal is for addresses and trouble.
    os.environ.setdefault("GREENROOM_LOG_LEVEL", "WARNING")
    _check_ports({"GREENROOM_PORT": hub_port, **({"GREENROOM_SANDBOX_PORT": sandbox_port} if has_sandbox else {})})
    setup_hub()
    from django.core.management import call_command

    group = ProcessGroup()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        call_command("migrate", verbosity=0)
        if has_sandbox:
            group.start("sandbox", "sandbox", "--port", str(sandbox_port), "--smtp-port", str(mail_port))
            group.wait_for(f"http://127.0.0.1:{sandbox_port}/healthz")
            if demo:
                _fill_with_demo()
        group.start("hub", "serve", "--port", str(hub_port))
        group.start("worker", "worker")
        group.wait_for(f"{hub_url}/healthz")
        _say_where(hub_url, f"http://127.0.0.1:{sandbox_port}" if has_sandbox else "", demo)
        name = group.wait()
        typer.echo(f"The {name} has stopped, so all is stopped.", err=True)
        raise typer.Exit(1)
    except KeyboardInterrupt:
        typer.echo("\nStopping.")
    finally:
        group.stop()


def _check_ports(ports: dict[str, int]) -> None:
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                fail(f"Port {port} is taken by another program. Set {name} to a free one.")


def _fill_with_demo() -> None:
    from greenroom.hub.core.errors import HubError
    from greenroom.hub.demo.services import ensure_demo

    try:
        ensure_demo(say=typer.echo)
    except HubError as error:
        typer.echo(f"The demo data is not complete: {error}", err=True)


def _say_where(hub_url: str, sandbox_url: str, demo: bool) -> None:
    lines = ["", f"  Greenroom    {hub_url}"]
    if sandbox_url:
        lines.append(f"  Sandbox      {sandbox_url}   the local GoTo: organizers, host pages, rooms")
        lines.append(f"  Mailbox      {sandbox_url}/mail   every mail the hub sends")
    from greenroom.hub.users.models import User

    if not User.objects.exists():
        lines += ["", "  Nobody can sign in yet. Add an administrator: greenroom createadmin you@example.com"]
    if sandbox_url and demo:
        from greenroom.hub.demo.people import CAST, PASSWORD

        lines += ["", f"  Sign in with the password {PASSWORD} as"]
        lines += [f"    {one.email:<28} {one.does}" for one in CAST]
        lines += ["", "  Organizers sign in to the sandbox with the password sandbox, such as olga@northwind.example."]
    typer.echo("\n".join([*lines, "", "  Ctrl-C stops everything.", ""]))


class ProcessGroup:
    """Child processes that live and stop together."""

    def __init__(self) -> None:
        """Start with none."""
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start `greenroom ...` as a child."""
        self._children[name] = subprocess.Popen([sys.executable, "-m", "greenroom", *arguments])  # noqa: S603

    def wait_for(self, url: str) -> None:
        """Wait until an address answers, or end when a child has died or a minute has passed."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if name := self._dead():
                fail(f"The {name} did not start; what it said stands above.")
            try:
                with urllib.request.urlopen(url, timeout=1):  # noqa: S310  one of our own addresses
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        fail(f"{url} did not answer within a minute.")

    def wait(self) -> str:
        """Wait until one of them ends, and return its name."""
        while not (name := self._dead()):
            time.sleep(0.5)
        return name

    def _dead(self) -> str:
        return next((name for name, child in self._children.items() if child.poll() is not None), "")

    def stop(self) -> None:
        """Ask them to stop, the last started first, and insist after half a minute in all."""
        deadline = time.monotonic() + _STOP_WITHIN
        for child in reversed(self._children.values()):
            child.terminate()
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
