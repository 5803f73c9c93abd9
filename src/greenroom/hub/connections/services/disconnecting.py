"""Letting a GoTo account go."""

import structlog
from django.db import transaction

from greenroom.goto import GotoError, Token
from greenroom.hub.connections.goto import auth_server
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.tokens import ConnectionTokens
from greenroom.hub.core import clock
from greenroom.hub.core.encryption import DecryptionError
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User

log = structlog.get_logger(__name__)


def disconnect(*, connection: Connection, actor: User) -> None:
    """
    Forget a connection's tokens and revoke them at GoTo; its events, registrants and attendance stay.

    Revoking is tried once and its failure ignored: the tokens are gone from here either way.
    """
    token = _load(connection)
    now = clock.now()
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            state=Connection.State.DISCONNECTED,
            access_token="",
            refresh_token="",
            disconnected_at=now,
            # Whoever is renewing the tokens at this moment must not bring them back.
            refresh_lease="",
            refresh_lease_until=None,
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
    if token is None or not token.access_token:
        return
    try:
        with auth_server() as server:
            server.revoke(token)
    except GotoError as error:
        log.warning("connection.revoke_failed", connection=connection.pk, code=error.code)


def _load(connection: Connection) -> Token | None:
    try:
        return ConnectionTokens(connection.pk).load()
    except DecryptionError:  # the key it was written with is lost, and with it what could be revoked
        return None
