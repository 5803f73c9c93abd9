"""All secrets are written anew with the first key, whatever table they are in, and whatever happens meanwhile."""

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.db import connection as database
from django.db import models
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.hub.connections.models import Connection, Revocation
from greenroom.hub.core import rotation
from greenroom.hub.core.encryption import EncryptedTextField
from greenroom.hub.core.rotation import rotate_keys
from greenroom.hub.intake.models import WebhookSecret

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def secrets(settings, connection) -> Connection:
    """Secrets of several apps, written with the old key; the new one has just been put in front."""
    settings.ENCRYPTION_KEYS = [OLD]
    Connection.objects.update(access_token="access", refresh_token="refresh")
    for number in range(7):
        Revocation.objects.create(connection=connection, refresh_token=f"ended {number}", asked_at="2026-03-02T09:00Z")
    WebhookSecret.objects.create(secret_id="1", value="signed", valid_from="2026-03-02T09:00Z")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    return connection


def rotate() -> tuple[int, int, list[str]]:
    """Return how many secrets were written anew, how many needed not, and where the unreadable ones are."""
    unreadable: list[str] = []
    tallies = list(rotate_keys(unreadable.append))
    return sum(one.rewritten for one in tallies), sum(one.up_to_date for one in tallies), unreadable


def test_afterwards_the_old_key_is_not_needed(settings, secrets):
    assert (10, 0, []) == rotate()
    settings.ENCRYPTION_KEYS = [NEW]
    row = Connection.objects.get()
    assert ("access", "refresh") == (row.access_token, row.refresh_token)
    assert [f"ended {number}" for number in range(7)] == [
        one.refresh_token for one in Revocation.objects.order_by("pk")
    ]
    assert "signed" == WebhookSecret.objects.get().value


def test_what_is_done_is_not_done_again(secrets):
    rotate()
    assert (0, 10, []) == rotate()


def test_no_secret_stays_none(secrets):
    Connection.objects.update(access_token="")
    rotate()
    assert "" == Connection.objects.values_list("access_token", flat=True).get()


def test_a_rotation_that_was_interrupted_goes_on_where_it_was(monkeypatch, secrets):
    monkeypatch.setattr(rotation, "BATCH", 3)
    fifth = Revocation.objects.order_by("pk")[4]
    overwrite("connections_revocation", "refresh_token", fifth.pk, "broken")

    def interrupt(place: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(rotate_keys(interrupt))
    # Two of the connection, and the first batch of three.
    assert (4, 5, [f"connections.Revocation {fifth.pk}, refresh_token"]) == rotate()


def overwrite(table: str, column: str, pk: int, value: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])


def stored(pk: int) -> str:
    with database.cursor() as cursor:
        cursor.execute("SELECT refresh_token FROM connections_revocation WHERE id = %s", [pk])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("place", [0, 20, 60, 99])
def test_a_flipped_byte_is_found_and_stops_nothing(secrets, place):
    third = Revocation.objects.order_by("pk")[2].pk
    text = stored(third)
    flipped = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    overwrite("connections_revocation", "refresh_token", third, flipped)
    assert (9, 0, [f"connections.Revocation {third}, refresh_token"]) == rotate()
    assert flipped == stored(third)


def test_a_secret_that_changes_meanwhile_is_not_overwritten(settings, secrets, monkeypatch):
    """A process that still has only the old key renews the tokens right after they were read."""
    renew = rotation.renew

    def renew_late(secret: str) -> str:
        renewed = renew(secret)
        monkeypatch.setattr(rotation, "renew", renew)
        settings.ENCRYPTION_KEYS = [OLD]
        Connection.objects.update(access_token="newer", refresh_token="newer")
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        return renewed

    monkeypatch.setattr(rotation, "renew", renew_late)
    rotate()
    settings.ENCRYPTION_KEYS = [NEW]
    row = Connection.objects.get()
    assert ("newer", "newer") == (row.access_token, row.refresh_token)


@pytest.fixture
def new_model(db) -> Iterator[type[models.Model]]:
    """A table with secrets that nobody has told the rotation of."""

    class Note(models.Model):
        text = EncryptedTextField()

        class Meta:
            app_label = "connections"
            db_table = "tests_note"

    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE tests_note (id integer PRIMARY KEY, text text NOT NULL)")
    yield Note
    with database.cursor() as cursor:
        cursor.execute("DROP TABLE tests_note")
    del apps.all_models["connections"]["note"]
    apps.clear_cache()


def test_tables_to_come_are_not_forgotten(settings, new_model):
    settings.ENCRYPTION_KEYS = [OLD]
    new_model.objects.create(pk=1, text="hidden")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert (1, 0, []) == rotate()
    settings.ENCRYPTION_KEYS = [NEW]
    assert "hidden" == new_model.objects.get().text


def test_the_statements_grow_with_the_batches_and_what_is_written_only(
    secrets, monkeypatch, django_assert_max_num_queries
):
    rotate()
    with django_assert_max_num_queries(5 * len(rotation.list_encrypted_fields())):
        rotate()


def test_the_command_tells_what_it_did(secrets):
    result = CliRunner().invoke(app, ["rotate-keys"])
    assert 0 == result.exit_code
    assert "connections.Connection: 2 written anew, 0 up to date already" in result.stdout
    assert "All secrets are encrypted with the first key." in result.stdout


def test_the_command_fails_when_a_secret_is_lost_and_names_its_row(secrets):
    broken = Revocation.objects.order_by("pk")[2].pk
    overwrite("connections_revocation", "refresh_token", broken, "broken")
    result = CliRunner().invoke(app, ["rotate-keys"])
    assert 1 == result.exit_code
    assert f"Unreadable: connections.Revocation {broken}, refresh_token" in result.stderr
    assert "1 secrets cannot be read" in result.stderr
    assert "broken" not in result.output
