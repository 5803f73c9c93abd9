"""Commands that run or look after one part of the hub."""

import logging
import os
import signal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.accounts import list_accounts
from greenroom.cli.setup import fail, setup_hub, setup_hub_to_call, setup_hub_to_read

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; GREENROOM_PORT or 8000 when left out.")] = None,
    processes: Annotated[int, typer.Option(help="Web processes.", min=1)] = 1,
) -> None:
    """Serve the hub's pages."""
    setup_hub()
    from django.db import connection
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # More threads than it thinks good are what we want.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    Granian(
        "greenroom.cli.hub:load_in_worker",
        factory=True,
        address=host,
        port=port or int(os.environ.get("GREENROOM_PORT", "8000")),
        interface=Interfaces.WSGI,
        workers=processes,
        # Of those who wait for SQLite's one writer, all are written together; elsewhere more threads are only in each
        # other's way.
        blocking_threads=16 if connection.vendor == "sqlite" else 4,
        websockets=False,
        log_level=LogLevels(os.environ.get("GREENROOM_LOG_LEVEL", "info").lower()),
    ).serve()


def load_in_worker() -> "WSGIHandler":
    """
    Return the hub in a worker process of Granian's, which its main process ends with SIGTERM.

    Ctrl-C in a terminal reaches both of them, and a worker that gets it as well never ends (observed, 2.8.7).
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from greenroom.hub.wsgi import application

    return application


def worker(
    queue: Annotated[list[str] | None, typer.Option(help="Only this line of jobs; may be repeated.")] = None,
    threads: Annotated[int, typer.Option(help="Jobs at a time.", min=1)] = 2,
) -> None:
    """Run background work: from the database, or with Celery where GREENROOM_DISPATCH says so."""
    setup_hub_to_call()
    from greenroom.hub.jobs.registry import list_queues
    from greenroom.hub.jobs.worker import main

    if unknown := sorted({*(queue or ())} - {*list_queues()}):
        fail(f"There is no line of jobs {unknown[0]}. Choose from: {', '.join(list_queues())}.")
    main(queue, threads=threads)


class Subject(StrEnum):
    """What `greenroom check` looks at."""

    HUB = "hub"
    MIRROR = "mirror"


def check(
    subject: Annotated[Subject, typer.Argument(help="hub, or mirror to compare every row with GoTo.")] = Subject.HUB,
) -> None:
    """
    Check the settings, the database and the connections, or compare the mirror with GoTo row by row.

    The exit status is 0 only when all is well.
    """
    setup_hub_to_read()
    if subject is Subject.MIRROR:
        _check_mirror()
    else:
        _check_hub()


def _check_mirror() -> None:
    from greenroom.goto import GotoError
    from greenroom.hub.core.errors import HubError
    from greenroom.hub.events.products import PRODUCTS
    from greenroom.hub.sync.services.comparing import compare
    from greenroom.hub.web.words import explain_error

    connections, are_all = list_accounts()
    differences = 0
    for connection in connections:
        for product in PRODUCTS:
            try:
                for difference in compare(connection=connection, product=product):
                    typer.echo(difference)
                    differences += 1
            except HubError as error:
                fail(f"{connection} could not be compared: {error}")
            except GotoError as error:
                fail(f"{connection} could not be compared: {explain_error(error.code)}")
    if differences:
        fail(f"Differences: {differences}. Run greenroom sync --full, then compare again.")
    if not are_all:
        fail("What could be compared is the same.")
    typer.echo("The mirror and GoTo are the same.")


def _check_hub() -> None:
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        call_command("check")
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except SystemCheckError as error:
        fail(str(error))
    except OperationalError:
        fail("The database does not answer. Check GREENROOM_DATABASE_URL.")
    if plan:
        fail(f"{len(plan)} migrations have not been applied. Run: python manage.py migrate")
    from greenroom.hub.connections.models import Connection
    from greenroom.hub.ledger.adopting import is_ahead_of_server

    if is_ahead_of_server():
        fail("This database comes from another PostgreSQL server. Run: greenroom adopt-ledger")
    for row in Connection.objects.all():
        typer.echo(f"{row}: {row.get_state_display()}")
    if Connection.objects.filter(state=Connection.State.RECONNECT_NEEDED).exists():
        fail("An account needs to be connected again, on the page Accounts.")
    typer.echo("All is well.")


def adopt_ledger() -> None:
    """Take over a ledger that was restored on another PostgreSQL server, so that no reader misses a fact."""
    setup_hub()
    from greenroom.hub.ledger.adopting import adopt_server

    adopt_server()
    typer.echo("The ledger belongs to this server.")


def rotate_keys() -> None:
    """Encrypt all secrets anew with the first of GREENROOM_ENCRYPTION_KEYS, so that the others can be taken away."""
    setup_hub()
    from greenroom.hub.core.rotation import rotate_keys

    unreadable = 0
    for tally in rotate_keys(lambda place: typer.echo(f"Unreadable: {place}", err=True)):
        typer.echo(f"{tally.table}: {tally.rewritten} written anew, {tally.up_to_date} up to date already")
        unreadable += tally.unreadable
    if unreadable:
        fail(f"{unreadable} secrets cannot be read with any of the keys. They were left as they are.")
    typer.echo("All secrets are encrypted with the first key.")


def createadmin(
    email: Annotated[str, typer.Argument(help="Address to sign in with.")],
    first_name: Annotated[str, typer.Option(prompt=True)],
    last_name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
) -> None:
    """Add a site administrator."""
    setup_hub()
    from greenroom.hub.core.errors import InvalidInputError
    from greenroom.hub.users.services import add_user

    try:
        user = add_user(
            email=email,
            first_name=first_name,
            last_name=last_name,
            password=password,
            time_zone=time_zone,
            is_site_admin=True,
        )
    except InvalidInputError as error:
        fail("\n".join([str(error), *error.errors.values()]))
    typer.echo(f"{user} can sign in now.")
