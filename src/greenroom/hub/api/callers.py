"""Who is calling: whoever shows a key."""

from django.http import HttpRequest

from greenroom.hub.api.problems import RefusedCallError
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.courses.access import may_see_events
from greenroom.hub.users.api_keys import find_key
from greenroom.hub.users.models import ApiKey


def identify(request: HttpRequest) -> Caller:
    """
    Return who is calling.

    Raises:
        RefusedCallError: 401, there is no key, or none that is valid.
    """
    text = _shown_key(request)
    if not text:
        raise _unauthorized("no_key", "Send your key as Authorization: Bearer grk_...")
    key = find_key(text)
    if key is None or not may_see_events(key.user):
        raise _unauthorized("invalid_key", "This key is unknown, expired or revoked. Make a new one under API keys.")
    return caller_of(key)


def caller_of(key: ApiKey) -> Caller:
    """Return the caller a key stands for. What this release does not know of a key's verbs, it may not do."""
    return Caller(
        owner=f"key:{key.pk}",
        user=key.user,
        verbs=frozenset(verb for verb in Verb if verb in key.verbs),
        connection_ids=None if key.connection_ids is None else frozenset(key.connection_ids),
    )


def _shown_key(request: HttpRequest) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    return request.headers.get("X-API-Key", "").strip()


def _unauthorized(code: str, sentence: str) -> RefusedCallError:
    return RefusedCallError(401, code, sentence, {"WWW-Authenticate": 'Bearer realm="greenroom"'})
