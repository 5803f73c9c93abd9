"""What this app does when something has happened."""

from greenroom.hub.automation import triggers
from greenroom.hub.automation.hooks.fan_out import fan_out
from greenroom.hub.automation.registry import list_triggers
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader

__all__ = ["triggers"]


@reader("automation.hooks", kinds=sorted({kind for trigger in list_triggers() for kind in trigger.kinds}))
def make_hook_deliveries(facts: list[Fact]) -> None:
    """Keep what happened for every program that is to be called."""
    fan_out(facts)
