"""The organizer's door into an event."""

from greenroom.goto import ResourceNotFoundError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import get_product


def get_start_url(*, event: Event) -> str:
    """
    Return where the organizer starts an event; GoTo asks them to sign in there. One call.

    Raises:
        UnknownObjectError: GoTo no longer has the event.
    """
    try:
        with open_goto(event.connection) as goto:
            return get_product(event.product).get_start_url(goto, event.organizer_key, event.event_key)
    except ResourceNotFoundError as error:
        raise UnknownObjectError("GoTo no longer has this event, so it cannot be started.") from error
