"""
What the ledger is told of events and of the people in them.

The dedupe keys of facts about a sign-up are made here alone (and in SQL in `services.registrants`): the same news by
webhook, by sync and by our own door must be one fact.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, EventSession, Registrant
from greenroom.hub.ledger.services import NewFact

Answers = Sequence[tuple[str, Sequence[str]]]


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


def about_past_session(event: Event, session: EventSession) -> list[NewFact]:
    """Make the facts that a session began and ended of which nobody knew while it ran."""
    version = session.session_key
    began = about_session("session_started", event, session, version=version)
    ended = about_session("session_ended", event, session, version=version)
    return [replace(began, happened_at=session.started_at), replace(ended, happened_at=session.ended_at)]


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


def about_sign_up(event: Event, registrant: Registrant, *, was_waiting: bool = False) -> list[NewFact]:
    """
    Make the facts that a sign-up has come about by: `registered`, and what the organizer decided.

    Where nobody decides, a sign-up that is approved from the start is one fact, not two. `was_waiting` when we knew
    them as waiting before: then somebody has decided, whatever the event says, and just now.
    """
    now = clock.now()
    at = registrant.registered_at or now
    facts = [about_registrant("registered", event, registrant, happened_at=at)]
    if registrant.status == Registrant.Status.DENIED:
        facts.append(about_registrant("denied", event, registrant, happened_at=now if was_waiting else at))
    elif registrant.status == Registrant.Status.APPROVED and (was_waiting or event.needs_approval):
        facts.append(about_registrant("approved", event, registrant, happened_at=now if was_waiting else at))
    return facts


def about_join(event: Event, registrant: Registrant, *, session_key: str, joined_at: datetime) -> NewFact:
    """Make the fact that somebody came into a session; one for each time they came, as GoTo dates it."""
    return NewFact(
        kind="joined",
        happened_at=joined_at,
        dedupe_key=f"joined:{registrant.pk}:{session_key}:{int(joined_at.timestamp() * 1000)}",
        connection_id=event.connection_id,
        event_id=event.pk,
        registrant_id=registrant.pk,
        user_id=registrant.user_id,
        email=registrant.email,
        data={"session_key": session_key},
    )


def about_coming_date(event: Event, *, starts_at: datetime, minutes: int) -> NewFact:
    """Make the fact that a date of an event is so many minutes away; one for each date and number of minutes."""
    return NewFact(
        kind="starts_soon",
        happened_at=clock.now(),
        dedupe_key=f"starts_soon:{event.pk}:{int(starts_at.timestamp())}:{minutes}",
        connection_id=event.connection_id,
        event_id=event.pk,
        data={"minutes": minutes, "starts_at": starts_at.isoformat()},
    )


def about_survey(
    event: Event, registrant: Registrant, *, session_key: str, survey: str, answers: Answers, sent_at: datetime
) -> NewFact:
    """Make the fact that somebody sent in a survey; the same answers to it are one."""
    data = {"session_key": session_key, "survey": survey, "answers": answers}
    return NewFact(
        kind="survey_submitted",
        happened_at=sent_at,
        dedupe_key=f"survey_submitted:{registrant.pk}:{hashlib.sha256(json.dumps(data).encode()).hexdigest()}",
        connection_id=event.connection_id,
        event_id=event.pk,
        registrant_id=registrant.pk,
        user_id=registrant.user_id,
        email=registrant.email,
        data=data,
    )
