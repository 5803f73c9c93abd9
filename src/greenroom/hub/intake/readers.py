"""What this app does when something has happened."""

from collections.abc import Sequence

from greenroom.hub.connections.models import Connection
from greenroom.hub.intake.services import ask_for_webhooks, let_go
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader


@reader("intake.webhooks", kinds=["connected", "disconnected"])
def follow_connections(facts: Sequence[Fact]) -> None:
    """Ask for the webhooks of an account as soon as it is connected, and forget them when it is let go."""
    for connection in Connection.objects.filter(pk__in={fact.connection_id for fact in facts}):
        # As it is now: it may have been connected again meanwhile.
        if connection.state == Connection.State.DISCONNECTED:
            let_go(connection=connection)
        else:
            ask_for_webhooks(connection=connection)
