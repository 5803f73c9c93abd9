"""Ending hooks whose time is over, or whose key is."""

from greenroom.hub.automation.models import Hook
from greenroom.hub.core import clock
from greenroom.hub.users.api_keys import find_valid_keys

_KEY = "key:"


def end_what_is_over() -> None:
    """End hooks that have expired, and those whose key was revoked or has expired. Three queries at most."""
    alive = Hook.objects.exclude(state=Hook.State.REMOVED)
    owners = set(alive.order_by().values_list("owner", flat=True).distinct())
    if not owners:
        return
    alive.filter(expires_at__lte=clock.now()).update(state=Hook.State.REMOVED, state_reason="expired")
    keys = {int(owner.removeprefix(_KEY)): owner for owner in owners if owner.startswith(_KEY)}
    ended = [keys[pk] for pk in keys.keys() - find_valid_keys(keys)]
    if ended:
        alive.filter(owner__in=ended).update(state=Hook.State.REMOVED, state_reason="key_ended")
