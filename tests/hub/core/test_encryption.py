"""Secrets are ciphertext in the database and plain in Python, as long as the key is at hand."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection as database

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.selectors import list_connections
from greenroom.hub.core.encryption import DecryptionError, decrypt, encrypt

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def old_key(settings):
    settings.ENCRYPTION_KEYS = [OLD]


def stored_token(connection: Connection) -> str:
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token FROM connections_connection WHERE id = %s", [connection.pk])
        return cursor.fetchone()[0]


def test_a_token_is_ciphertext_in_the_database_and_plain_in_python(connection):
    plain = connection.access_token
    assert plain not in stored_token(connection)
    assert plain == decrypt(stored_token(connection))
    assert plain == Connection.objects.get().access_token


def test_a_row_that_was_read_is_saved_without_encrypting_twice(connection):
    plain = connection.access_token
    Connection.objects.get().save()
    assert plain == Connection.objects.get().access_token


def test_a_deferred_token_is_read_when_it_is_asked_for(connection):
    assert connection.access_token == Connection.objects.defer("access_token").get().access_token


def test_no_token_stays_no_token(connection):
    Connection.objects.update(refresh_token="")
    assert "" == Connection.objects.get().refresh_token


@pytest.mark.parametrize("text", ["a", "ünï", "x" * 10_000])
def test_what_was_encrypted_is_decrypted(old_key, text):
    assert text == decrypt(encrypt(text))


def test_a_new_key_in_front_leaves_old_values_readable(settings, old_key):
    written = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert "secret" == decrypt(written)
    written_now = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW]
    assert "secret" == decrypt(written_now)


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_changed_byte_is_an_error(old_key, place):
    written = encrypt("secret")
    other = "A" if written[place] != "A" else "B"
    with pytest.raises(DecryptionError):
        decrypt(written[:place] + other + written[place + 1 :])


def test_a_wrong_key_is_an_error_that_tells_no_secret(settings, old_key):
    written = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(DecryptionError) as caught:
        decrypt(written)
    assert "secret" not in str(caught.value).replace("A stored secret", "")
    assert written not in str(caught.value)


def test_a_lost_key_hides_the_tokens_and_nothing_else(settings, connection):
    """Pages go on, so that somebody can connect the account again."""
    settings.ENCRYPTION_KEYS = [NEW]
    [found] = list_connections()
    assert "Olga Ortiz" == found.organizer_name
    with pytest.raises(DecryptionError):
        _ = found.access_token
