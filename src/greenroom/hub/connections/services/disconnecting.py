"""Letting a GoTo account go."""

from django.db import transaction
from django.db.models import F

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.revoking import revoke_later
from greenroom.hub.core import clock
from greenroom.hub.core.encryption import DecryptionError
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User


def disconnect(*, connection: Connection, actor: User) -> None:
    """
    Forget a connection's tokens and have GoTo end them; its events, registrants and attendance stay.

    GoTo is asked in the background, as often as it takes; no call is made with this connection from now on.
    """
    now = clock.now()
    with transaction.atomic():
        token = _refresh_token(Connection.objects.select_for_update().get(pk=connection.pk))
        Connection.objects.filter(pk=connection.pk).update(
            state=Connection.State.DISCONNECTED,
            access_token="",
            refresh_token="",
            access_token_expires_at=None,
            # Whoever is renewing the tokens at this moment must not bring them back.
            token_version=F("token_version") + 1,
            refresh_lease="",
            refresh_lease_until=None,
            last_error="",
            last_error_at=None,
            disconnected_at=now,
        )
        append(
            [
                NewFact(
                    kind="disconnected",
                    happened_at=now,
                    dedupe_key=f"disconnected:{connection.pk}:{now.isoformat()}",
                    connection_id=connection.pk,
                    user_id=actor.pk,
                )
            ]
        )
        if token:
            revoke_later(connection.pk, token)


def _refresh_token(connection: Connection) -> str:
    try:
        return connection.refresh_token
    except DecryptionError:  # the key it was written with is lost, and with it what could be revoked
        return ""
