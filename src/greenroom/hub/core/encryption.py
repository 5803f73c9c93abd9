"""
Secrets at rest.

Values are encrypted with the first key of `settings.ENCRYPTION_KEYS` and decrypted with any of them, apart from
`SECRET_KEY`. A wrong key or a changed value is an error, never an empty text.
"""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

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


def renew(token: str) -> str:
    """
    Return a secret encrypted with the first key; one that is so already is returned as it stands.

    Raises:
        DecryptionError: as `decrypt`.
    """
    try:
        Fernet(settings.ENCRYPTION_KEYS[0].strip()).decrypt(token.encode())
    except InvalidToken:
        return encrypt(decrypt(token))
    return token


class Ciphertext(str):
    """A value as the database has it; it is decrypted when somebody asks for it."""


class _DecryptedOnAccess(DeferredAttribute):
    """Rows are read far more often than their secrets, and must be readable when a secret is not."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        value = super().__get__(instance, owner)
        return decrypt(value) if isinstance(value, Ciphertext) and value else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """
    A text column whose value is encrypted in the database and plain in the attribute of an object.

    It cannot be searched, and `values()` gives it as it is stored. Reading the attribute raises DecryptionError when
    the value cannot be decrypted; reading the row does not.
    """

    descriptor_class = _DecryptedOnAccess

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Write a value that nobody has looked at as it is, instead of decrypting and encrypting it."""
        return model_instance.__dict__[self.attname]

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        return value if isinstance(value, Ciphertext) or not value else encrypt(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Leave it as it is until it is asked for."""
        return None if value is None else Ciphertext(value)
