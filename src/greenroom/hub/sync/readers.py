"""What this app does when something has happened."""

from collections.abc import Sequence

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.events.tasks import deliver_what_waits
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader
from greenroom.hub.sync.services import request_sync


@reader("sync.connected", kinds=["connected"])
def sync_new_connection(facts: Sequence[Fact]) -> None:
    """Pull everything of an account as soon as it is connected, and carry on with what waited for it."""
    deliver_what_waits.enqueue(dedupe_key="deliver_what_waits")
    for connection in Connection.objects.filter(pk__in={fact.connection_id for fact in facts}):
        for product in PRODUCTS:
            request_sync(connection=connection, product=product)
