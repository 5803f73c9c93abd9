"""Ending hooks whose time is over, or whose key is."""

from collections.abc import Iterable

from greenroom.hub.automation.models import Hook
from greenroom.hub.core import clock
from greenroom.hub.users.api_keys import find_valid_keys
from greenroom.hub.users.oauth import find_valid_grants

# By the beginning of `Caller.owner`: who knows which of them still count.
_VALID = {"key": find_valid_keys, "grant": find_valid_grants}


def end_what_is_over() -> None:
    """End hooks that have expired, and those whose key or leave was taken back or has expired. Five queries at most."""
    alive = Hook.objects.exclude(state=Hook.State.REMOVED)
    owners = set(alive.order_by().values_list("owner", flat=True).distinct())
    if not owners:
        return
    alive.filter(expires_at__lte=clock.now()).update(state=Hook.State.REMOVED, state_reason="expired")
    ended = owners - _find_valid(owners)
    if ended:
        alive.filter(owner__in=ended).update(state=Hook.State.REMOVED, state_reason="key_ended")


def _find_valid(owners: Iterable[str]) -> set[str]:
    by_kind: dict[str, set[int]] = {}
    for kind, _, number in (owner.partition(":") for owner in owners):
        by_kind.setdefault(kind, set()).add(int(number))
    return {f"{kind}:{pk}" for kind, pks in by_kind.items() for pk in _VALID[kind](pks)}
