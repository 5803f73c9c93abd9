"""Making, changing and ending hooks."""

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import IntegrityError, transaction

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.hooks.addresses import read_target
from greenroom.hub.automation.hooks.calling import call
from greenroom.hub.automation.hooks.messages import sample_of
from greenroom.hub.automation.hooks.signing import is_secret, make_secret
from greenroom.hub.automation.lookups import find_event
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.automation.narrowing import read_filter
from greenroom.hub.automation.registry import get_trigger
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError

OLD_SECRET_LASTS = timedelta(hours=24)
_MOST_HOOKS = 500
_FORMS = {
    Hook.Platform.GENERIC: Hook.Form.ENVELOPE,
    Hook.Platform.POWER_AUTOMATE: Hook.Form.FLAT,
    Hook.Platform.ZAPIER: Hook.Form.FLAT,
    Hook.Platform.N8N: Hook.Form.FLAT,
    Hook.Platform.MAKE: Hook.Form.FLAT,
}


def subscribe(
    *,
    caller: Caller,
    target_url: str,
    event_types: Collection[str],
    narrowing: Mapping[str, Any],
    platform: str = Hook.Platform.GENERIC,
    form: str = "",
    secret: str = "",
    expires_at: datetime | None = None,
    handshake: bool = False,
) -> tuple[Hook, bool]:
    """
    Have an address called when something happens; return the hook and whether it is new.

    Whoever asks for what they have already gets the hook that is there, switched on again if it had failed. With
    `handshake` the address is asked first whether it agrees.

    Raises:
        InvalidInputError: something is wrong, told per member.
    """
    wanted = _read_filter(caller, event_types, narrowing)
    url = str(read_target(target_url))
    _check_secret(secret)
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidInputError("This subscription would be over already.", {"expires_at": "Give a moment to come."})
    digest = _digest(caller.owner, url, event_types, wanted)
    existing = _find_alive(digest)
    if existing:
        return _revived(existing), False
    if Hook.objects.filter(owner=caller.owner).exclude(state=Hook.State.REMOVED).count() >= _MOST_HOOKS:
        raise StateConflictError(f"A key has at most {_MOST_HOOKS} subscriptions. End some first.")
    if handshake:
        _shake_hands(url)
    hook = Hook(
        public_id=f"hook_{secrets.token_hex(12)}",
        owner=caller.owner,
        created_by=caller.user,
        connection_ids=None if caller.connection_ids is None else sorted(caller.connection_ids),
        target_url=url,
        target_digest=digest_of(url),
        trigger_types=sorted(set(event_types)),
        filter=wanted,
        subscription_digest=digest,
        platform=platform,
        form=form or _FORMS[Hook.Platform(platform)],
        secret=secret or make_secret(),
        unsubscribe_token=secrets.token_urlsafe(32),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    return _store(hook)


def _store(hook: Hook) -> tuple[Hook, bool]:
    try:
        with transaction.atomic():
            hook.save(force_insert=True)
    except IntegrityError:  # somebody has just asked for the same
        existing = _find_alive(hook.subscription_digest)
        if existing is None:
            raise
        return existing, False
    return hook, True


def change(
    *,
    hook: Hook,
    caller: Caller,
    target_url: str | None = None,
    event_types: Sequence[str] | None = None,
    narrowing: Mapping[str, Any] | None = None,
) -> None:
    """
    Have another address called, or the same one for something else. What is on its way goes to the new address.

    Raises:
        InvalidInputError: as `subscribe`.
        StateConflictError: there is a hook for just that already.
    """
    url = str(read_target(target_url)) if target_url is not None else hook.target_url
    types = sorted(set(event_types)) if event_types is not None else hook.trigger_types
    wanted = _read_filter(caller, types, hook.filter if narrowing is None else narrowing)
    hook.target_url, hook.target_digest = url, digest_of(url)
    hook.trigger_types, hook.filter = types, wanted
    hook.subscription_digest = _digest(hook.owner, url, types, wanted)
    columns = ["target_url", "target_digest", "trigger_types", "filter", "subscription_digest"]
    try:
        with transaction.atomic():
            hook.save(update_fields=columns)
    except IntegrityError:
        raise StateConflictError("There is another subscription for just that. End it, or leave this one.") from None


def pause(*, hook: Hook) -> None:
    """Call a hook no more until it is resumed; what happens meanwhile waits for it. Raises `StateConflictError`."""
    _move(hook, {Hook.State.ACTIVE}, Hook.State.PAUSED, "Only a subscription that is active can be paused.")


def resume(*, hook: Hook) -> None:
    """Call a hook again that was paused, or switched off after failures. Raises `StateConflictError`."""
    _move(hook, {Hook.State.PAUSED, Hook.State.DISABLED}, Hook.State.ACTIVE, "This subscription is not switched off.")


def end(*, hook: Hook) -> None:
    """Call a hook no more, for good. May be repeated."""
    Hook.objects.filter(pk=hook.pk).exclude(state=Hook.State.REMOVED).update(
        state=Hook.State.REMOVED, state_reason="asked"
    )


def end_by_token(*, public_id: str, token: str) -> None:
    """
    End a hook by the address that only its subscriber knows. May be repeated.

    Raises:
        UnknownObjectError: there is no such hook, or the token is another one's.
    """
    hook = Hook.objects.filter(public_id=public_id).first()
    if hook is None or not secrets.compare_digest(hook.unsubscribe_token.encode(), token.encode()):
        raise UnknownObjectError("There is no such subscription.")
    end(hook=hook)


def rotate_secret(*, hook: Hook) -> str:
    """
    Sign with a new secret, which is returned, and for a day with the old one as well.

    Raises:
        StateConflictError: the hook has ended; or it changed a moment ago, so that a second one would be lost.
    """
    if hook.state == Hook.State.REMOVED:
        raise StateConflictError("This subscription has ended.")
    secret = make_secret()
    hook.old_secret, hook.old_secret_until = hook.secret, clock.now() + OLD_SECRET_LASTS
    hook.secret = secret
    hook.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return secret


def send_sample(*, hook: Hook, event_type: str = "") -> HookDelivery:
    """
    Have a sample sent, as if something had happened.

    Raises:
        StateConflictError: the hook is not active.
        InvalidInputError: it does not wait for that.
    """
    if hook.state != Hook.State.ACTIVE:
        raise StateConflictError("This subscription is not active. Switch it on first.")
    if event_type and event_type not in hook.trigger_types:
        raise InvalidInputError(
            "The hook does not wait for that.", {"event_type": "Choose one that the hook is subscribed to."}
        )
    message = sample_of(get_trigger(event_type or hook.trigger_types[0]))
    return HookDelivery.objects.create(
        hook=hook,
        message_id=message.id,
        trigger_type=message.type,
        happened_at=message.happened_at,
        payload=message.encrypted_body(hook.form),
        due_at=clock.now(),
        created_at=clock.now(),
    )


def digest_of(url: str) -> str:
    """Return by what an address is found, as it is kept encrypted."""
    return hashlib.sha256(url.encode()).hexdigest()


def unsubscribe_url(hook: Hook) -> str:
    """Return the address that ends a hook for whoever knows it. Below the API's, as Power Platform's connectors ask."""
    return f"{settings.PUBLIC_URL}/api/v1/hooks/out/{hook.public_id}/u/{hook.unsubscribe_token}"


def _read_filter(caller: Caller, event_types: Collection[str], narrowing: Mapping[str, Any]) -> dict[str, Any]:
    """Check types and filter, and return the filter as it is kept: the event by its key."""
    if not event_types:
        raise InvalidInputError("Say what to wait for.", {"event_types": "Give at least one."})
    given = {name: value for name, value in narrowing.items() if value not in {"", None}}
    kept: dict[str, Any] = {}
    for number, name in enumerate(event_types):
        try:
            trigger = get_trigger(name)
        except KeyError:
            raise InvalidInputError(
                "There is no such trigger.", {f"event_types/{number}": "There is no such trigger. See /api/docs."}
            ) from None
        wanted = read_filter(trigger, given)
        if wanted.event:
            kept["event"] = _find_event_key(caller, trigger.product or wanted.product, wanted.event)
        if wanted.minutes is not None:
            kept["minutes"] = wanted.minutes
    return given | kept


def _find_event_key(caller: Caller, product: str, named: str) -> str:
    try:
        return find_event(caller, product, named).event_key
    except UnknownObjectError as error:
        raise InvalidInputError("There is no such event.", {"/event": str(error)}) from None


def _check_secret(secret: str) -> None:
    if secret and not is_secret(secret):
        raise InvalidInputError(
            "This is no secret.", {"secret": "Give whsec_ and 24 to 64 bytes in base64, or none to get one."}
        )


def _digest(owner: str, url: str, event_types: Collection[str], wanted: Mapping[str, Any]) -> str:
    content = [owner, url, sorted(set(event_types)), sorted(wanted.items())]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _find_alive(digest: str) -> Hook | None:
    alive = Hook.objects.exclude(state=Hook.State.REMOVED)
    return alive.select_related("created_by").filter(subscription_digest=digest).first()


def _revived(hook: Hook) -> Hook:
    if hook.state == Hook.State.DISABLED:
        resume(hook=hook)
    return hook


def _move(hook: Hook, before: set[Hook.State], after: Hook.State, otherwise: str) -> None:
    changes = {"state": after, "state_reason": "", "failing_since": None}
    if not Hook.objects.filter(pk=hook.pk, state__in=before).update(**changes):
        raise StateConflictError(otherwise)
    hook.state, hook.state_reason, hook.failing_since = after, "", None


def _shake_hands(url: str) -> None:
    """
    Ask an address whether it agrees to be called.

    Source: CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, section 4.
    """
    origin = urlsplit(settings.PUBLIC_URL).hostname or ""
    answer = async_to_sync(call)(url, method="OPTIONS", headers={"webhook-request-origin": origin})
    allowed = answer.headers.get("webhook-allowed-origin", "")
    if not answer.is_success or allowed not in {"*", origin}:
        raise InvalidInputError(
            "The address does not agree to be called.",
            {"target_url": f"It must answer OPTIONS with WebHook-Allowed-Origin: {origin}."},
        )
