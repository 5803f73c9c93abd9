"""The smaller commands, and the help of all."""

import os

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.hub.users.models import User

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]
NAMES = ["--first-name", "Nina", "--last-name", "New"]


def greenroom(*arguments: str, **more: str):
    return CliRunner().invoke(app, [*arguments], **more)


def test_there_are_the_commands_we_promise():
    assert {"call", "check", "createadmin", "run", "sandbox", "serve", "sync", "worker"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command):
    result = greenroom(command, "--help", env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert (0, True) == (result.exit_code, f"{command}" in result.stdout)
    assert get_command(app).commands[command].help.splitlines()[0][:60] in result.stdout  # type: ignore[attr-defined]


def test_without_a_command_all_are_listed():
    result = greenroom(env={"COLUMNS": "200"})
    for command in COMMANDS:
        assert command in result.output


def test_admin_is_added(db):
    result = greenroom(
        "createadmin", "Nina@Example.com", *NAMES, "--password", "staple battery", "--time-zone", "Asia/Tokyo"
    )
    assert (0, "Nina New can sign in now.\n") == (result.exit_code, result.stdout)
    user = User.objects.get()
    assert ("nina@example.com", True, "Asia/Tokyo") == (user.email, user.is_site_admin, user.time_zone)
    assert user.check_password("staple battery")


def test_admin_is_asked_for_what_is_missing(db):
    result = greenroom("createadmin", "nina@example.com", input="Nina\nNew\nstaple battery\nstaple battery\n")
    assert (0, "Nina New") == (result.exit_code, str(User.objects.get()))
    assert "staple battery" not in result.output


@pytest.mark.parametrize(
    ("sentence", "arguments"),
    [
        ("Enter a valid email address.", ["nina", *NAMES, "--password", "staple battery"]),
        ("Somebody signs in with this address already.", ["lena@example.com", *NAMES, "--password", "staple battery"]),
        ("at least 10 characters", ["nina@example.com", *NAMES, "--password", "short"]),
        ("Choose a time zone", ["nina@example.com", *NAMES, "--password", "staple battery", "--time-zone", "Mars"]),
    ],
)
def test_admin_that_will_not_do_is_refused_with_a_sentence(lena, sentence, arguments):
    result = greenroom("createadmin", *arguments)
    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("This person could not be added.\n")
    assert sentence in result.stderr
    assert 1 == User.objects.count()


def test_worker_of_a_queue_that_does_not_exist_is_refused():
    result = greenroom("worker", "--queue", "goto", "--queue", "webhooks")
    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("There is no line of jobs webhooks. Choose from: campaigns, default, ")


def test_worker_beside_run_asks_the_sandbox_and_not_goto(monkeypatch):
    """Else it would take the sandbox's tokens to GoTo, and the accounts would have to be connected again."""
    for name in ("GREENROOM_GOTO_API_URL", "GREENROOM_GOTO_AUTH_URL", "GREENROOM_SANDBOX_URL"):
        monkeypatch.setenv(name, "https://api.getgo.com")
    for name in ("GREENROOM_GOTO_CLIENT_ID", "GREENROOM_GOTO_CLIENT_SECRET"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("GREENROOM_SANDBOX_PORT", "8777")
    asked = []
    monkeypatch.setattr(
        "greenroom.hub.jobs.worker.main", lambda *_, **__: asked.append(os.environ["GREENROOM_GOTO_API_URL"])
    )
    assert (0, ["http://127.0.0.1:8777"]) == (greenroom("worker").exit_code, asked)


def test_check_finds_all_well(connection):
    result = greenroom("check")
    assert 0 == result.exit_code
    assert "Olga Ortiz, Northwind Academy: Connected\n" in result.stdout
    assert result.stdout.endswith("All is well.\n")


def test_check_finds_an_account_that_needs_somebody(connection):
    type(connection).objects.update(state="reconnect_needed")
    result = greenroom("check")
    assert (1, "An account needs to be connected again, on the page Accounts.") == (
        result.exit_code,
        result.stderr.strip(),
    )
    assert "Olga Ortiz, Northwind Academy: Needs to be connected again" in result.stdout


def test_mirror_is_compared_with_goto_row_by_row(world, connection):
    key = world.schedule_webinar("Ropes", registrants=2)
    greenroom("sync", "--full")
    same = greenroom("check", "mirror")
    assert (0, "The mirror and GoTo are the same.\n", "") == (same.exit_code, same.stdout, same.stderr)
    world.ask_goto(f"webinars/{key}", "PUT", subject="Knots")
    differs = greenroom("check", "mirror")
    assert (1, "Differences: 1. Run greenroom sync --full, then compare again.\n") == (
        differs.exit_code,
        differs.stderr,
    )
    assert key in differs.stdout
    greenroom("sync", "--full")
    assert 0 == greenroom("check", "mirror").exit_code


def test_mirror_of_an_account_that_goto_does_not_answer_for_is_not_called_the_same(world, connection):
    world.fail(kind="status", status=503, times=20)
    result = greenroom("check", "mirror")
    assert (1, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("Olga Ortiz, Northwind Academy could not be compared: ")


def test_mirror_of_an_account_that_waits_for_a_person_is_not_called_the_same(world, connection):
    type(connection).objects.update(state="reconnect_needed")
    result = greenroom("check", "mirror")
    assert (1, "") == (result.exit_code, result.stdout)
    assert "Olga Ortiz, Northwind Academy has to be connected again, on the page Accounts.\n" in result.stderr


def test_without_an_account_there_is_no_mirror(db):
    assert (1, "") == ((result := greenroom("check", "mirror")).exit_code, result.stdout)


def test_check_finds_missing_migrations(db):
    from django.db import connection as database
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(database).migration_qs.filter(app="courses").delete()
    result = greenroom("check")
    assert 1 == result.exit_code
    assert "Run: python manage.py migrate" in result.stderr
