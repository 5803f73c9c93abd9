"""The organizer's door into an event."""

from datetime import timedelta

from greenroom.goto import GotoError, ResourceNotFoundError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import get_product

_WATCHED_FOR = timedelta(hours=1)


def get_start_url(*, event: Event) -> str:
    """
    Return where the organizer starts an event; GoTo asks them to sign in there. One call.

    Whoever asks is about to start, perhaps long before the plan: the event is watched closely from now on.

    Raises:
        UnknownObjectError: GoTo no longer has the event.
        StateConflictError: GoTo gives no link, such as for an event that is over.
    """
    try:
        with open_goto(event.connection, is_waited_for=True) as goto:
            address = get_product(event.product).get_start_url(goto, event.organizer_key, event.event_key)
    except ResourceNotFoundError as error:
        raise UnknownObjectError("GoTo no longer has this event, so it cannot be started.") from error
    except GotoError as error:
        raise StateConflictError("GoTo gives no link to start this event now.") from error
    Event.objects.filter(pk=event.pk).update(watched_until=clock.now() + _WATCHED_FOR)
    return address
