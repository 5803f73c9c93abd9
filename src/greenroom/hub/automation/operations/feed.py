"""Everything that happened, in one stream, for programs that keep a copy of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from django.core import signing
from django.db.models import Q

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.registry import operation
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event, EventSession, Registrant
from greenroom.hub.ledger.delivery import Place, end_after
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.selectors import list_facts_between

_START: Place = (0, 0)


class FeedInput(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on."""

    cursor: Annotated[
        str, told("Cursor", "As the answer before told; without one, only news from now on.", max_length=200)
    ] = ""
    limit: Annotated[int, told("Limit", "How many to return at most, up to 200.", examples=[100], ge=1, le=200)] = 100


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    id: Annotated[str, told("Id", "Names it; the same in every answer.")]
    kind: Annotated[str, told("Kind", "Such as registered, cancelled, event_changed or attended.")]
    happened_at: Annotated[datetime, told("Happened at", "When it happened, in UTC.")]
    product: Annotated[str, told("Product", "webinar, training, meeting or assist.")]
    event_key: Annotated[str, told("Event key", "What GoTo calls the event it happened to.")]
    session_key: Annotated[str, told("Session key", "What GoTo calls the session; empty when it is about none.")]
    registrant_key: Annotated[str, told("Registrant key", "What GoTo calls the person; empty when it is about nobody.")]
    email: Annotated[str, told("Email", "The person's address; empty when it is about nobody.")]


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """What happened since a cursor, the oldest first."""

    items: Annotated[list[Happening], told("Items", "What happened.")]
    cursor: Annotated[str, told("Cursor", "Where to go on.")]
    has_more: Annotated[bool, told("Has more", "Whether more is there already.")]


@operation("GetFeed", "GET", "/feed", summary="Get event feed", verb=Verb.READ, tags=["Events"])
def get_feed(caller: Caller, wanted: FeedInput) -> Feed:
    """
    Returns all that happened to events and people since a cursor, each thing once.

    What is answered again with the same cursor is the same.
    """
    if not wanted.cursor:
        return Feed(items=[], cursor=_written(end_after(_START) or _START, caller), has_more=False)
    place = _read(wanted.cursor, caller)
    end = end_after(place)
    if end is None:
        return Feed(items=[], cursor=wanted.cursor, has_more=False)
    mine = Q(event_id__in=caller.list_events().order_by().values("pk"))
    facts = list(list_facts_between(place, end).filter(mine)[: wanted.limit])
    is_full = len(facts) == wanted.limit
    place = (facts[-1].tx, facts[-1].pk) if is_full else end
    return Feed(items=_told(facts), cursor=_written(place, caller), has_more=is_full)


def _told(facts: Sequence[Fact]) -> list[Happening]:
    """Tell of facts. Three queries, whatever their number."""
    events = Event.objects.in_bulk({fact.event_id for fact in facts if fact.event_id})
    people = Registrant.objects.in_bulk({fact.registrant_id for fact in facts if fact.registrant_id})
    sessions = EventSession.objects.in_bulk({fact.session_id for fact in facts if fact.session_id})
    return [
        Happening(
            id=str(fact.pk),
            kind=fact.kind,
            happened_at=fact.happened_at,
            product=events[fact.event_id].product,
            event_key=events[fact.event_id].event_key,
            session_key=sessions[fact.session_id].session_key if fact.session_id in sessions else "",
            registrant_key=people[fact.registrant_id].registrant_key if fact.registrant_id in people else "",
            email=fact.email or "",
        )
        for fact in facts
        if fact.event_id in events
    ]


def _written(place: Place, caller: Caller) -> str:
    return _signer(caller).sign_object(list(place))


def _read(cursor: str, caller: Caller) -> Place:
    try:
        tx, fact_id = _signer(caller).unsign_object(cursor)
    except signing.BadSignature:
        raise UnknownObjectError("This cursor was not given to you. Ask without one first.") from None
    return tx, fact_id


def _signer(caller: Caller) -> signing.Signer:
    return signing.Signer(salt=f"feed:{caller.owner}")
