"""The door to GoTo: the client, set up for one connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from greenroom.goto import (
    AuthenticationError,
    AuthServer,
    BearerToken,
    GoTo,
    GotoError,
    OAuth,
    OAuthClient,
    RateLimitError,
    ReconnectRequiredError,
    RetryPolicy,
    Timeouts,
)
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.pacing import SharedLimiter
from greenroom.hub.connections.tokens import ConnectionTokens
from greenroom.hub.core import clock
from greenroom.hub.core.errors import ReconnectNeededError, TemporarilyUnavailableError
from greenroom.hub.ledger.services import NewFact, append

# A job that meets trouble goes back into the queue, so the client itself tries only a little.
RETRY = RetryPolicy(attempts=2, first_wait=0.5, cap=2.0, retry_after_cap=2.0)
# Somebody who looks at a page that asks GoTo is told soon.
_TIMEOUTS_WHILE_WAITED_FOR = Timeouts(connect=3.0, read=5.0, total=8.0)


def oauth_client() -> OAuthClient:
    """Return our registration at GoTo."""
    return OAuthClient(
        client_id=settings.GOTO_CLIENT_ID,
        client_secret=settings.GOTO_CLIENT_SECRET or None,
        redirect_uri=f"{settings.PUBLIC_URL}/connections/callback/",
    )


def auth_server() -> AuthServer:
    """Return GoTo's authorisation server; a context manager."""
    return AuthServer(
        oauth_client(),
        auth_url=settings.GOTO_AUTH_URL,
        transport=settings.GOTO_TRANSPORT,
        timeout=_TIMEOUTS_WHILE_WAITED_FOR,
        clock=clock.now,
    )


def client(auth: BearerToken | OAuth, *, limiter: SharedLimiter | None = None, is_waited_for: bool = False) -> GoTo:
    """Return the client, set up as this hub uses it; a context manager. Quick to give up when a person waits."""
    return GoTo(
        auth,
        base_url=settings.GOTO_API_URL,
        auth_url=settings.GOTO_AUTH_URL,
        transport=settings.GOTO_TRANSPORT,
        limiter=limiter or SharedLimiter(),
        retry=RETRY,
        timeout=_TIMEOUTS_WHILE_WAITED_FOR if is_waited_for else None,
        clock=clock.now,
    )


@contextmanager
def open_goto(
    connection: Connection, *, limiter: SharedLimiter | None = None, is_waited_for: bool = False
) -> Iterator[GoTo]:
    """
    Open the client for a connection, note how it went, and turn what the caller did not handle into the hub's errors.

    Must not be used inside a transaction: GoTo may take its time. `is_waited_for` is for the few pages on which a
    person waits for GoTo; everything else is background work.

    Raises:
        ReconnectNeededError: the organizer has to authorise us again; the connection says so from now on.
        TemporarilyUnavailableError: GoTo is down, slow or too busy; `retry_after` when it told.
        GotoError: what GoTo said about the call itself.
    """
    if not connection.is_usable:
        raise ReconnectNeededError(f"{connection.organizer_name} has to be connected to GoTo again.")
    try:
        with client(
            OAuth(oauth_client(), ConnectionTokens(connection.pk)), limiter=limiter, is_waited_for=is_waited_for
        ) as goto:
            yield goto
    except AuthenticationError as error:
        _note(connection, error)
        if error.product == "oauth" and not isinstance(error, ReconnectRequiredError):
            # Our own registration is not accepted; that is no fault of the organizer's, nor theirs to mend.
            raise TemporarilyUnavailableError("GoTo does not accept this hub's client id or secret.") from error
        _ask_to_reconnect(connection)
        raise ReconnectNeededError(f"{connection.organizer_name} has to be connected to GoTo again.") from error
    except GotoError as error:
        _note(connection, error)
        if not error.retryable:
            raise
        retry_after = error.retry_after if isinstance(error, RateLimitError) else None
        raise TemporarilyUnavailableError("GoTo does not answer at the moment.", retry_after) from error
    else:
        Connection.objects.filter(pk=connection.pk).update(last_call_at=clock.now())


def _note(connection: Connection, error: GotoError) -> None:
    now = clock.now()
    Connection.objects.filter(pk=connection.pk).update(last_call_at=now, last_error=error.code, last_error_at=now)


def _ask_to_reconnect(connection: Connection) -> None:
    """Say once that a person must act; not when somebody has connected or disconnected the account meanwhile."""
    as_it_was = Connection.objects.filter(
        pk=connection.pk, state=Connection.State.ACTIVE, connected_at=connection.connected_at
    )
    now = clock.now()
    with transaction.atomic():
        if as_it_was.update(state=Connection.State.RECONNECT_NEEDED):
            append(
                [
                    NewFact(
                        kind="reconnect_needed",
                        happened_at=now,
                        dedupe_key=f"reconnect_needed:{connection.pk}:{now.isoformat()}",
                        connection_id=connection.pk,
                    )
                ]
            )
