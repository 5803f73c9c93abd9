"""
Secrets at rest.

Values are encrypted with the first key of `settings.ENCRYPTION_KEYS` and decrypted with any of them, apart from
`SECRET_KEY`. A wrong key or a changed value is an error, never an empty text.
"""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from greenroom.hub.core.errors import HubError


class DecryptionError(HubError):
    """A stored secret cannot be read with the keys we have."""

    code = "decryption_failed"


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in settings.ENCRYPTION_KEYS])


def encrypt(text: str) -> str:
    """Encrypt a text with the first key."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """
    Decrypt what `encrypt` made.

    Raises:
        DecryptionError: none of the keys fits, or the value was changed.
    """
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise DecryptionError(
            "A stored secret cannot be read: GREENROOM_ENCRYPTION_KEYS lacks the key it was written with."
        ) from error


class EncryptedTextField(models.TextField):
    """A text column whose value is encrypted in the database and plain in Python. It cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt on the way back."""
        return decrypt(value) if value else value
