"""
Access tokens: where they come from, how they are kept, when they are renewed.

Source: GoTo's authentication guides and the GoTo facts on OAuth. Refresh tokens live 30 days; whether a
refresh gives a new one differs by deployment, so the old one is kept unless a new one comes.

GoTo's personal access tokens are not exchanged here: that they can be is told, but neither the grant type nor the
parameters are (unconfirmed), and a guess would send a person's long-lived secret in a request nobody can vouch
for. The access token that such an exchange gives works as a `BearerToken`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol
from urllib.parse import quote, quote_plus, urlencode

import msgspec

from greenroom.goto._decoding import decode
from greenroom.goto._flow import Call, Flow, Locked, Send
from greenroom.goto._operation import Reply
from greenroom.goto._types import Model, Time
from greenroom.goto.errors import (
    ApiError,
    AuthorizationRefusedError,
    ReconnectRequiredError,
    UnexpectedResponseError,
    api_error,
)

AUTH_URL = "https://authentication.logmeininc.com"
REFRESH_AHEAD = timedelta(seconds=60)
_LIFETIME_SECONDS_MAX = 10 * 366 * 86_400


def utc_now() -> datetime:
    """Tell the time; the default clock."""
    return datetime.now(UTC)


class BearerToken:
    """A ready access token that nobody refreshes. Its `repr` does not show it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("not an access token")
        self._text = text

    def __repr__(self) -> str:
        return "BearerToken(***)"

    def current(self, now: Callable[[], datetime]) -> Flow[str]:
        """Give the token."""
        yield from ()
        return self._text

    def renewed(self, refused: str, now: Callable[[], datetime]) -> Flow[str | None]:
        """There is no other token."""
        yield from ()
        return None


class Token(Model, frozen=True, kw_only=True):
    """
    What GoTo granted. Its `repr` shows neither token nor person.

    Attributes:
        access_token: for the Authorization header; opaque, may be thousands of characters long.
        refresh_token: gets the next access token; None when GoTo gave none.
        expires_at: when the access token ends (UTC); None when GoTo did not say.
        scope: granted scopes, blank-separated.
        principal: the person's e-mail address, as GoTo tells it.
    """

    access_token: str
    refresh_token: str | None = None
    expires_at: Time | None = None
    scope: str | None = None
    principal: str | None = None

    def is_expiring(self, now: datetime) -> bool:
        """Tell whether the access token ends within a minute."""
        return self.expires_at is not None and self.expires_at - now <= REFRESH_AHEAD


class TokenStore(Protocol):
    """Keeps one connection's token for everybody who uses it: threads, processes, machines."""

    def load(self) -> Token:
        """Return the token as it is now."""
        ...

    def save(self, token: Token) -> None:
        """Replace the token, in one step; a store that knows of a newer one keeps that."""
        ...

    def exclusive(self) -> AbstractContextManager[object]:
        """Let one holder in at a time among all who share the store; load and save are called inside."""
        ...


class MemoryTokenStore:
    """Keeps a token in memory, for the threads of one process."""

    def __init__(self, token: Token) -> None:
        self._token = token
        self._lock = threading.Lock()

    def load(self) -> Token:
        """Return the token as it is now."""
        return self._token

    def save(self, token: Token) -> None:
        """Replace the token."""
        self._token = token

    def exclusive(self) -> AbstractContextManager[object]:
        """Let one thread in at a time."""
        return self._lock


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """
    Our registration with GoTo, as made on GoTo's developer page.

    Attributes:
        client_id: public.
        client_secret: None for a public client, which proves itself by PKCE alone.
        redirect_uri: exactly as registered.
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    redirect_uri: str | None = None

    def authorization_url(
        self, state: str, code_verifier: str, scopes: Sequence[str] = (), *, auth_url: str = AUTH_URL
    ) -> str:
        """
        Build the address of the consent page, with PKCE (S256).

        Args:
            state: from `new_state`; keep it with the browser and compare it in the callback.
            code_verifier: from `new_code_verifier`; keep it for `exchange_code`.
            scopes: what to ask for; nothing asks for everything the client may have.
            auth_url: the authorisation server as the person's browser reaches it.
        """
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(scopes) or None,
            "state": state,
            "code_challenge": code_challenge(code_verifier),
            "code_challenge_method": "S256",
        }
        present = {name: value for name, value in query.items() if value is not None}
        return f"{auth_url.rstrip('/')}/oauth/authorize?{urlencode(present, quote_via=quote)}"


def new_state() -> str:
    """Make an unguessable text that ties the callback to the browser it started in."""
    return secrets.token_urlsafe(32)


def new_code_verifier() -> str:
    """Make a PKCE code verifier."""
    return secrets.token_urlsafe(64)


def code_challenge(code_verifier: str) -> str:
    """Derive the PKCE S256 challenge of a verifier."""
    digest = hashlib.sha256(code_verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def read_callback(query: Mapping[str, str], *, expected_state: str) -> str:
    """
    Take the code out of the callback's query parameters.

    Raises:
        AuthorizationRefusedError: the state is not ours, GoTo tells an error (as `error`, or `errorCode` on
            older deployments), or there is no code.
    """
    if not hmac.compare_digest(query.get("state", "").encode(), expected_state.encode()):
        raise AuthorizationRefusedError("state_mismatch")
    refusal = query.get("error") or query.get("errorCode")
    if refusal:
        raise AuthorizationRefusedError(refusal)
    code = query.get("code")
    if not code:
        raise AuthorizationRefusedError("code_missing")
    return code


class _TokenAnswer(msgspec.Struct):
    """The token endpoint's answer; `expires_in` has been seen as text."""

    access_token: str = msgspec.field()
    refresh_token: str | None = None
    expires_in: float | None = None
    scope: str | None = None
    principal: str | None = None


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """The flows of GoTo's OAuth server for one client; performed by a driver."""

    client: OAuthClient
    auth_url: str
    now: Callable[[], datetime]

    def exchange_code(self, code: str, code_verifier: str | None) -> Flow[Token]:
        """Trade a code for a token; a code works once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": code_verifier,
        }
        return (yield from self._ask_for_token(form, "exchange_code", None))

    def refresh(self, token: Token) -> Flow[Token]:
        """Trade a refresh token for a new access token, keeping the refresh token when no new one comes."""
        if not token.refresh_token:
            raise _cannot_refresh()
        form = {"grant_type": "refresh_token", "refresh_token": token.refresh_token}
        return (yield from self._ask_for_token(form, "refresh", token))

    def revoke(self, token: Token) -> Flow[None]:
        """Ask GoTo to forget the grant. Source: RFC 7009 (assumed; GoTo only publishes the address)."""
        hint = "refresh_token" if token.refresh_token else "access_token"
        form = {"token": token.refresh_token or token.access_token, "token_type_hint": hint}
        reply: Reply = yield self._post("/oauth/revoke", form)
        if not 200 <= reply.status < 300:
            raise self._error(reply, "revoke")

    def _ask_for_token(self, form: Mapping[str, str | None], operation: str, earlier: Token | None) -> Flow[Token]:
        reply: Reply = yield self._post("/oauth/token", form)
        if not 200 <= reply.status < 300:
            raise self._error(reply, operation)
        answer = decode(reply.content, _TokenAnswer, product="oauth", operation=operation)
        return _token(answer, earlier, self.now(), operation)

    def _post(self, path: str, form: Mapping[str, str | None]) -> Send:
        """Build a form request that proves who we are: by HTTP Basic with a secret, by name without."""
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        fields = {name: value for name, value in form.items() if value is not None}
        if self.client.client_secret is None:
            fields["client_id"] = self.client.client_id
        else:
            headers["authorization"] = _basic(self.client.client_id, self.client.client_secret)
        return Send("POST", self.auth_url.rstrip("/") + path, headers, urlencode(fields).encode("ascii"))

    def _error(self, reply: Reply, operation: str) -> ApiError:
        return api_error(reply.status, reply.headers, reply.content, product="oauth", operation=operation, now=self.now)


def _basic(client_id: str, client_secret: str) -> str:
    """Write the header of HTTP Basic client authentication. Source: RFC 6749, 2.3.1."""
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")


def _token(answer: _TokenAnswer, earlier: Token | None, now: datetime, operation: str) -> Token:
    """Make a token of an answer; what the answer leaves out stays as it was."""
    _checked(answer.access_token, operation)
    seconds = answer.expires_in
    if seconds is not None and not 0 <= seconds <= _LIFETIME_SECONDS_MAX:
        raise UnexpectedResponseError("oauth", operation, "$.expires_in")
    return Token(
        access_token=answer.access_token,
        refresh_token=answer.refresh_token or (earlier.refresh_token if earlier else None),
        expires_at=None if seconds is None else now + timedelta(seconds=seconds),
        scope=answer.scope or (earlier.scope if earlier else None),
        principal=answer.principal or (earlier.principal if earlier else None),
    )


def _checked(access_token: str, operation: str) -> None:
    """Refuse an access token that could not be put into a header."""
    try:
        BearerToken(access_token)
    except ValueError:
        raise UnexpectedResponseError("oauth", operation, "$.access_token") from None


def _cannot_refresh() -> ApiError:
    """Say that there is nothing to refresh with."""
    return ReconnectRequiredError(401, product="oauth", operation="refresh", message="no refresh token is kept")


class OAuth:
    """
    Access tokens of one connection, refreshed when needed by one holder at a time.

    The last token seen is remembered, so that a call costs no look into the store; when GoTo refuses it, the
    store is asked first, as somebody else may have refreshed already. What the store keeps is what counts, also
    right after a refresh: whoever was paused for long in the middle of one may come back to newer tokens there.
    """

    def __init__(self, client: OAuthClient, store: TokenStore) -> None:
        self._client = client
        self._store = store
        self._last: Token | None = None
        self._auth_url = AUTH_URL

    def __repr__(self) -> str:
        return f"OAuth(client_id={self._client.client_id!r})"

    def at(self, auth_url: str) -> OAuth:
        """Return the same connection with another authorisation server; the driver tells which."""
        other = OAuth(self._client, self._store)
        other._auth_url = auth_url
        return other

    def current(self, now: Callable[[], datetime]) -> Flow[str]:
        """Give the access token, renewed beforehand when it is about to expire."""
        token = self._last or (yield Call(self._store.load))
        if token.is_expiring(now()) and token.refresh_token:
            token = yield Locked(self._store.exclusive, self._renew(token.access_token, now))
        self._last = token
        return str(token.access_token)

    def renewed(self, refused: str, now: Callable[[], datetime]) -> Flow[str | None]:
        """Give another token than the refused one."""
        token: Token = yield Locked(self._store.exclusive, self._renew(refused, now))
        self._last = token
        return token.access_token

    def _renew(self, stale: str, now: Callable[[], datetime]) -> Flow[Token]:
        """Refresh, unless somebody did so while we waited for the lock. Runs inside `exclusive`."""
        token: Token = yield Call(self._store.load)
        if token.access_token != stale and not token.is_expiring(now()):
            return token
        try:
            fresh = yield from TokenEndpoint(self._client, self._auth_url, now).refresh(token)
        except ReconnectRequiredError:
            kept: Token = yield Call(self._store.load)
            if kept.refresh_token == token.refresh_token:
                raise
            return kept
        yield Call(partial(self._store.save, fresh))
        kept = yield Call(self._store.load)
        return kept
