"""What a site administrator has to know on every page."""

from django.db.models import Value

from greenroom.hub.connections.models import Connection
from greenroom.hub.jobs.selectors import live_workers


def list_troubles() -> list[str]:
    """
    Return what keeps the hub from working: `reconnect` when an account waits for a person, `no_worker`.

    One query over two small tables. Nothing is remembered, so that a trouble is gone from the page that ended it.
    """
    waiting = Connection.objects.filter(state=Connection.State.RECONNECT_NEEDED).order_by()
    found = set(waiting.values_list(Value("reconnect")).union(live_workers().order_by().values_list(Value("worker"))))
    troubles = ["reconnect"] if ("reconnect",) in found else []
    return troubles if ("worker",) in found else [*troubles, "no_worker"]
