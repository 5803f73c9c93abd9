"""Clients of OAuth, tokens, and browsers that signed in."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Client(Struct):
    """An OAuth client. Without a secret it is a public one and must use PKCE."""

    client_id: str
    secret: str | None
    name: str
    redirect_uris: list[str]
    scopes: list[str]


class AuthorizationCode(Struct):
    code: str
    client_id: str
    user_key: str
    scope: str
    grant_id: str
    redirect_uri: str | None
    code_challenge: str | None
    expires_at: datetime
    is_used: bool = False


class Token(Struct):
    """An access or refresh token; `grant_id` ties the ones that come from one consent."""

    token: str
    kind: Literal["access", "refresh"]
    client_id: str
    user_key: str
    scope: str
    grant_id: str
    issued_at: datetime
    expires_at: datetime
    is_revoked: bool = False


class SignIn(Struct):
    """A browser that signed in on the sandbox's own pages."""

    token: str
    user_key: str
    expires_at: datetime


class HostPass(Struct):
    """A one-time way into a host page, from the training start call."""

    token: str
    user_key: str
    event_key: str
    expires_at: datetime
