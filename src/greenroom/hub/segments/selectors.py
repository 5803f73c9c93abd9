"""Fetching segments and their members."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from greenroom.hub.contacts.models import Contact
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.rules import Rule, find_contacts, read_rules

_SAMPLE = 10


def list_segments() -> QuerySet[Segment]:
    """Return all segments by name, each with `size`, how many are in it. One query."""
    return Segment.objects.annotate(size=Count("members", filter=Q(members__is_in=True)))


def list_members(*, segment: Segment) -> QuerySet[Member]:
    """Return those who are in a segment, the latest first."""
    members = segment.members.filter(is_in=True).select_related("contact")
    return members.order_by("-changed_at", "-pk")


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
