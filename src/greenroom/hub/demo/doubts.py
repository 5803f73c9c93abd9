"""What waits for a person in the demo: an answer of GoTo's that is not taken at its word."""

import httpx2
from django.conf import settings

from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.events.models import Event
from greenroom.hub.sync.services import open_run, synchronize

# It is over, so that nothing but a person, or reading everything, settles it.
_DOUBTED = "Budgeting for small teams"
_SHRUNKEN = {"kind": "shrunken_list", "operation": "getAllRegistrantsForWebinar", "times": 1}


def fill_doubts() -> None:
    """
    Have one list of registrants come back with half of them.

    Raises:
        TemporarilyUnavailableError: the sandbox does not take faults.
    """
    event = Event.objects.filter(title=_DOUBTED).select_related("connection").first()
    if event is None:
        return
    with httpx2.Client(base_url=settings.GOTO_API_URL, transport=settings.GOTO_TRANSPORT) as sandbox:
        if not sandbox.post("/_sandbox/faults", json=_SHRUNKEN).is_success:
            raise TemporarilyUnavailableError("The sandbox took no fault for the demo.")
    run = open_run(connection=event.connection, product=event.product, event_key=event.event_key, is_full=True)
    if run:
        synchronize(run=run)
