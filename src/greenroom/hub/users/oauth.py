"""
Leave to act for people, asked for by programs: OAuth 2.0 with authorization codes, PKCE and rotating refresh tokens.

Source: RFC 6749, RFC 7636 (S256 only), RFC 7009, RFC 9700 (refresh tokens that come twice end the grant), RFC 9207.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError, InvalidInputError, UnknownObjectError
from greenroom.hub.users.models import OAuthClient, OAuthGrant, OAuthToken, User

Kind = OAuthToken.Kind

ACCESS_BEGINNING = "gro_"
_BEGINNINGS = {Kind.CODE: "grc_", Kind.ACCESS: ACCESS_BEGINNING, Kind.REFRESH: "grr_"}
_LIVES = {Kind.CODE: timedelta(minutes=1), Kind.ACCESS: timedelta(hours=1), Kind.REFRESH: timedelta(days=180)}
# A program that lost the answer, or renews twice at once, is no thief.
_MAY_REPEAT_FOR = timedelta(seconds=30)
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class OAuthRefusalError(HubError):
    """A program is refused; `error` is one of RFC 6749, section 4.1.2.1 or 5.2."""

    code = "oauth_refused"

    def __init__(self, error: str, sentence: str, status: int = 400) -> None:
        """Keep what the program is told."""
        super().__init__(sentence)
        self.error, self.status = error, status


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a program is given; the texts are kept nowhere."""

    access_token: str
    refresh_token: str
    expires_in: int
    verbs: Sequence[str]


def register_client(
    *, name: str, redirect_uris: Collection[str], has_secret: bool, actor: User
) -> tuple[OAuthClient, str]:
    """
    Register a program and return it with its secret, which nobody can read again; empty when it can keep none.

    Raises:
        InvalidInputError: it has no name, or an address that a code must not be sent to.
    """
    errors = {}
    if not name.strip():
        errors["name"] = "Give the program a name; people see it when they are asked."
    if not redirect_uris:
        errors["redirect_uris"] = "Give at least one address; the program tells which."
    for uri in redirect_uris:
        if not _may_receive_codes(uri):
            errors["redirect_uris"] = (
                f"{uri[:100]} will not do: an address begins with https://, or http:// on this machine, and has no #."
            )
    if errors:
        raise InvalidInputError("This program cannot be registered.", errors)
    secret = "grs_" + secrets.token_urlsafe(32) if has_secret else ""
    client = OAuthClient.objects.create(
        client_id=secrets.token_urlsafe(18),
        name=name.strip()[:100],
        secret_digest=_digest(secret) if secret else "",
        redirect_uris=list(dict.fromkeys(redirect_uris)),
        created_by=actor,
        created_at=clock.now(),
    )
    return client, secret


def _may_receive_codes(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    except ValueError:
        return False
    is_plain = uri.isascii() and uri.isprintable() and " " not in uri and "*" not in uri
    return is_safe and is_plain and bool(parts.hostname) and not parts.fragment and "@" not in parts.netloc


def remove_client(*, client: OAuthClient) -> None:
    """End a program's registration and all that people allowed it."""
    now = clock.now()
    with transaction.atomic():
        OAuthClient.objects.filter(pk=client.pk, removed_at=None).update(removed_at=now)
        client.grants.filter(revoked_at=None).update(revoked_at=now)


def list_clients() -> QuerySet[OAuthClient]:
    """Return the programs that are registered, the latest first."""
    return OAuthClient.objects.filter(removed_at=None)


def find_client(client_id: str) -> OAuthClient | None:
    """Return the program with this id."""
    return list_clients().filter(client_id=client_id).first()


def check_request(*, client: OAuthClient, response_type: str, code_challenge: str, code_challenge_method: str) -> None:
    """
    Check what a program asks, before a person is.

    Raises:
        OAuthRefusalError: to be told to the program at its redirect address.
    """
    if response_type != "code":
        raise OAuthRefusalError("unsupported_response_type", "Only response_type=code is given.")
    if not code_challenge and not client.secret_digest:
        raise OAuthRefusalError("invalid_request", "Send a code_challenge: a program without a secret needs PKCE.")
    if code_challenge and (code_challenge_method != "S256" or not _CHALLENGE.fullmatch(code_challenge)):
        raise OAuthRefusalError("invalid_request", "PKCE takes code_challenge_method=S256 and its 43 characters.")


def allow(
    *,
    client: OAuthClient,
    user: User,
    verbs: Collection[str],
    connection_ids: Collection[int] | None,
    redirect_uri: str,
    code_challenge: str,
) -> str:
    """Let a program act for a person, and return the code it changes for tokens within a minute."""
    with transaction.atomic():
        grant = OAuthGrant.objects.create(
            client=client,
            user=user,
            verbs=sorted(verbs),
            connection_ids=None if connection_ids is None else sorted(connection_ids),
            created_at=clock.now(),
        )
        return _issue(grant, Kind.CODE, redirect_uri=redirect_uri, code_challenge=code_challenge)


def authenticate_client(client_id: str, secret: str) -> OAuthClient:
    """
    Return the program that shows this id and secret; one that has none shows none.

    Raises:
        OAuthRefusalError: `invalid_client`.
    """
    client = find_client(client_id)
    expected = client.secret_digest if client else ""
    if client is None or not hmac.compare_digest(expected, _digest(secret) if secret else ""):
        raise OAuthRefusalError("invalid_client", "This client is unknown, or its secret is wrong.", 401)
    return client


def exchange_code(*, client: OAuthClient, code: str, redirect_uri: str, code_verifier: str) -> Tokens:
    """
    Change a code for tokens, once. A code that comes twice has been seen by somebody: what it gave is taken back.

    Raises:
        OAuthRefusalError: `invalid_grant`.
    """
    token = _find(client, Kind.CODE, code)
    if token is None or token.redirect_uri != redirect_uri or not _proves(code_verifier, token.code_challenge):
        raise _invalid_grant("This code is unknown, expired, or was not given for this.")
    if not _use(token):
        revoke_grant(token.grant)
        raise _invalid_grant("This code was used before. Ask for leave again.")
    return _issue_pair(token.grant)


def renew_tokens(*, client: OAuthClient, refresh_token: str) -> Tokens:
    """
    Change a refresh token for a new pair. One that comes again ends the grant: somebody else has it.

    Raises:
        OAuthRefusalError: `invalid_grant`.
    """
    token = _find(client, Kind.REFRESH, refresh_token)
    if token is None:
        raise _invalid_grant("This refresh token is unknown, expired or revoked. Ask for leave again.")
    if not _use(token):
        token.refresh_from_db(fields=["used_at"])
        if token.used_at is None or clock.now() - token.used_at > _MAY_REPEAT_FOR:
            revoke_grant(token.grant)
            raise _invalid_grant("This refresh token was used before, so all of them are revoked. Ask for leave again.")
    return _issue_pair(token.grant)


def revoke_token(*, client: OAuthClient, text: str) -> None:
    """End a token; with a refresh token ends all that was allowed. A text that is no token of the client is ignored."""
    tokens = OAuthToken.objects.select_related("grant").filter(grant__client=client, digest=_digest(text))
    for token in tokens.exclude(kind=Kind.CODE):
        if token.kind == Kind.REFRESH:
            revoke_grant(token.grant)
        token.delete()


def find_grant(access_token: str) -> OAuthGrant | None:
    """Return what the bearer of an access token was allowed, and note the use. One query, at times two."""
    now = clock.now()
    token = (
        OAuthToken.objects.select_related("grant__user")
        .filter(
            digest=_digest(access_token),
            kind=Kind.ACCESS,
            expires_at__gt=now,
            grant__revoked_at=None,
            grant__user__is_active=True,
        )
        .first()
    )
    if token is None:
        return None
    grant = token.grant
    if grant.last_used_at is None or now - grant.last_used_at >= _USE_IS_NOTED_EVERY:
        OAuthGrant.objects.filter(pk=grant.pk).update(last_used_at=now)
    return grant


def list_grants(user: User) -> QuerySet[OAuthGrant]:
    """Return what a person allowed programs that are at it, and for a site admin all of that; the latest first."""
    grants = OAuthGrant.objects.select_related("client", "user").filter(revoked_at=None, tokens__kind=Kind.REFRESH)
    return (grants if user.is_site_admin else grants.filter(user=user)).distinct()


def find_valid_grants(grant_ids: Iterable[int]) -> set[int]:
    """Return those of some grants that nobody has taken back. One query."""
    valid = OAuthGrant.objects.filter(pk__in=list(grant_ids), revoked_at=None, user__is_active=True)
    return set(valid.order_by().values_list("pk", flat=True))


def get_grant_of(user: User, pk: int) -> OAuthGrant:
    """Return what this person may take back. Raises `UnknownObjectError`."""
    grant = list_grants(user).filter(pk=pk).first()
    if grant is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return grant


def revoke_grant(grant: OAuthGrant) -> None:
    """Take back what was allowed; every token of it ends at once."""
    OAuthGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=clock.now())


def purge_tokens() -> int:
    """Forget tokens a day after they have expired, and return how many."""
    return OAuthToken.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()[0]


def _find(client: OAuthClient, kind: Kind, text: str) -> OAuthToken | None:
    return (
        OAuthToken.objects.select_related("grant")
        .filter(
            digest=_digest(text),
            kind=kind,
            expires_at__gt=clock.now(),
            grant__client=client,
            grant__revoked_at=None,
            grant__user__is_active=True,
        )
        .first()
    )


def _use(token: OAuthToken) -> bool:
    """Mark a token as used; False when somebody was faster."""
    return OAuthToken.objects.filter(pk=token.pk, used_at=None).update(used_at=clock.now()) == 1


def _issue_pair(grant: OAuthGrant) -> Tokens:
    with transaction.atomic():
        return Tokens(
            access_token=_issue(grant, Kind.ACCESS),
            refresh_token=_issue(grant, Kind.REFRESH),
            expires_in=int(_LIVES[Kind.ACCESS].total_seconds()),
            verbs=grant.verbs,
        )


def _issue(grant: OAuthGrant, kind: Kind, **of_code: str) -> str:
    text = _BEGINNINGS[kind] + secrets.token_urlsafe(32)
    expires_at = clock.now() + _LIVES[kind]
    OAuthToken.objects.create(grant=grant, kind=kind, digest=_digest(text), expires_at=expires_at, **of_code)
    return text


def _proves(verifier: str, challenge: str) -> bool:
    if not challenge:
        return not verifier
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


def _invalid_grant(sentence: str) -> OAuthRefusalError:
    return OAuthRefusalError("invalid_grant", sentence)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
