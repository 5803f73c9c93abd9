"""What acts do for single people: mails to registrants, and who is on the team."""

from functools import partial

import msgspec

from greenroom.goto import GoTo
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event, EventAct, Registrant
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import RegistrantData, TeamMemberData
from greenroom.hub.events.services.acts.sending import Store, send
from greenroom.hub.events.services.team import store_team


def carry_resend(goto: GoTo, act: EventAct) -> Store:
    """
    Have GoTo mail somebody their confirmation again.

    Raises:
        UnknownObjectError: they are not registered any more; asking GoTo would sign them up anew.
    """
    product, one = get_product(act.product), Registrant.objects.select_related("event").get(pk=act.wanted["registrant"])
    if not one.is_there:
        raise UnknownObjectError("This person is not registered any more.")
    told = RegistrantData(
        one.registrant_key, one.email, one.first_name, one.last_name, one.status, one.registered_at, ""
    )
    event = one.event
    send(act, lambda: product.resend_confirmation(goto, event.organizer_key, event.event_key, told))
    return lambda: event


def carry_team_change(goto: GoTo, act: EventAct, *, method: str) -> Store:
    """Have somebody put on the team or taken off, and read who is on it then."""
    event, product = act.event, get_product(act.product)
    assert event is not None
    member = msgspec.convert(act.wanted["member"], TeamMemberData)
    send(act, lambda: getattr(product, method)(goto, event.organizer_key, event.event_key, member))
    team = list(product.list_team(goto, event.organizer_key, event.event_key))
    return partial(_store_team, event, team)


def _store_team(event: Event, team: list[TeamMemberData]) -> Event:
    store_team(event=event, found=team)
    return event
