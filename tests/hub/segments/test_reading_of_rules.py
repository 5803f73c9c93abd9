"""The statement that rules become finds whom a plain reading of them finds, whatever people did."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.hub.contacts.models import Contact, Participation
from greenroom.hub.contacts.services import add_tags
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.segments.rules import find_contacts, read_rules

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENTS = [("webinar", "Ladder safety"), ("webinar", "Ropes"), ("training", "Ladder repair")]


@dataclass(frozen=True)
class Deed:
    """What somebody did with the event of that number."""

    event: int
    minutes: int = 0
    percent: int = 0
    sessions: int = 0
    registered: bool = True
    approved: bool = True
    is_final: bool = True


@dataclass(frozen=True)
class Person:
    country: str
    tags: frozenset[str]
    deeds: tuple[Deed, ...]


def _consistent(one: Deed) -> Deed:
    came = one.minutes > 0
    return replace(one, percent=one.percent if came else 0, sessions=max(one.sessions, 1) if came else 0)


deeds = st.builds(
    Deed, event=st.integers(0, 2), minutes=st.sampled_from([0, 0, 14, 15, 90]), percent=st.sampled_from([49, 50, 100]),
    sessions=st.integers(1, 3), registered=st.booleans(), approved=st.booleans(), is_final=st.booleans(),
).map(_consistent)  # fmt: skip
persons = st.builds(
    Person, country=st.sampled_from(["DE", "de", "AT", ""]), tags=st.frozensets(st.sampled_from(["VIP", "North"])),
    deeds=st.lists(deeds, max_size=3, unique_by=lambda one: one.event).map(tuple),
)  # fmt: skip

measured = st.fixed_dictionaries(
    {"did": st.just("attended")},
    optional={
        "minutes": st.sampled_from([1, 15, 16]), "percent": st.sampled_from([50, 51]),
        "sessions": st.sampled_from([1, 2, 3]), "times": st.integers(1, 3),
    },
)  # fmt: skip
done = st.fixed_dictionaries(
    {"did": st.sampled_from(["registered", "approved", "cancelled", "attended", "missed"])},
    optional={
        "events": st.lists(st.integers(0, 3), min_size=1, max_size=2),
        "product": st.sampled_from(["webinar", "training"]),
        "title": st.sampled_from(["ladder", "ROPES", "%"]), "times": st.integers(1, 3),
        "starts_from": st.sampled_from([START, START + timedelta(days=1)]),
        "starts_before": st.sampled_from([START + timedelta(days=1), START + timedelta(days=9)]),
    },
)  # fmt: skip
others = st.sampled_from(
    [
        {"tag": "vip"},
        {"field": "country", "is": "equals", "value": "De"},
        {"field": "country", "is": "empty"},
        {"field": "country", "is": "in", "values": ["at", "fr"]},
    ]
)
trees: st.SearchStrategy[dict[str, Any]] = st.recursive(
    measured | done | others,
    lambda below: (
        st.builds(lambda one: {"not": one}, below)
        | st.builds(lambda some: {"all": some}, st.lists(below, max_size=3))
        | st.builds(lambda some: {"any": some}, st.lists(below, max_size=3))
    ),
    max_leaves=6,
)


def is_found(rule: dict[str, Any], person: Person) -> bool:
    """Read a rule as its documentation says it."""
    if "not" in rule:
        return not is_found(rule["not"], person)
    if "all" in rule:
        return bool(rule["all"]) and all(is_found(one, person) for one in rule["all"])
    if "any" in rule:
        return any(is_found(one, person) for one in rule["any"])
    if "tag" in rule:
        return rule["tag"].lower() in {one.lower() for one in person.tags}
    if "field" in rule:
        wanted = {"empty": [""], "equals": [rule.get("value", "")]}.get(rule["is"]) or rule["values"]
        return person.country.lower() in {one.lower() for one in wanted}
    return sum(_counts(rule, one) for one in person.deeds) >= rule.get("times", 1)


def _counts(rule: dict[str, Any], deed: Deed) -> bool:
    product, title = EVENTS[deed.event]
    starts_at = START + timedelta(days=deed.event)
    did = {
        "registered": deed.registered,
        "approved": deed.approved,
        "cancelled": not deed.registered,
        "attended": deed.minutes > 0,
        "missed": deed.registered and deed.is_final and deed.minutes == 0,
    }
    return (
        did[rule["did"]]
        and deed.event in rule.get("events", [deed.event])
        and product == rule.get("product", product)
        and rule.get("title", "").lower() in title.lower()
        and rule.get("starts_from", starts_at) <= starts_at
        and starts_at < rule.get("starts_before", starts_at + timedelta(1))
        and deed.minutes >= rule.get("minutes", 0)
        and deed.percent >= rule.get("percent", 0)
        and deed.sessions >= rule.get("sessions", 0)
    )


def as_json(rule: dict[str, Any], keys: list[int]) -> dict[str, Any]:
    """Return a rule with the ids of events for their numbers, and moments as text."""
    if "not" in rule:
        return {"not": as_json(rule["not"], keys)}
    if head := next((name for name in ("all", "any") if name in rule), ""):
        return {head: [as_json(one, keys) for one in rule[head]]}
    moments = {name: value.isoformat() for name, value in rule.items() if isinstance(value, datetime)}
    events = {"events": [keys[number] for number in rule["events"]]} if "events" in rule else {}
    return rule | moments | events


@pytest.fixture
def keys(connection) -> list[int]:
    """Return the ids of the events, and of one that is gone."""
    made = [
        Event.objects.create(
            connection=connection, product=product, event_key=str(number), organizer_key="1", title=title,
            starts_at=START + timedelta(days=number),
        ).pk
        for number, (product, title) in enumerate(EVENTS)
    ]  # fmt: skip
    return [*made, 10**9]


def keep(person: Person, keys: list[int]) -> int:
    contact = Contact.objects.create(country=person.country, source="hand", created_at=clock.now())
    add_tags(contacts=[contact.pk], names=person.tags)
    Participation.objects.bulk_create(
        Participation(
            contact=contact, event_id=keys[one.event], is_registered=one.registered, is_approved=one.approved,
            was_registered=True, attended_seconds=60 * one.minutes, attended_percent=one.percent,
            sessions_attended=one.sessions, is_final=one.is_final,
        )
        for one in person.deeds
    )  # fmt: skip
    return contact.pk


@settings(max_examples=40)
@given(st.lists(persons, min_size=1, max_size=5), st.lists(trees, min_size=1, max_size=4))
def test_statement_finds_whom_the_rule_says(keys, people, rules):
    with transaction.atomic():
        kept = {keep(one, keys): one for one in people}
        for rule in rules:
            expected = {pk for pk, person in kept.items() if is_found(rule, person)}
            tree = read_rules(as_json(rule, keys))
            assert expected == set(find_contacts(tree).values_list("pk", flat=True)), rule
        transaction.set_rollback(True)
