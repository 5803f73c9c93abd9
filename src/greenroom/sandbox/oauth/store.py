"""Codes, tokens and grants."""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import AuthorizationCode, Client, Token, User

CODE_LIFETIME = timedelta(minutes=10)
ACCESS_LIFETIME = timedelta(seconds=3600)
REFRESH_LIFETIME = timedelta(days=30)
# The switch `refresh_rotation: near_expiry` gives a new refresh token from here on. Assumed.
NEAR_EXPIRY = timedelta(days=7)

DEFAULT_CLIENT_ID = "greenroom-demo"
DEFAULT_SECRET = "greenroom-demo-secret"  # noqa: S105  a published demo secret
LOCAL_HOSTS = ("127.0.0.1", "localhost", "testserver")
SCOPES = ("identity:scim.me", "identity:scim.org", "collab:")


class OAuthError(Exception):
    """An error of RFC 6749, section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


def ensure_default_client(core: Core) -> None:
    """Make the client every sandbox has."""
    if DEFAULT_CLIENT_ID not in core.state.clients:
        client = Client(
            client_id=DEFAULT_CLIENT_ID,
            secret=DEFAULT_SECRET,
            name="Greenroom",
            redirect_uris=["http://127.0.0.1*", "http://localhost*", "http://testserver*"],
            scopes=list(SCOPES),
        )
        core.state.clients.put(client.client_id, client)


def is_registered_redirect(client: Client, uri: str) -> bool:
    """
    Tell whether a client registered a redirect URI: word for word.

    A registered URI may end in `*`, for a port and path on this machine only.
    """
    parts = urlsplit(uri)
    if parts.fragment or parts.username is not None or any(c in uri for c in "\r\n"):
        return False
    for registered in client.redirect_uris:
        if registered == uri:
            return True
        if "*" in registered and parts.hostname in LOCAL_HOSTS and fnmatchcase(uri, registered):
            return True
    return False


def issue_code(
    core: Core,
    *,
    client: Client,
    user: User,
    scope: str,
    redirect_uri: str | None,
    code_challenge: str | None,
) -> AuthorizationCode:
    code = AuthorizationCode(
        code=secrets.token_urlsafe(32),
        client_id=client.client_id,
        user_key=user.key,
        scope=scope,
        grant_id=secrets.token_hex(8),
        redirect_uri=redirect_uri,
        code_challenge=code_challenge,
        expires_at=core.clock.now() + CODE_LIFETIME,
    )
    core.state.codes.put(code.code, code)
    return code


def redeem_code(
    core: Core, *, client: Client, code_text: str, redirect_uri: str | None, code_verifier: str | None
) -> dict[str, Any]:
    """
    Exchange a code for tokens. A code that comes twice ends the tokens it gave: somebody may have copied it.

    Raises:
        OAuthError: invalid_grant.
    """
    code = core.state.codes.get(code_text)
    if code is None or code.client_id != client.client_id:
        raise OAuthError("invalid_grant", "error.auth.code.invalid.jwt")
    if code.is_used:
        revoke_grant(core, code.grant_id)
        raise OAuthError("invalid_grant", "the code was used before")
    if code.expires_at <= core.clock.now():
        raise OAuthError("invalid_grant", "the code has expired")
    if (code.redirect_uri or redirect_uri) and code.redirect_uri != redirect_uri:
        raise OAuthError("invalid_grant", "redirect_uri differs from the one the code was asked with")
    _check_verifier(code, code_verifier)
    code.is_used = True
    core.state.codes.put(code.code, code)
    user = core.state.users[code.user_key]
    refresh = _issue(core, "refresh", client.client_id, user.key, code.scope, code.grant_id)
    return _token_answer(core, client.client_id, user, code.scope, code.grant_id, refresh)


def _check_verifier(code: AuthorizationCode, verifier: str | None) -> None:
    if code.code_challenge is None:
        if verifier is not None:
            raise OAuthError("invalid_grant", "code_verifier was sent, but no code_challenge")
        return
    if verifier is None:
        raise OAuthError("invalid_grant", "code_verifier is missing")
    digest = hashlib.sha256(verifier.encode()).digest()
    if not hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), code.code_challenge):
        raise OAuthError("invalid_grant", "code_verifier does not match code_challenge")


def refresh_tokens(core: Core, *, client: Client, token_text: str, is_rotated: bool = False) -> dict[str, Any]:
    """
    Exchange a refresh token.

    Whether a new refresh token comes with the answer is the switch `refresh_rotation`.

    Args:
        is_rotated: give a new one, and end the old, whatever the switch says; for the fault `lost_rotation`.
    """
    token = core.state.tokens.get(token_text)
    if token is None or token.kind != "refresh" or token.client_id != client.client_id:
        raise OAuthError("invalid_grant", "error.auth.code.invalid.jwt")
    now = core.clock.now()
    if token.is_revoked or token.expires_at <= now:
        raise OAuthError("invalid_grant", "the refresh token has expired or was revoked")
    user = core.state.users.get(token.user_key)
    if user is None:
        raise OAuthError("invalid_grant", "the user is gone")
    if core.switches.text("refresh_ends_old_access_token") == "yes":
        for other in core.state.tokens:
            if other.grant_id == token.grant_id and other.kind == "access":
                _revoke(core, other)
    mode = core.switches.text("refresh_rotation")
    rotated: Token | None = None
    if is_rotated or mode == "always" or (mode == "near_expiry" and token.expires_at - now <= NEAR_EXPIRY):
        rotated = _issue(core, "refresh", client.client_id, user.key, token.scope, token.grant_id)
        _revoke(core, token)
    return _token_answer(core, client.client_id, user, token.scope, token.grant_id, rotated)


def issue_token(core: Core, *, client_id: str, user: User, scope: str) -> dict[str, Any]:
    """Give tokens without a sign-in, for tests."""
    grant_id = secrets.token_hex(8)
    refresh = _issue(core, "refresh", client_id, user.key, scope, grant_id)
    return _token_answer(core, client_id, user, scope, grant_id, refresh)


def _token_answer(
    core: Core, client_id: str, user: User, scope: str, grant_id: str, refresh: Token | None
) -> dict[str, Any]:
    access = _issue(core, "access", client_id, user.key, scope, grant_id)
    answer: dict[str, Any] = {
        "access_token": access.token,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": scope,
        "principal": user.email,
    }
    if refresh is not None:
        answer["refresh_token"] = refresh.token
    return answer


def _issue(core: Core, kind: str, client_id: str, user_key: str, scope: str, grant_id: str) -> Token:
    now = core.clock.now()
    # GoTo's access tokens are long since 2020 and look like JWTs; nobody may read them (documented).
    token = Token(
        token=("eyJ" + secrets.token_urlsafe(600)) if kind == "access" else secrets.token_urlsafe(48),
        kind="access" if kind == "access" else "refresh",
        client_id=client_id,
        user_key=user_key,
        scope=scope,
        grant_id=grant_id,
        issued_at=now,
        expires_at=now + (ACCESS_LIFETIME if kind == "access" else REFRESH_LIFETIME),
    )
    core.state.tokens.put(token.token, token)
    _forget_expired(core)
    return token


def _forget_expired(core: Core) -> None:
    """Keep the table small: drop tokens a day after they ended, now and then."""
    if len(core.state.tokens) % 100:
        return
    limit = core.clock.now() - timedelta(days=1)
    for token in core.state.tokens:
        if token.expires_at < limit:
            core.state.tokens.remove(token.token)


def _revoke(core: Core, token: Token) -> None:
    token.is_revoked = True
    core.state.tokens.put(token.token, token)


def revoke_grant(core: Core, grant_id: str) -> None:
    """End every token that came from one consent."""
    for token in core.state.tokens:
        if token.grant_id == grant_id:
            _revoke(core, token)


def revoke_tokens_of(core: Core, user_key: str | None) -> int:
    """End every token of a user, or of everyone."""
    ended = [t for t in core.state.tokens if not t.is_revoked and user_key in (None, t.user_key)]
    for token in ended:
        _revoke(core, token)
    return len(ended)


def revoke(core: Core, *, client: Client, token_text: str) -> None:
    """End one token; with a refresh token end its access tokens too. Unknown tokens are no error (RFC 7009)."""
    token = core.state.tokens.get(token_text)
    if token is None or token.client_id != client.client_id:
        return
    if token.kind == "refresh":
        revoke_grant(core, token.grant_id)
    else:
        _revoke(core, token)


def introspect(core: Core, *, client: Client, token_text: str) -> dict[str, Any]:
    """Describe a token (RFC 7662); `{"active": false}` for any that is not good."""
    token = core.state.tokens.get(token_text)
    if token is None or token.client_id != client.client_id:
        return {"active": False}
    if token.is_revoked or token.expires_at <= core.clock.now():
        return {"active": False}
    return {
        "active": True,
        "scope": token.scope,
        "client_id": token.client_id,
        "username": core.state.users[token.user_key].email,
        "token_type": "Bearer" if token.kind == "access" else "refresh_token",
        "sub": token.user_key,
        "iat": int(token.issued_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
    }
