"""Fetching hooks and what was sent to them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.hooks.subscriptions import digest_of
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.users.models import User


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many deliveries of a hook wait, and how many were given up."""

    waiting: int = 0
    dead: int = 0


def list_hooks_of(caller: Caller, target_url: str = "") -> QuerySet[Hook]:
    """Return a key's own hooks that have not ended, or those with one address."""
    hooks = Hook.objects.exclude(state=Hook.State.REMOVED).filter(owner=caller.owner)
    return hooks.filter(target_digest=digest_of(target_url)) if target_url else hooks


def get_hook_of(caller: Caller, public_id: str) -> Hook:
    """Return a key's own hook, one that has ended too. Raises `UnknownObjectError`."""
    hook = Hook.objects.select_related("created_by").filter(owner=caller.owner, public_id=public_id).first()
    if hook is None:
        raise UnknownObjectError("This key has no such subscription.")
    return hook


def list_hooks_for(user: User) -> QuerySet[Hook]:
    """Return the hooks a person may see: those of their keys, and all of them for a site admin."""
    hooks = Hook.objects.exclude(state=Hook.State.REMOVED).select_related("created_by")
    return hooks if user.is_site_admin else hooks.filter(created_by=user)


def get_hook_for(user: User, pk: int) -> Hook:
    """Return a hook, if the person may see it. Raises `UnknownObjectError` otherwise."""
    hook = list_hooks_for(user).filter(pk=pk).first()
    if hook is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return hook


def get_delivery_for(user: User, pk: int) -> HookDelivery:
    """Return a delivery, if the person may see its hook. Raises `UnknownObjectError` otherwise."""
    deliveries = HookDelivery.objects.select_related("hook").filter(hook__in=list_hooks_for(user))
    delivery = deliveries.filter(pk=pk).first()
    if delivery is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return delivery


def get_delivery_of(hook: Hook, pk: int) -> HookDelivery:
    """Return a delivery of a hook. Raises `UnknownObjectError`."""
    delivery = hook.deliveries.select_related("hook").filter(pk=pk).first()
    if delivery is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return delivery


def list_disabled_hooks(user: User) -> QuerySet[Hook]:
    """Return the hooks a person made that were switched off after failures; for a site admin everybody's."""
    return list_hooks_for(user).filter(state=Hook.State.DISABLED)


def count_backlogs(hooks: Collection[Hook]) -> dict[int, Backlog]:
    """Return what waits and what was given up, by hook. One query."""
    unfinished = HookDelivery.objects.filter(hook__in=hooks, state__in=["waiting", "dead"])
    counts: dict[int, dict[str, int]] = {}
    for hook_id, state, count in unfinished.order_by().values_list("hook", "state").annotate(Count("pk")):
        counts.setdefault(hook_id, {})[state] = count
    return {hook.pk: Backlog(**counts.get(hook.pk, {})) for hook in hooks}
