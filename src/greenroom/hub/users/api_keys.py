"""
Keys with which programs act for a person.

A key is `grk_` and 32 random bytes. Only its hash is kept: it has too much chance in it to be guessed from the hash, so
no slow hash is needed, and the look-up by hash takes the same time for every wrong key.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.users.models import ApiKey, User

_BEGINNING = "grk_"
_SHOWN = 12
# `last_used_at` is for people to see; a write for every call would cost more than the call.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def create_key(
    *,
    user: User,
    name: str,
    verbs: Collection[str],
    connection_ids: Collection[int] | None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """
    Make a key and return it with its text, which nobody can read again.

    Raises:
        InvalidInputError: it has no name, may do nothing, or would have expired already.
    """
    errors = {}
    if not name.strip():
        errors["name"] = "Give the key a name, such as the program that will use it."
    if not verbs:
        errors["verbs"] = "Choose at least one thing the key may do."
    if expires_at and expires_at <= clock.now():
        errors["expires_at"] = "Choose a day to come."
    if errors:
        raise InvalidInputError("This key cannot be made.", errors)
    text = _BEGINNING + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name.strip()[:100],
        prefix=text[:_SHOWN],
        digest=_digest(text),
        user=user,
        verbs=sorted(verbs),
        connection_ids=None if connection_ids is None else sorted(connection_ids),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    return key, text


def find_key(text: str) -> ApiKey | None:
    """Return the key of this text if it is valid now, and note that it was used. One query, at times two."""
    now = clock.now()
    try:
        key = ApiKey.objects.select_related("user").get(digest=_digest(text))
    except ApiKey.DoesNotExist:
        return None
    if not _is_valid(key, now):
        return None
    if key.last_used_at is None or now - key.last_used_at >= _USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def find_valid_keys(key_ids: Iterable[int]) -> set[int]:
    """Return those of some keys that are valid now. One query."""
    now = clock.now()
    keys = ApiKey.objects.select_related("user").filter(pk__in=list(key_ids))
    return {key.pk for key in keys if _is_valid(key, now)}


def _is_valid(key: ApiKey, now: datetime) -> bool:
    return key.user.is_active and key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def revoke_key(*, key_id: int, actor: User) -> ApiKey:
    """
    End a key for good. Its maker may, and a site admin.

    Raises:
        UnknownObjectError: there is none that this person may end.
    """
    key = list_keys(actor).filter(pk=key_id).first()
    if key is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now())
    return key


def list_keys(user: User) -> QuerySet[ApiKey]:
    """Return a person's own keys, and a site admin all of them; the latest first."""
    keys = ApiKey.objects.select_related("user")
    return keys if user.is_site_admin else keys.filter(user=user)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
