"""Who is calling: whoever shows a key, or a token for which a person gave leave."""

from django.http import HttpRequest

from greenroom.hub.api.problems import RefusedCallError
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.courses.access import may_see_events
from greenroom.hub.users.api_keys import find_key
from greenroom.hub.users.models import ApiKey, OAuthGrant
from greenroom.hub.users.oauth import ACCESS_BEGINNING, find_grant


def identify(request: HttpRequest) -> Caller:
    """
    Return who is calling.

    Raises:
        RefusedCallError: 401, there is no key, or none that is valid.
    """
    text = _shown_key(request)
    if not text:
        raise _unauthorized("no_key", "Send your key as Authorization: Bearer grk_...")
    leave = find_grant(text) if text.startswith(ACCESS_BEGINNING) else find_key(text)
    if leave is None or not may_see_events(leave.user):
        raise _unauthorized("invalid_key", "This key is unknown, expired or revoked. Make a new one under API keys.")
    return caller_of(leave)


def caller_of(leave: ApiKey | OAuthGrant) -> Caller:
    """Return the caller a key or a grant stands for. Of its verbs, those that this release does not know are left."""
    return Caller(
        owner=f"{'key' if isinstance(leave, ApiKey) else 'grant'}:{leave.pk}",
        user=leave.user,
        verbs=frozenset(verb for verb in Verb if verb in leave.verbs),
        connection_ids=None if leave.connection_ids is None else frozenset(leave.connection_ids),
    )


def _shown_key(request: HttpRequest) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    return request.headers.get("X-API-Key", "").strip()


def _unauthorized(code: str, sentence: str) -> RefusedCallError:
    told = 'Bearer realm="greenroom"' + (', error="invalid_token"' if code == "invalid_key" else "")
    return RefusedCallError(401, code, sentence, {"WWW-Authenticate": told})
