"""
What the ledger is told of events and of the people in them.

The dedupe keys of facts about a sign-up are made here alone (and in SQL in `services.registrants`): the same news by
sync and by our own door must be one fact.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, EventSession, Registrant
from greenroom.hub.ledger.services import NewFact


def about_event(kind: str, event: Event, *, version: str, data: Mapping[str, Any] | None = None) -> NewFact:
    """Make a fact about an event; the same kind happens to it once for each `version`."""
    return NewFact(
        kind=kind,
        happened_at=clock.now(),
        dedupe_key=f"{kind}:{event.pk}:{version}",
        connection_id=event.connection_id,
        event_id=event.pk,
        data=data or {},
    )


def about_session(kind: str, event: Event, session: EventSession, *, version: str) -> NewFact:
    """Make a fact about a session; the same kind happens to it once for each `version`."""
    return NewFact(
        kind=kind,
        happened_at=clock.now(),
        dedupe_key=f"{kind}:{session.pk}:{version}",
        connection_id=event.connection_id,
        event_id=event.pk,
        session_id=session.pk,
    )


def about_registrant(kind: str, event: Event, registrant: Registrant, *, happened_at: datetime) -> NewFact:
    """Make a fact about a sign-up; the same kind happens once to each, and again to somebody who comes back."""
    return NewFact(
        kind=kind,
        happened_at=happened_at,
        dedupe_key=f"{kind}:{registrant.pk}:{registrant.generation}",
        connection_id=event.connection_id,
        event_id=event.pk,
        registrant_id=registrant.pk,
        user_id=registrant.user_id,
        email=registrant.email,
    )
