"""Letting a GoTo account go."""

import structlog
from django.db import transaction

from greenroom.goto import GotoError
from greenroom.hub.connections.goto import auth_server
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.tokens import ConnectionTokens
from greenroom.hub.core import clock
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User

log = structlog.get_logger(__name__)


def disconnect(*, connection: Connection, actor: User) -> None:
    """
    Forget a connection's tokens and revoke them at GoTo; its events, registrants and attendance stay.

    Revoking is tried once and its failure ignored: the tokens are gone from here either way.
    """
    token = ConnectionTokens(connection.pk).load()
    now = clock.now()
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            state=Connection.State.DISCONNECTED, access_token="", refresh_token="", disconnected_at=now
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
    try:
        with auth_server() as server:
            server.revoke(token)
    except GotoError as error:
        log.warning("connection.revoke_failed", connection=connection.pk, code=error.code)
