"""The door to GoTo: the client, set up for one connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from greenroom.goto import (
    AuthenticationError,
    BearerToken,
    DailyBudgetError,
    GoTo,
    GotoError,
    OAuth,
    RateLimitError,
    ReconnectRequiredError,
    RetryPolicy,
)
from greenroom.hub.connections.errors import DailyBudgetSpentError
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.oauth import TIMEOUTS_WHILE_WAITED_FOR, oauth_client
from greenroom.hub.connections.pacing import SharedLimiter
from greenroom.hub.connections.tokens import ConnectionTokens
from greenroom.hub.core import clock
from greenroom.hub.core.errors import ReconnectNeededError, TemporarilyUnavailableError
from greenroom.hub.ledger.services import NewFact, append

# A job that meets trouble goes back into the queue, so the client itself tries only a little.
RETRY = RetryPolicy(attempts=2, first_wait=0.5, cap=2.0, retry_after_cap=2.0)


def client(
    auth: BearerToken | OAuth,
    *,
    limiter: SharedLimiter | None = None,
    is_waited_for: bool = False,
    sets_aside: bool = False,
) -> GoTo:
    """Return the client, set up as this hub uses it; a context manager. Quick to give up when a person waits."""
    return GoTo(
        auth,
        base_url=settings.GOTO_API_URL,
        auth_url=settings.GOTO_AUTH_URL,
        transport=settings.GOTO_TRANSPORT,
        limiter=limiter or SharedLimiter(is_waited_for=is_waited_for),
        retry=RETRY,
        timeout=TIMEOUTS_WHILE_WAITED_FOR if is_waited_for else None,
        clock=clock.now,
        sets_aside=sets_aside,
    )


@contextmanager
def open_goto(
    connection: Connection,
    *,
    limiter: SharedLimiter | None = None,
    is_waited_for: bool = False,
    sets_aside: bool = False,
) -> Iterator[GoTo]:
    """
    Open the client for a connection, note how it went, and turn what the caller did not handle into the hub's errors.

    Must not be used inside a transaction: GoTo may take its time. `is_waited_for` is for the few pages on which a
    person waits for GoTo; everything else is background work. `sets_aside` is for callers that keep the rows of lists
    that could not be read.

    Raises:
        ReconnectNeededError: the organizer has to authorise us again; the connection says so from now on.
        DailyBudgetSpentError: nothing was asked, since the day has no calls left.
        TemporarilyUnavailableError: GoTo is down, slow or too busy, with `retry_after` when it told; or another
            process has renewed the tokens since.
        GotoError: what GoTo said about the call itself.
    """
    if not connection.is_usable:
        raise _reconnect_needed(connection)
    tokens = ConnectionTokens(connection.pk)
    try:
        auth = OAuth(oauth_client(), tokens)
        with client(auth, limiter=limiter, is_waited_for=is_waited_for, sets_aside=sets_aside) as goto:
            yield goto
    except DailyBudgetError as error:
        raise DailyBudgetSpentError(error.retry_after) from error
    except AuthenticationError as error:
        _note_failure(connection, error)
        if error.product == "oauth" and not isinstance(error, ReconnectRequiredError):
            # Our own registration is not accepted; that is no fault of the organizer's, nor theirs to mend.
            raise TemporarilyUnavailableError("GoTo does not accept this hub's client id or secret.") from error
        if not _ask_to_reconnect(connection, tokens.version):
            raise TemporarilyUnavailableError("The access to GoTo has just been renewed.", retry_after=1) from error
        raise _reconnect_needed(connection) from error
    except GotoError as error:
        if not _is_about_the_connection(error):
            _note_answer(connection)
            raise
        _note_failure(connection, error)
        if not error.retryable:
            raise
        retry_after = error.retry_after if isinstance(error, RateLimitError) else None
        raise TemporarilyUnavailableError("GoTo does not answer at the moment.", retry_after) from error
    else:
        _note_answer(connection)


def _reconnect_needed(connection: Connection) -> ReconnectNeededError:
    return ReconnectNeededError(f"{connection.organizer_name} has to be connected to GoTo again.")


def _is_about_the_connection(error: GotoError) -> bool:
    """Tell whether nothing would work now; what GoTo says of one event, such as 404, is no fault of the account's."""
    return error.retryable or getattr(error, "product", "") == "oauth"


def _note_answer(connection: Connection) -> None:
    """Note that GoTo answers; what went wrong before is over."""
    Connection.objects.filter(pk=connection.pk).update(last_call_at=clock.now(), last_error="", last_error_at=None)


def _note_failure(connection: Connection, error: GotoError) -> None:
    now = clock.now()
    Connection.objects.filter(pk=connection.pk).update(last_call_at=now, last_error=error.code, last_error_at=now)


def _ask_to_reconnect(connection: Connection, token_version: int) -> bool:
    """
    Say once that a person must act.

    Returns:
        False when the tokens of this version were not the last ones: somebody has renewed them, or connected the
        account anew, in the meantime.
    """
    rows = Connection.objects.filter(pk=connection.pk, token_version=token_version)
    now = clock.now()
    with transaction.atomic():
        if rows.filter(state=Connection.State.ACTIVE).update(state=Connection.State.RECONNECT_NEEDED):
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
            return True
    return rows.exists()
