"""
The members that items of many triggers share, and what fills them.

An item holds all a flow needs, so that it need not ask again. It tells how things are when it is fetched; what a fact
itself tells, such as the time attended, is as it was then.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event, EventSession, Registrant
from greenroom.hub.events.services.joining import links_of
from greenroom.hub.ledger.models import Fact


class EventItem(msgspec.Struct, frozen=True, kw_only=True):
    """An event."""

    event_key: Annotated[str, told("Event key", "What GoTo calls the event.")]
    event_number: Annotated[str, told("Event number", "The nine digits people type; empty when it has none.")]
    product: Annotated[str, told("Product", "webinar, training, meeting or assist.")]
    title: Annotated[str, told("Title", "The event's title.")]
    description: Annotated[str, told("Description", "What it is about.")]
    state: Annotated[str, told("State", "scheduled, live, ended, missing or cancelled.")]
    starts_at: Annotated[datetime | None, told("Starts at", "When its first date begins, in UTC.")]
    ends_at: Annotated[datetime | None, told("Ends at", "When its last date ends, in UTC.")]
    time_zone: Annotated[str, told("Time zone", "The organizer's time zone.")]
    registration_url: Annotated[str, told("Registration URL", "The page on which anybody can sign up.")]
    organizer_key: Annotated[str, told("Organizer key", "What GoTo calls the organizer.")]
    organizer_name: Annotated[str, told("Organizer", "Who holds it.")]
    organizer_email: Annotated[str, told("Organizer's address", "The organizer's e-mail address.")]


class RegistrantItem(EventItem, frozen=True, kw_only=True):
    """Somebody who signed up for an event."""

    registrant_key: Annotated[str, told("Registrant key", "What GoTo calls the registrant.")]
    email: Annotated[str, told("Email", "Their address.")]
    first_name: Annotated[str, told("First name", "Their first name.")]
    last_name: Annotated[str, told("Last name", "Their last name.")]
    status: Annotated[str, told("Status", "APPROVED, WAITING or DENIED.")]
    registered_at: Annotated[datetime | None, told("Registered at", "When they signed up, in UTC.")]
    join_url: Annotated[
        str, told("Join URL", "The link with which this person, and nobody else, joins; empty when they are off.")
    ]


class Mirror:
    """What the mirror has of the things that some facts are about. One query for each kind of thing that is asked."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        """Read nothing yet."""
        self._facts = facts

    def event(self, fact: Fact) -> Event | None:
        """Return the event a fact is about."""
        return self._events.get(fact.event_id or 0)

    def registrant(self, fact: Fact) -> Registrant | None:
        """Return the sign-up a fact is about."""
        return self._registrants.get(fact.registrant_id or 0)

    def session(self, fact: Fact) -> EventSession | None:
        """Return the session a fact is about."""
        return self._sessions.get(fact.session_id or 0)

    def connection(self, fact: Fact) -> Connection | None:
        """Return the account a fact is about."""
        return self._connections.get(fact.connection_id or 0)

    @cached_property
    def _events(self) -> dict[int, Event]:
        wanted = {one.event_id for one in self._facts if one.event_id}
        return Event.objects.select_related("connection").prefetch_related("times").in_bulk(wanted)

    @cached_property
    def _registrants(self) -> dict[int, Registrant]:
        return Registrant.objects.in_bulk({one.registrant_id for one in self._facts if one.registrant_id})

    @cached_property
    def _sessions(self) -> dict[int, EventSession]:
        return EventSession.objects.in_bulk({one.session_id for one in self._facts if one.session_id})

    @cached_property
    def _connections(self) -> dict[int, Connection]:
        return Connection.objects.in_bulk({one.connection_id for one in self._facts if one.connection_id})


Build = Callable[[Sequence[Fact]], list[msgspec.Struct | None]]


def of_each(make: Callable[[Mirror, Fact], msgspec.Struct | None]) -> Build:
    """Return the `build` of a trigger whose items are made fact by fact from the mirror."""

    def build(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
        mirror = Mirror(facts)
        return [make(mirror, fact) for fact in facts]

    return build


def of_event(event: Event) -> dict[str, Any]:
    """Return the members of an `EventItem`."""
    return {
        "event_key": event.event_key,
        "event_number": event.event_number,
        "product": event.product,
        "title": event.title,
        "description": event.description,
        "state": event.state,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "time_zone": event.time_zone,
        "registration_url": event.registration_url,
        "organizer_key": event.organizer_key,
        "organizer_name": event.connection.organizer_name,
        "organizer_email": event.connection.organizer_email,
    }


def of_registrant(event: Event, registrant: Registrant) -> dict[str, Any]:
    """Return the members of a `RegistrantItem`."""
    return of_event(event) | {
        "registrant_key": registrant.registrant_key,
        "email": registrant.email,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
        "status": registrant.status,
        "registered_at": registrant.registered_at,
        "join_url": links_of(registrant).join,
    }


def sample_events(product: str = "webinar") -> list[dict[str, Any]]:
    """Return the members of three events as they could be."""
    return [
        {
            "event_key": key,
            "event_number": number,
            "product": product,
            "title": title,
            "description": "",
            "state": "scheduled",
            "starts_at": datetime(2026, 3, day, 9, tzinfo=UTC),
            "ends_at": datetime(2026, 3, day, 10, tzinfo=UTC),
            "time_zone": "Europe/Berlin",
            "registration_url": f"https://register.example.com/{number}",
            "organizer_key": "4211000000000000001",
            "organizer_name": "Olga Ortiz",
            "organizer_email": "olga@example.com",
        }
        for key, number, title, day in (
            ("5312497713849125120", "531727708", "Safe lifting", 4),
            ("5312497713849125121", "531727709", "First aid", 11),
            ("5312497713849125122", "531727710", "Fire drill", 18),
        )
    ]


def sample_registrants(status: str = "APPROVED") -> list[dict[str, Any]]:
    """Return the members of three people who could have signed up."""
    return [
        event
        | {
            "registrant_key": f"80410000000000{number}",
            "email": f"{first.lower()}@example.com",
            "first_name": first,
            "last_name": last,
            "status": status,
            "registered_at": event["starts_at"] - timedelta(days=7),
            "join_url": f"https://greenroom.example.com/go/join/r/sample-{number}/",
        }
        for number, (event, first, last) in enumerate(
            zip(sample_events(), ("Lena", "Ben", "Chris"), ("Fischer", "Okoro", "Novak"), strict=True), start=10001
        )
    ]
