"""Getting Django ready for a command."""

import os
import sys
from typing import NoReturn

import typer


def setup_hub() -> None:
    """Set Django up, or end with one sentence: the hub is not installed, or a setting is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenroom.hub.settings")
    try:
        import django
        from django.core.exceptions import ImproperlyConfigured
    except ImportError:
        fail("The hub is not installed here. Install greenroom[hub].")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        fail(str(error))


def setup_hub_to_read() -> None:
    """Set Django up for a command that reads from GoTo, and keep its log from the lines that it prints."""
    os.environ.setdefault("GREENROOM_LOG_LEVEL", "WARNING")
    setup_hub_to_call()


def setup_hub_to_call() -> None:
    """
    Set Django up for a command that calls GoTo.

    GoTo is the one that `greenroom run` gives the hub: the sandbox, unless a GoTo client is set.
    """
    if not is_set("GREENROOM_GOTO_CLIENT_ID"):
        use_sandbox(port_of("GREENROOM_SANDBOX_PORT", 8001))
    setup_hub()


def use_sandbox(port: int) -> None:
    """Make the sandbox at that port GoTo, for this process and those that it starts."""
    url = f"http://127.0.0.1:{port}"
    os.environ |= {
        "GREENROOM_GOTO_API_URL": url,
        "GREENROOM_GOTO_AUTH_URL": url,
        "GREENROOM_GOTO_CLIENT_ID": "greenroom-demo",
        "GREENROOM_GOTO_CLIENT_SECRET": "greenroom-demo-secret",
        "GREENROOM_SANDBOX_URL": url,
    }


def is_set(name: str) -> bool:
    """Return whether a setting is given, as it is or in a file."""
    return any(os.environ.get(f"{name}{end}") for end in ("", "_FILE"))


def port_of(name: str, default: int) -> int:
    """Return the port that a setting gives, or end with one sentence."""
    text = os.environ.get(name, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        fail(f"{name} must be a port number.")
    return int(text)


def fail(sentence: str) -> NoReturn:
    """End the command with a sentence and exit status 1."""
    print(sentence, file=sys.stderr)  # noqa: T201  a command speaks by printing
    raise typer.Exit(1)
