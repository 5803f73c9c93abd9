"""Having GoTo end tokens that are forgotten here."""

from datetime import timedelta

import structlog
from django.db import transaction

from greenroom.goto import GotoError, Token
from greenroom.hub.connections.models import Connection, Revocation
from greenroom.hub.connections.oauth import auth_server
from greenroom.hub.core import clock
from greenroom.hub.core.encryption import DecryptionError
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

# A refresh token that is not used ends by itself after thirty days (documented).
_LIVES_FOR = timedelta(days=30)

log = structlog.get_logger(__name__)


def revoke_later(connection_id: int, refresh_token: str) -> None:
    """Keep a refresh token until GoTo has ended it; the background work does it, as often as it takes."""
    with transaction.atomic():
        Revocation.objects.create(connection_id=connection_id, refresh_token=refresh_token, asked_at=clock.now())
        revoke_tokens.enqueue(dedupe_key="connections.revoke_tokens")


@schedule(every=timedelta(hours=1))
@task(queue="goto")
def revoke_tokens() -> None:
    """Have GoTo end the tokens that are forgotten here. What fails now is tried again in an hour."""
    Revocation.objects.filter(asked_at__lt=clock.now() - _LIVES_FOR).delete()
    for revocation in Revocation.objects.select_related("connection"):
        if _revoke(revocation):
            revocation.delete()


def _revoke(revocation: Revocation) -> bool:
    """Have GoTo end one token; False when it has to be tried again."""
    if revocation.connection.state != Connection.State.DISCONNECTED:
        # Connected anew meanwhile. Whether ending the old token would leave the new one alone is not known.
        return True
    try:
        token = Token(access_token="", refresh_token=revocation.refresh_token)
        with auth_server() as server:
            server.revoke(token)
    except (GotoError, DecryptionError) as error:
        log.warning("connection.revoke_failed", connection=revocation.connection_id, code=error.code)
        return False
    return True
