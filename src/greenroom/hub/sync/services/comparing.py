"""
Comparing the mirror with GoTo, row by row: the proof that it is a true copy.

GoTo is asked for everything anew and nothing is written. What differs is named by GoTo's keys, never by people's data.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from greenroom.goto import GoTo, ResourceNotFoundError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, EventSession
from greenroom.hub.events.presence import merge_presence, seconds_of
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.products.base import Ability, AttendeeData, EventData, RegistrantData, SessionData
from greenroom.hub.events.services.attendance import attendee_key_of
from greenroom.hub.sync.selectors import ABSENT

_BACK = _AHEAD = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same here and at GoTo. `key` is GoTo's; `what` says how it differs."""

    product: str
    event_key: str
    what: str
    key: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.product} {self.event_key}: {self.what}{f' {self.key}' if self.key else ''}"


def compare(*, connection: Connection, product: str) -> Iterator[Difference]:
    """
    Yield what differs between the mirror and GoTo, for one product of one connection.

    Makes as many calls as a full sync. What changes at GoTo meanwhile is told as a difference, too.
    """
    kind = get_product(product).for_one_run()
    now = clock.now()
    with open_goto(connection) as goto:
        listed = {
            one.event_key: one for one in kind.list_events(goto, connection.organizer_key, now - _BACK, now + _AHEAD)
        }
        ours = {event.event_key: event for event in Event.objects.filter(connection=connection, product=product)}
        yield from _compare_events(product, listed, ours)
        # Finished trainings leave the list, and what was deleted after its end cannot be asked for any more.
        there = [event for key, event in ours.items() if event.state not in ABSENT and key in listed]
        yield from _compare_sessions(goto, connection, kind, there)
        if Ability.REGISTER in kind.abilities:
            for event in there:
                yield from _compare_registrants(goto, kind, event)


def _compare_events(product: str, listed: Mapping[str, EventData], ours: Mapping[str, Event]) -> Iterator[Difference]:
    # One that another connected organizer shares is kept under theirs.
    shared = set(
        Event.objects.filter(product=product, event_key__in=listed.keys() - ours.keys()).values_list(
            "event_key", flat=True
        )
    )
    for key in sorted(listed.keys() - ours.keys() - shared):
        yield Difference(product, key, "is not here")
    for key, found in listed.items():
        event = ours.get(key)
        if event is None:
            continue
        if event.state in ABSENT:
            yield Difference(product, key, "counts as gone here and is there")
        members = (("title", found.title), ("time_zone", found.time_zone), ("recurrence_key", found.recurrence_key))
        for name, value in members:
            if getattr(event, name) != value:
                yield Difference(product, key, f"has another {name.replace('_', ' ')}")
        if sorted(found.times) != sorted(event.times.values_list("starts_at", "ends_at")):
            yield Difference(product, key, "has other dates")
    now = clock.now()
    for key in sorted(ours.keys() - listed.keys()):
        event = ours[key]
        if event.state not in ABSENT and event.ends_at and event.ends_at > now:
            yield Difference(product, key, "is not there any more")


def _compare_registrants(goto: GoTo, kind: Product, event: Event) -> Iterator[Difference]:
    try:
        listing = kind.list_registrants(goto, event.organizer_key, event.event_key)
    except ResourceNotFoundError:
        yield Difference(kind.code, event.event_key, "has no registrants there")
        return
    theirs: dict[str, RegistrantData] = {one.registrant_key: one for one in listing.rows()}
    ours = {one.registrant_key: one for one in event.registrants.filter(gone_at=None)}
    yield from _compare_keys(kind.code, event, "registrant", theirs, ours)
    for key in theirs.keys() & ours.keys():
        for name in ("email", "first_name", "last_name", "status", "join_url"):
            if getattr(theirs[key], name) != getattr(ours[key], name):
                yield Difference(kind.code, event.event_key, f"has another {name.replace('_', ' ')} of registrant", key)


def _compare_sessions(goto: GoTo, connection: Connection, kind: Product, events: list[Event]) -> Iterator[Difference]:
    by_key = {event.event_key: event for event in events}
    found: dict[str, dict[str, SessionData]] = {key: {} for key in by_key}
    now = clock.now()
    for told in kind.list_sessions(goto, connection.organizer_key, by_key.keys(), now - _BACK, now + timedelta(days=1)):
        found.setdefault(told.event_key, {})[told.session_key] = told
    for key, event in by_key.items():
        ours = {one.session_key: one for one in event.sessions.all()}
        yield from _compare_keys(kind.code, event, "session", found[key], ours)
        for session_key in found[key].keys() & ours.keys():
            session, told = ours[session_key], found[key][session_key]
            if (session.started_at, session.ended_at) != (told.started_at, told.ended_at):
                yield Difference(kind.code, key, "has other times of session", session_key)
            yield from _compare_attendance(goto, kind, event, session, told)


def _compare_attendance(
    goto: GoTo, kind: Product, event: Event, session: EventSession, told: SessionData
) -> Iterator[Difference]:
    listing = kind.list_attendance(goto, event.organizer_key, event.event_key, told)
    stays: dict[str, list[AttendeeData]] = {}
    for row in listing.rows():
        stays.setdefault(attendee_key_of(row), []).append(row)
    theirs = {key: _seconds(session, rows) for key, rows in stays.items()}
    ours = dict(session.attendees.values_list("attendee_key", "attended_seconds"))
    if theirs != ours:
        yield Difference(kind.code, event.event_key, "has other attendance of session", session.session_key)


def _seconds(session: EventSession, rows: Iterable[AttendeeData]) -> int:
    rows = list(rows)
    joined = [stay for row in rows for stay in row.joined]
    if not joined:
        return min(max(row.reported_seconds for row in rows), session.duration_seconds)
    return seconds_of(merge_presence(joined, started_at=session.started_at, ended_at=session.ended_at))


def _compare_keys(
    product: str, event: Event, what: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in sorted(theirs.keys() - ours.keys()):
        yield Difference(product, event.event_key, f"lacks here {what}", key)
    for key in sorted(ours.keys() - theirs.keys()):
        yield Difference(product, event.event_key, f"lacks there {what}", key)
