"""
Writing all secrets anew with the first of the encryption keys, so that the others can be taken away.

The hub may go on working meanwhile: a secret is replaced only if nobody has changed it since it was read. A rotation
that was interrupted is begun again; what is done already is passed over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from greenroom.hub.core.encryption import Ciphertext, DecryptionError, EncryptedTextField, renew

BATCH = 500

Report = Callable[[str], None]


@dataclass
class Tally:
    """What became of the secrets of one table."""

    table: str
    rewritten: int = 0
    up_to_date: int = 0
    unreadable: int = 0


def rotate_keys(on_unreadable: Report) -> Iterator[Tally]:
    """
    Encrypt every secret of every app with the first key, table by table, in batches of `BATCH` rows.

    Args:
        on_unreadable: told the place of each secret that none of the keys fits, or that was changed; never the secret.
            Such a secret stays as it is and stops nothing.
    """
    for model, names in list_encrypted_fields().items():
        yield _rotate_table(model, names, on_unreadable)


def list_encrypted_fields() -> dict[type[models.Model], list[str]]:
    """Return the encrypted fields of all models there are, by model."""
    found = {
        model: [field.attname for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]
        for model in apps.get_models()
    }
    return {model: names for model, names in found.items() if names}


def _rotate_table(model: type[models.Model], names: list[str], on_unreadable: Report) -> Tally:
    tally = Tally(model._meta.label)
    rows = model._base_manager.order_by("pk").values_list("pk", *names)
    batch = list(rows[:BATCH])
    while batch:
        with transaction.atomic():
            for pk, *secrets in batch:
                filled = {name: secret for name, secret in zip(names, secrets, strict=True) if secret}
                _rotate_row(model, pk, filled, tally, on_unreadable)
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])
    return tally


def _rotate_row(
    model: type[models.Model], pk: Any, secrets: dict[str, str], tally: Tally, on_unreadable: Report
) -> None:
    for name, secret in secrets.items():
        try:
            if _rotate_secret(model._base_manager.filter(pk=pk), name, secret):
                tally.rewritten += 1
            else:
                tally.up_to_date += 1
        except DecryptionError:
            tally.unreadable += 1
            on_unreadable(f"{model._meta.label} {pk}, {name}")


def _rotate_secret(row: models.QuerySet, name: str, secret: str | None) -> bool:
    """Write one secret anew; False when it need not be."""
    while secret and (renewed := renew(secret)) != secret:
        if row.filter(**{name: secret}).update(**{name: Ciphertext(renewed)}):
            return True
        # Somebody has changed it meanwhile, perhaps with the old key: a process that was not started again.
        secret = row.values_list(name, flat=True).first()
    return False
