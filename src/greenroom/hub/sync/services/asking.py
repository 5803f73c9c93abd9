"""Asking GoTo for one thing that somebody needs now."""

from datetime import timedelta

from django.db.models import QuerySet

from greenroom.goto import GotoError
from greenroom.hub.connections.errors import AccountNotOpenError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.errors import ReconnectNeededError
from greenroom.hub.events.errors import UnknownEventError
from greenroom.hub.events.links import PastedLink
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS, get_product
from greenroom.hub.events.selectors import find_pasted_events
from greenroom.hub.events.services import store_event, store_registration_form
from greenroom.hub.jobs.registry import task


def keep_registration_form_fresh(*, event: Event, at_most: timedelta = timedelta(hours=1)) -> None:
    """Have the organizer's form read again in the background when it is unknown, refused or older than that."""
    if event.state in {Event.State.CANCELLED, Event.State.MISSING}:
        return  # nobody signs up any more, and GoTo has no form
    read_at = event.registration_form_read_at
    if read_at is None or clock.now() - read_at > at_most:
        read_registration_form.enqueue(event_id=event.pk, dedupe_key=f"form:{event.pk}")


@task(queue="goto", priority=5, max_attempts=5)
def read_registration_form(event_id: int, is_waited_for: bool = False) -> None:
    """Read what the organizer of one event asks at sign-up; be quick to give up when somebody waits."""
    event = Event.objects.select_related("connection").get(pk=event_id)
    with open_goto(event.connection, is_waited_for=is_waited_for) as goto:
        form = get_product(event.product).get_registration_form(goto, event.organizer_key, event.event_key)
    store_registration_form(event=event, form=form)


def find_at_goto(*, link: PastedLink, among: QuerySet[Connection]) -> list[Event]:
    """
    Return the events a pasted link points to; one that we do not have yet is asked for at GoTo, account by account.

    Args:
        among: the connections that whoever asks may use.

    Raises:
        AccountNotOpenError: we have the event, and it is of none of these connections.
        UnknownEventError: no connected account has it.
        TemporarilyUnavailableError: GoTo did not answer, so it cannot be told.
    """
    try:
        return _of_these(find_pasted_events(link), among)
    except UnknownEventError:
        key = link.event_key or link.event_number  # of meetings the number is the key
        if not key:
            raise
    for connection in among.filter(state=Connection.State.ACTIVE):
        for product in PRODUCTS.values():
            try:
                with open_goto(connection, is_waited_for=True) as goto:
                    found = product.get_event(goto, connection.organizer_key, key)
            except (GotoError, ReconnectNeededError):
                continue  # this account may not see it, takes the key for a wrong one, or lost its access
            if found:
                return [store_event(connection=connection, product=product.code, found=found)]
    raise UnknownEventError("None of the connected accounts has this event.")


def _of_these(events: list[Event], connections: QuerySet[Connection]) -> list[Event]:
    """Leave out events of other accounts; nothing of them is told but that they are there."""
    usable = set(connections.values_list("pk", flat=True))
    found = [event for event in events if event.connection_id in usable]
    if not found:
        raise AccountNotOpenError(
            "This event belongs to a GoTo account that is not open here. Ask your site administrator to open it."
        )
    return found
