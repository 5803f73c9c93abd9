"""Where a connection's tokens live, and how several processes renew them once."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from greenroom.goto import Token
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.errors import TemporarilyUnavailableError

_LEASE = timedelta(seconds=40)
_PATIENCE = 30.0  # seconds to wait for another process to finish renewing
_GLANCE = 0.1


class ConnectionTokens:
    """
    The client's token store over one `Connection` row.

    `exclusive` is a lease taken by compare-and-swap rather than a row lock, since no transaction may stay open across
    the call to GoTo; a process that dies while renewing gives way when its lease runs out.
    """

    def __init__(self, connection_id: int) -> None:
        """Stand for the tokens of this connection."""
        self._rows = Connection.objects.filter(pk=connection_id)
        self._lease = ""

    def load(self) -> Token:
        """Read the tokens as they are now."""
        row = self._rows.only("access_token", "refresh_token", "access_token_expires_at", "scope").get()
        return Token(
            access_token=row.access_token,
            refresh_token=row.refresh_token or None,
            expires_at=row.access_token_expires_at,
            scope=row.scope or None,
        )

    def save(self, token: Token) -> None:
        """Store renewed tokens, unless our lease was lost to somebody who has newer ones."""
        self._rows.filter(refresh_lease=self._lease).update(**token_columns(token))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the right to renew; everybody else waits."""
        self._lease = secrets.token_hex(16)
        deadline = time.monotonic() + _PATIENCE
        while not self._take():
            if time.monotonic() > deadline:
                raise TemporarilyUnavailableError("Another process is renewing this connection.", retry_after=5)
            time.sleep(_GLANCE)
        try:
            yield
        finally:
            self._rows.filter(refresh_lease=self._lease).update(refresh_lease="", refresh_lease_until=None)

    def _take(self) -> bool:
        now = clock.now()
        free = Q(refresh_lease="") | Q(refresh_lease_until__lt=now)
        return self._rows.filter(free).update(refresh_lease=self._lease, refresh_lease_until=now + _LEASE) == 1


def token_columns(token: Token) -> dict[str, object]:
    """Return a token as the columns of `Connection`."""
    return {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token or "",
        "access_token_expires_at": token.expires_at,
        "scope": token.scope or "",
    }
