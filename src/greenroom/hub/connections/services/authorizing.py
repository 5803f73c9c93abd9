"""
Connecting a GoTo account by OAuth: authorization code with PKCE.

What was begun is kept in the browser's session, so the answer counts only in the browser that asked, once, and for
ten minutes.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import F

from greenroom.goto import GotoError, Token, new_code_verifier, new_state
from greenroom.hub.connections.errors import AuthorizationError
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.oauth import auth_server, oauth_client
from greenroom.hub.connections.scopes import NEEDED
from greenroom.hub.connections.services.identity import Identity, find_identity
from greenroom.hub.connections.tokens import connected_fact, token_columns
from greenroom.hub.core import clock
from greenroom.hub.core.texts import storable
from greenroom.hub.ledger.services import append
from greenroom.hub.users.models import User

_VALID_FOR = timedelta(minutes=10)


class Pending(TypedDict):
    """An authorization that was begun; lives in the session."""

    state: str
    code_verifier: str
    begun_at: str
    next: str


def begin_authorization(*, back_to: str) -> tuple[str, Pending]:
    """
    Begin to connect an account.

    Returns:
        GoTo's address to send the browser to, and what to keep in its session. `back_to` is a path of ours.
    """
    if not settings.GOTO_CLIENT_ID:
        raise AuthorizationError(
            "no_client",
            "This hub has no GoTo client yet. Set GREENROOM_GOTO_CLIENT_ID and GREENROOM_GOTO_CLIENT_SECRET.",
        )
    pending = Pending(
        state=new_state(), code_verifier=new_code_verifier(), begun_at=clock.now().isoformat(), next=back_to
    )
    address = oauth_client().authorization_url(
        state=pending["state"],
        code_verifier=pending["code_verifier"],
        scopes=[scope.name for scope in NEEDED],
        auth_url=settings.GOTO_AUTH_URL,
    )
    return address, pending


def finish_authorization(*, actor: User, pending: Pending | None, answer: Mapping[str, str]) -> Connection:
    """
    Take GoTo's answer and connect the account it is for; an account known before is connected again.

    Args:
        actor: the site admin who did it.
        pending: what `begin_authorization` gave, taken out of the session so that it cannot be used twice.
        answer: the query of the callback.

    Raises:
        AuthorizationError: with the `code` of what was wrong; nothing was changed.
    """
    code, verifier = _check(pending, answer)
    token = _exchange(code, verifier)
    identity = find_identity(token)
    with transaction.atomic():
        connection = _store(identity, token, actor)
        append([connected_fact(connection.pk, actor.pk)])
    return connection


def _store(identity: Identity, token: Token, actor: User) -> Connection:
    """Write the connection down; a row from before keeps what hangs on it, and what GoTo does not tell this time."""
    now = clock.now()
    connection, _ = Connection.objects.get_or_create(
        organizer_key=identity.organizer_key,
        defaults={
            "organizer_name": storable(identity.name_for_people, 255),
            "connected_at": now,
            "first_connected_at": now,
        },
    )
    Connection.objects.filter(pk=connection.pk).update(
        **identity.told(),
        **token_columns(token),
        state=Connection.State.ACTIVE,
        # Whoever is renewing the tokens of before comes too late.
        token_version=F("token_version") + 1,
        refresh_lease="",
        refresh_lease_until=None,
        connected_by=actor,
        connected_at=now,
        disconnected_at=None,
        last_error="",
        last_error_at=None,
    )
    connection.refresh_from_db()
    return connection


def _check(pending: Pending | None, answer: Mapping[str, str]) -> tuple[str, str]:
    if pending is None:
        raise AuthorizationError(
            "not_begun", "This answer from GoTo was used already, or belongs to another browser. Connect once more."
        )
    if not hmac.compare_digest(answer.get("state", "").encode(), pending["state"].encode()):
        raise AuthorizationError(
            "wrong_state", "This answer from GoTo does not belong to what you began here. Connect once more."
        )
    if clock.now() - datetime.fromisoformat(pending["begun_at"]) > _VALID_FOR:
        raise AuthorizationError("too_late", "That took longer than ten minutes. Connect once more.")
    refusal = answer.get("error") or answer.get("errorCode")  # older servers of GoTo say errorCode
    if refusal == "access_denied":
        raise AuthorizationError("refused", "Access was not allowed at GoTo, so nothing was connected.")
    if refusal == "invalid_scope":
        raise AuthorizationError(
            "scope_refused",
            f"This hub's GoTo client may not ask for {' and '.join(scope.name for scope in NEEDED)}. "
            "Add both to it at GoTo, then connect once more.",
        )
    if refusal:
        raise AuthorizationError("goto_error", "GoTo could not complete the sign-in. Nothing was connected.")
    if not answer.get("code"):
        raise AuthorizationError("no_code", "GoTo's answer is incomplete. Connect once more.")
    return answer["code"], pending["code_verifier"]


def _exchange(code: str, verifier: str) -> Token:
    try:
        with auth_server() as server:
            token = server.exchange_code(code, verifier)
    except GotoError as error:
        if error.retryable:
            raise AuthorizationError("goto_down", "GoTo does not answer at the moment. Try again shortly.") from error
        raise AuthorizationError(
            "exchange_failed", "GoTo did not accept the sign-in. Check this hub's GoTo client, then connect once more."
        ) from error
    if not token.refresh_token:
        raise AuthorizationError("no_refresh_token", "GoTo gave no lasting access, so nothing was connected.")
    return token
