"""Fetching segments and their members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, F, Q, QuerySet

from greenroom.hub.contacts.models import Contact, CustomField
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.events.models import Event
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.rules import Rule, find_contacts, read_rules

_SAMPLE = 10
_Key = TypeVar("_Key")


def list_segments() -> QuerySet[Segment]:
    """Return all segments by name, each with `size`, how many are in it. One query."""
    return Segment.objects.annotate(size=Count("members", filter=Q(members__is_in=True))).order_by("name")


def list_segments_of(*, contact: Contact) -> QuerySet[Member]:
    """Return how a contact stands with the segments they are in, by name. One query."""
    return contact.memberships.filter(is_in=True).select_related("segment").order_by("segment__name")


def list_usable_segments(*, segment: Segment | None) -> list[Segment]:
    """Return the segments that the rules of this one may ask for: none that needs it, however far off. One query."""
    segments = list(Segment.objects.all())
    if segment is None:
        return segments
    needs = {one.pk: read_rules(one.rules).list_needed() for one in segments}
    needing = {segment.pk}
    while more := {pk for pk, needed in needs.items() if needed & needing} - needing:
        needing |= more
    return [one for one in segments if one.pk not in needing]


def find_events_asked(rules: Mapping[_Key, Rule]) -> dict[_Key, set[int]]:
    """Return the events that rules name, and the segments that they ask for, however far off. One query at most."""
    needs_any = any(one.list_needed() for one in rules.values())
    segments = {one.pk: read_rules(one.rules) for one in Segment.objects.all()} if needs_any else {}
    return {key: _follow_to_events(rule, segments) for key, rule in rules.items()}


def _follow_to_events(rule: Rule, segments: Mapping[int, Rule]) -> set[int]:
    events, waiting, seen = set[int](), [rule], set[int]()
    while waiting:
        here = waiting.pop()
        events |= here.list_events()
        new = (here.list_needed() & segments.keys()) - seen
        seen |= new
        waiting += [segments[pk] for pk in new]
    return events


def list_segments_asking(*, field: CustomField) -> list[Segment]:
    """Return the segments whose rules are about a custom field, by name. One query."""
    return [one for one in Segment.objects.order_by("name") if read_rules(one.rules).asks_for_field(field.pk)]


def list_members(*, segment: Segment, text: str = "", decided: str = "") -> QuerySet[Member]:
    """
    Return those who are in a segment, the latest first; or those for whom somebody decided so (`Member.Decision`).

    Each word of `text` begins a word of their name, address or organization.
    """
    members = segment.members.filter(decided=decided) if decided else segment.members.filter(is_in=True)
    if text:
        members = members.filter(contact__in=list_contacts(text=text).order_by())
    return members.select_related("contact").order_by("-changed_at", "-pk")


def find_events(*, text: str) -> QuerySet[Event]:
    """Return the events that rules may name, past ones too, the latest first; by a part of the title, or a number."""
    events = Event.objects.order_by(F("starts_at").desc(nulls_last=True), "-pk")
    if text:
        events = events.filter(Q(title__icontains=text) | Q(event_number=text) | Q(event_key=text))
    return events


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom rules would find."""

    count: int
    sample: list[Contact]


def preview(rules: Any) -> Preview:
    """
    Return how many contacts rules would find, and some of them. Two queries.

    Raises:
        InvalidInputError: the rules cannot be read.
    """
    found = find_contacts(read_rules(rules))
    return Preview(found.count(), list(found.order_by("-pk")[:_SAMPLE]))


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule, whether it finds a contact, and the same for the rules below."""

    rule: Rule
    is_met: bool
    below: list["Reason"]


def explain(*, rules: Any, contact: Contact) -> Reason:
    """Tell why rules find a contact, or do not. One query for each rule."""
    return _reason(read_rules(rules), contact)


def _reason(rule: Rule, contact: Contact) -> Reason:
    is_met = find_contacts(rule).filter(pk=contact.pk).exists()
    return Reason(rule, is_met, [_reason(one, contact) for one in rule.children])
