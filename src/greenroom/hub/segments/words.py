"""Rules in words: one sentence for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as format_date

from greenroom.hub.contacts.models import Channel, Contact, CustomField, Purpose
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import get_product
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.rules import Rule
from greenroom.hub.segments.selectors import Reason

FIELDS = {
    "email": "e-mail address",
    "first_name": "first name",
    "last_name": "last name",
    "organization": "organization",
    "job_title": "job title",
    "phone": "phone",
    "city": "city",
    "country": "country",
    "time_zone": "time zone",
    "source": "source",
}
OPERATORS = {
    "equals": "is",
    "contains": "contains",
    "begins": "begins with",
    "ends": "ends with",
    "empty": "is empty",
    "in": "is one of",
    "at_least": "is at least",
    "at_most": "is at most",
}
DEEDS = {
    "registered": "registered for",
    "approved": "was approved for",
    "cancelled": "cancelled",
    "attended": "attended",
    "missed": "missed",
}
STANDINGS = {
    "mailable": "may be mailed",
    "granted": "has agreed",
    "withdrawn": "has withdrawn their consent",
    "service_only": "has never been asked, or gave no answer",
    "silenced": "is not to be contacted at all",
}
_GROUPS = {"all": "all of these", "any": "at least one of these"}
_NEGATED_GROUPS = {"all": "not all of these", "any": "none of these"}
_STATES = {Event.State.CANCELLED: " (cancelled)", Event.State.MISSING: " (not found at GoTo)"}
GONE_EVENT = "an event that is no longer here"
_SOURCES = {str(value): str(label) for value, label in Contact.Source.choices}
_GONE_FIELD = "a field that is no longer here"


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in rules stand for."""

    events: Mapping[int, str]
    segments: Mapping[int, str]
    purposes: Mapping[int, str] = field(default_factory=dict)
    fields: Mapping[int, str] = field(default_factory=dict)


def find_names(rules: Iterable[Rule]) -> Names:
    """Look up what the ids in rules stand for, however many rules there are. Four queries."""
    every = [one for rule in rules for one in rule.walk()]
    event_ids = {pk for one in every for pk in one.events}
    purpose_ids = {one.purpose for one in every if one.purpose is not None}
    field_ids = {one.custom for one in every if one.custom is not None}
    segment_ids = {one.segment for one in every if one.segment is not None}
    return Names(
        events={one.pk: f"“{one.title}”{describe_state(one)}" for one in Event.objects.filter(pk__in=event_ids)},
        segments=dict(Segment.objects.filter(pk__in=segment_ids).values_list("pk", "name")),
        fields=dict(CustomField.objects.filter(pk__in=field_ids).values_list("pk", "label")),
        purposes=dict(Purpose.objects.filter(pk__in=purpose_ids).values_list("pk", "name")),
    )


def describe_state(event: Event) -> str:
    """Say what is unusual of an event, to stand after its title; empty when nothing is."""
    return _STATES.get(Event.State(event.state), "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A rule in words, those below it, and whether it finds the person in question."""

    text: str
    below: list["Sentence"]
    is_met: bool | None = None


def tell_rules(rule: Rule, names: Names) -> Sentence:
    """Put a tree of rules into words, rule by rule."""
    return Sentence(describe_rule(rule, names), [tell_rules(one, names) for one in _told_below(rule)])


def tell_reason(reason: Reason, names: Names) -> Sentence:
    """Put into words why rules find somebody, or do not."""
    below = [tell_reason(one, names) for one in _reasons_below(reason)]
    return Sentence(describe_rule(reason.rule, names), below, reason.is_met)


# What "not" turns round is said in its own line; those below that one come next.


def _told_below(rule: Rule) -> list[Rule]:
    return _told_below(rule.not_) if rule.not_ else rule.children


def _reasons_below(reason: Reason) -> list[Reason]:
    return _reasons_below(reason.below[0]) if reason.rule.not_ else reason.below


def name_what_is_gone(rule: Rule, names: Names) -> str:
    """Return what a rule, or one below, names that is no longer here: an event, a segment or a field; else nothing."""
    return next((gone for one in rule.walk() if (gone := _find_gone(one, names))), "")


def _find_gone(rule: Rule, names: Names) -> str:
    if any(pk not in names.events for pk in rule.events):
        return "event"
    if rule.segment and rule.segment not in names.segments:
        return "segment"
    return "field" if rule.custom and rule.custom not in names.fields else ""


def tell_lost(rule: Rule, names: Names) -> list[str]:
    """Say each of the rules that name what is no longer here."""
    return [describe_rule(one, names) for one in rule.walk() if _find_gone(one, names)]


def describe_rule(rule: Rule, names: Names) -> str:
    """Say one rule, without those below."""
    match rule.head:
        case "field":
            return _compared(FIELDS[str(rule.field)], rule)
        case "did":
            return _about_doings(rule, names)
        case "segment":
            name = names.segments.get(rule.segment or 0)
            return f"is in the segment “{name}”" if name else "is in a segment that is no longer here"
        case "custom":
            return _compared(names.fields.get(rule.custom or 0, _GONE_FIELD), rule)
        case "tag":
            return f"has the tag “{rule.tag}”"
        case "consent":
            return _about_consent(rule, names)
        case "not":
            return _negated(rule.children[0], names)
    return _GROUPS[rule.head] if rule.children else "nobody"


def _negated(rule: Rule, names: Names) -> str:
    if rule.head not in _NEGATED_GROUPS:
        return f"not: {describe_rule(rule, names)}"
    return _NEGATED_GROUPS[rule.head] if rule.children else "everybody"


def _compared(name: str, rule: Rule) -> str:
    values = rule.values or ([rule.value] if rule.value else [])
    if rule.field == "source" and rule.is_ == "equals":
        values = [_SOURCES.get(value.lower(), value) for value in values]
    told = ", ".join(f"“{value}”" for value in values)
    return f"{name} {OPERATORS[rule.is_]} {told}".rstrip()


def _about_consent(rule: Rule, names: Names) -> str:
    said = STANDINGS[str(rule.consent)]
    if rule.consent == "silenced":
        return said
    if rule.purpose is None:
        return f"{said} about what they signed up for"
    name = names.purposes.get(rule.purpose)
    purpose = f"“{name}”" if name else "a purpose that is no longer here"
    by = f", by {rule.channel.label.lower()}" if rule.channel != Channel.EMAIL else ""
    return f"{said} for {purpose}{by}"


def _about_doings(rule: Rule, names: Names) -> str:
    amounts = [
        f"{rule.minutes} minutes" if rule.minutes else "",
        f"{rule.percent}%" if rule.percent else "",
        f"{rule.sessions} sessions" if rule.sessions else "",
    ]
    told = " and ".join(filter(None, amounts))
    measure = f" at least {told} of" if told else ""
    often = f", {rule.times} events or more" if rule.times and rule.times > 1 else ""
    return f"{DEEDS[str(rule.did)]}{measure} {_which_events(rule, names)}{often}"


def _which_events(rule: Rule, names: Names) -> str:
    """Say which events count."""
    kind = get_product(rule.product).words.one.lower() if rule.product else "event"
    which = " or ".join(names.events.get(pk, GONE_EVENT) for pk in rule.events) or f"any {kind}"
    parts = [
        f"with “{rule.title}” in its title" if rule.title else "",
        f"from {_moment(rule.starts_from)}" if rule.starts_from else "",
        f"before {_moment(rule.starts_before)}" if rule.starts_before else "",
    ]
    return " ".join(filter(None, [which, *parts]))


def _moment(at: datetime) -> str:
    return format_date(timezone.localtime(at), "j F Y, H:i")
