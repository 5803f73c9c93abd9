"""What a person decides about answers of GoTo's in which much was gone."""

import json
from collections.abc import Callable, Iterable, Mapping

from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.models import Event, HeldAnswer, Listing
from greenroom.hub.events.services.attendance import take_away, tell_of_reading
from greenroom.hub.events.services.mirror import mark_cancelled
from greenroom.hub.events.services.registrants import mark_gone
from greenroom.hub.users.models import User

State = HeldAnswer.State


def obey(*, held: HeldAnswer, actor: User) -> None:
    """
    Take an answer at its word after all: what it lacked is gone, at once.

    Raises:
        StateConflictError: it is held no more.
    """
    with transaction.atomic():
        _decide(held, State.OBEYED, actor)
        _TAKE_AWAY[Listing(held.listing)](held, json.loads(held.gone))


def dismiss(*, held: HeldAnswer, actor: User) -> None:
    """
    Do not believe an answer: what it lacked stays, however often GoTo repeats the same.

    Raises:
        StateConflictError: it is held no more.
    """
    _decide(held, State.DISMISSED, actor)


def _decide(held: HeldAnswer, state: HeldAnswer.State, actor: User) -> None:
    still_held = HeldAnswer.objects.filter(pk=held.pk, state=State.HELD, digest=held.digest)
    if not still_held.update(state=state, decided_by=actor, decided_at=clock.now()):
        raise StateConflictError("GoTo has given another answer since. Look at it again.")


def _let_events_go(held: HeldAnswer, keys: Iterable[str]) -> None:
    events = Event.objects.filter(connection=held.connection_id, product=held.product, event_key__in=list(keys))
    for event in events:
        mark_cancelled(event=event)


def _let_registrants_go(held: HeldAnswer, keys: Iterable[str]) -> None:
    assert held.event is not None
    there = held.event.registrants.filter(gone_at=None).values_list("registrant_key", flat=True)
    mark_gone(held.event, set(there).intersection(keys), clock.now())


def _let_attendees_go(held: HeldAnswer, keys: Iterable[str]) -> None:
    assert held.event is not None
    assert held.session is not None
    take_away(held.session, keys)
    tell_of_reading(held.event, held.session, version=f"obeyed:{held.pk}")


_TAKE_AWAY: Mapping[Listing, Callable[[HeldAnswer, Iterable[str]], None]] = {
    Listing.EVENTS: _let_events_go,
    Listing.REGISTRANTS: _let_registrants_go,
    Listing.ATTENDANCE: _let_attendees_go,
}
