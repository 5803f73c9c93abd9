"""What happened, in words: facts of the ledger as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.selectors import list_facts_about

Kind = Fact.Kind

# How a fact about a person is said after their name, with the variant of its badge.
_OF_A_PERSON = {
    Kind.REGISTERED: ("registered", "info"),
    Kind.APPROVED: ("was approved", "ok"),
    Kind.DENIED: ("was denied", "bad"),
    Kind.CANCELLED: ("is no longer registered", "quiet"),
    Kind.JOINED: ("joined", "live"),
    Kind.ATTENDED: ("attended", "ok"),
    Kind.ABSENT: ("did not attend", "quiet"),
}
_OF_THE_EVENT = {
    Kind.EVENT_CREATED: ("First seen at GoTo", "info"),
    Kind.EVENT_CHANGED: ("Changed at GoTo", "warn"),
    Kind.EVENT_CANCELLED: ("Cancelled at GoTo", "bad"),
    Kind.SESSION_STARTED: ("Started", "live"),
    Kind.SESSION_ENDED: ("Ended", "quiet"),
    Kind.ATTENDANCE_FINAL: ("Attendance became final", "ok"),
    Kind.RECORDING_READY: ("A recording is ready", "info"),
}
_MEMBERS = {
    "title": "Title",
    "starts_at": "Start",
    "ends_at": "End",
    "time_zone": "Time zone",
    "description": "Description",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a member of an event was and is; moments are given as such, so that they are shown in the viewer's zone."""

    member: str
    before: str | datetime
    after: str | datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline; `person` is empty for what happened to the event itself."""

    happened_at: datetime
    person: str
    words: str
    variant: str
    changes: tuple[Change, ...]
    seconds: int | None


def list_activity(*, event: Event) -> QuerySet[Fact]:
    """Return the facts about an event that are told to people, the latest first."""
    facts = list_facts_about(event_id=event.pk).filter(kind__in=[*_OF_A_PERSON, *_OF_THE_EVENT])
    return facts.order_by("-happened_at", "-pk")


def tell(facts: Sequence[Fact]) -> list[Entry]:
    """Put facts into words. One query, for the names."""
    people = Registrant.objects.defer("join_url").in_bulk({one.registrant_id for one in facts if one.registrant_id})
    return [_entry(one, people) for one in facts]


def _entry(fact: Fact, people: Mapping[int, Registrant]) -> Entry:
    words, variant = _OF_A_PERSON.get(Kind(fact.kind)) or _OF_THE_EVENT[Kind(fact.kind)]
    person = ""
    if fact.kind in _OF_A_PERSON:
        known = people.get(fact.registrant_id or 0)
        person = known.get_full_name() if known else fact.email or "Somebody"
    is_change = fact.kind == Kind.EVENT_CHANGED
    return Entry(
        fact.happened_at,
        person,
        words,
        variant,
        _changes(fact.data) if is_change else (),
        fact.data.get("attended_seconds"),
    )


def _changes(data: Mapping[str, Any]) -> tuple[Change, ...]:
    told = [(name, value) for name, value in data.items() if name in _MEMBERS and isinstance(value, list)]
    return tuple(Change(_MEMBERS[name], _readable(name, old), _readable(name, new)) for name, (old, new) in told)


def _readable(name: str, value: Any) -> str | datetime:
    if name.endswith("_at") and value:
        return parse_datetime(value) or str(value)
    return str(value or "nothing")
