"""What waits for a person in the demo: answers of GoTo's that are not taken at their word, or cannot be read."""

from collections.abc import Mapping
from typing import Any

import httpx2
from django.conf import settings

from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.events.models import Event
from greenroom.hub.sync.services import open_run, synchronize

_OF_REGISTRANTS = {"operation": "getAllRegistrantsForWebinar", "times": 1}
# What goes wrong with the registrants of which event. They are over, so that nothing but a person, or reading
# everything, settles it.
_FAULTS: Mapping[str, Mapping[str, Any]] = {
    "Budgeting for small teams": {"kind": "shrunken_list"},
    "Welcoming a new colleague": {"kind": "schema_drift", "change": "missing", "member": "registrantKey", "rows": 1},
}


def fill_doubts() -> None:
    """
    Have one list of registrants come back with half of them, and one with a row that has lost its key.

    Raises:
        TemporarilyUnavailableError: the sandbox does not take faults.
    """
    for event in Event.objects.filter(title__in=_FAULTS).select_related("connection"):
        _read_wrongly(event, {**_OF_REGISTRANTS, **_FAULTS[event.title]})


def _read_wrongly(event: Event, fault: Mapping[str, Any]) -> None:
    with httpx2.Client(base_url=settings.GOTO_API_URL, transport=settings.GOTO_TRANSPORT) as sandbox:
        if not sandbox.post("/_sandbox/faults", json=fault).is_success:
            raise TemporarilyUnavailableError("The sandbox took no fault for the demo.")
    run = open_run(connection=event.connection, product=event.product, event_key=event.event_key, is_full=True)
    if run:
        synchronize(run=run)
