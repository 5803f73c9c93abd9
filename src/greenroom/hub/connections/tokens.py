"""Where a connection's tokens live, and how several processes renew them once."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from greenroom.goto import Token
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.revoking import revoke_later
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import ReconnectNeededError, TemporarilyUnavailableError
from greenroom.hub.ledger.services import NewFact, append

_LEASE = timedelta(seconds=40)
# Clocks of machines differ a little. A lease that ends later still was taken by a clock that has been set back since.
_LONGEST_LEASE = timedelta(minutes=10)
_PATIENCE = 30.0  # seconds to wait for another process to finish renewing
_GLANCE = 0.1

log = structlog.get_logger(__name__)


class ConnectionTokens:
    """
    The client's token store over one `Connection` row.

    `exclusive` is a lease taken by compare-and-swap rather than a row lock, since no transaction may stay open across
    the call to GoTo; a process that dies while renewing gives way when its lease runs out. One that was only paused
    comes back: what it then stores is compared with what it had read by `token_version`, which grows with every change.
    """

    def __init__(self, connection_id: int) -> None:
        """Stand for the tokens of this connection."""
        self._rows = Connection.objects.filter(pk=connection_id)
        self._lease = ""
        self._seen = Connection()

    @property
    def version(self) -> int:
        """The version of the tokens that were loaded last."""
        return self._seen.token_version

    def load(self) -> Token:
        """
        Read the tokens as they are now.

        Raises:
            ReconnectNeededError: the account was disconnected.
        """
        self._seen = row = self._rows.get()
        if row.state == Connection.State.DISCONNECTED:
            raise ReconnectNeededError(f"{row.organizer_name} has to be connected to GoTo again.")
        return Token(
            access_token=row.access_token,
            refresh_token=row.refresh_token or None,
            expires_at=row.access_token_expires_at,
            scope=row.scope or None,
        )

    def save(self, token: Token) -> None:
        """
        Store renewed tokens, unless somebody has stored newer ones meanwhile.

        The refresh token that GoTo gave last is never dropped: where GoTo has used up the one in the row, ours takes
        its place, also when another process was told so and has asked for a person.
        """
        reached("connections.renewed")
        before, row = self._seen, self._seen
        while not self._replace(row, token):
            row = self._rows.get()
            if not _is_newest(token, before, row):
                log.info("connection.renewed_too_late", connection=row.pk)
                return

    def _replace(self, row: Connection, token: Token) -> bool:
        """Store tokens if the row is as it was read; an account that waited for a person no longer does."""
        same = self._rows.filter(token_version=row.token_version).exclude(state=Connection.State.DISCONNECTED)
        with transaction.atomic():
            if not same.update(**token_columns(token), token_version=F("token_version") + 1):
                return False
            if self._rows.filter(state=Connection.State.RECONNECT_NEEDED).update(state=Connection.State.ACTIVE):
                append([connected_fact(row.pk)])
        return True

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
        has_run_out = Q(refresh_lease_until__lt=now) | Q(refresh_lease_until__gt=now + _LONGEST_LEASE)
        free = Q(refresh_lease="") | has_run_out
        return self._rows.filter(free).update(refresh_lease=self._lease, refresh_lease_until=now + _LEASE) == 1


def _is_newest(token: Token, before: Connection, row: Connection) -> bool:
    """
    Tell whether tokens that came late are newer than those another process has stored meanwhile.

    Args:
        before: the row whose refresh token was traded for `token`.
        row: as it is now.
    """
    is_rotated = token.refresh_token != before.refresh_token
    if row.state == Connection.State.DISCONNECTED:
        if is_rotated and token.refresh_token:
            # It was let go while GoTo was giving us the next token: that one has to be ended there as well.
            revoke_later(row.pk, token.refresh_token)
        return False
    if not is_rotated or row.connected_at != before.connected_at:
        return False
    if row.refresh_token == before.refresh_token:
        return True  # GoTo has ended that one by giving us ours
    ends, others_end = token.expires_at, row.access_token_expires_at
    return ends is not None and others_end is not None and ends > others_end


def token_columns(token: Token) -> dict[str, object]:
    """Return a token as the columns of `Connection`."""
    return {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token or "",
        "access_token_expires_at": token.expires_at,
        "scope": token.scope or "",
    }


def connected_fact(connection_id: int, user_id: int | None = None) -> NewFact:
    """Say that calls can be made with a connection from now on; nobody did it when GoTo's answer came late."""
    now = clock.now()
    return NewFact(
        kind="connected",
        happened_at=now,
        dedupe_key=f"connected:{connection_id}:{now.isoformat()}",
        connection_id=connection_id,
        user_id=user_id,
    )
