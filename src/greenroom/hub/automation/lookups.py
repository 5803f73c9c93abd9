"""Finding what a caller names."""

import re

from greenroom.hub.automation.callers import Caller
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event

_NINE_DIGITS = re.compile(r"\d{3}-?\d{3}-?\d{3}")


def find_event(caller: Caller, product: str, named: str) -> Event:
    """
    Return the event that is named by its key or by its nine-digit id, with or without dashes.

    Args:
        product: the code of its product; any when empty.

    Raises:
        UnknownObjectError: there is none among the accounts the caller may touch.
    """
    named = named.strip()
    events = caller.list_events()
    if product:
        events = events.filter(product=product)
    found = events.filter(event_key=named).first()
    if found is None and _NINE_DIGITS.fullmatch(named):
        found = events.filter(event_number=named.replace("-", "")).order_by("-starts_at").first()
    if found is None:
        raise UnknownObjectError("No connected account has this event. Give its key or its nine-digit id.")
    return found
