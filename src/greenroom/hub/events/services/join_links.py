"""Keeping everybody's way into events for which nobody signs up."""

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.links import PastedLink
from greenroom.hub.events.models import Event


def keep_join_link(*, event: Event, link: PastedLink) -> None:
    """
    Keep a pasted join link; GoTo tells it to nobody but who made the event, and then only once.

    Raises:
        InvalidInputError: it is no join link, or leads into another event.
    """
    if not link.join_url:
        problem = "This is no join link. In GoTo, choose Copy invitation and paste it here."
    elif link.event_number != event.event_number:
        problem = "This link leads into another meeting. Paste the one of this meeting."
    else:
        Event.objects.filter(pk=event.pk).update(join_url=link.join_url)
        return
    raise InvalidInputError(problem, {"join_link": problem})
