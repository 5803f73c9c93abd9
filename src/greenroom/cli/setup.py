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


def fail(sentence: str) -> NoReturn:
    """End the command with a sentence and exit status 1."""
    print(sentence, file=sys.stderr)  # noqa: T201  a command speaks by printing
    raise typer.Exit(1)
