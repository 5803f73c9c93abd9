"""What a site administrator has to know on every page."""

from django.db.models import Value

from greenroom.hub.automation.models import Hook
from greenroom.hub.connections.models import Connection
from greenroom.hub.jobs.selectors import live_workers


def list_troubles() -> list[str]:
    """
    Return what a person has to do: `reconnect` an account, look at a `hook` that was switched off, start a worker
    when there is `no_worker`.

    One query over three small tables. Nothing is remembered, so that a trouble is gone from the page that ended it.
    """
    waiting = Connection.objects.filter(state=Connection.State.RECONNECT_NEEDED).order_by()
    disabled = Hook.objects.filter(state=Hook.State.DISABLED).order_by()
    found = set(
        waiting.values_list(Value("reconnect")).union(
            disabled.values_list(Value("hook")), live_workers().order_by().values_list(Value("worker"))
        )
    )
    troubles = [name for name in ("reconnect", "hook") if (name,) in found]
    return troubles if ("worker",) in found else [*troubles, "no_worker"]
