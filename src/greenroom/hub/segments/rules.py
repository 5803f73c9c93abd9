"""
What makes a contact a member: a tree of rules, read from JSON and turned into one condition of one SQL statement.

    {"all": [
        {"field": "organization", "is": "contains", "value": "north"},
        {"not": {"did": "attended", "events": [7, 12], "minutes": 30}},
        {"any": [{"segment": 4}, {"field": "country", "is": "in", "values": ["DE", "AT"]}]},
        {"consent": "mailable", "purpose": 2},
        {"tag": "Partner"},
        {"custom": 3, "is": "at_least", "value": "50"}
    ]}

"Not" is always the complement: everybody whom the rule itself does not find.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import BigIntegerField, CharField, Count, Exists, Func, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Lower

from greenroom.hub.contacts.models import Channel, Contact, FieldValue, Participation
from greenroom.hub.contacts.selectors import has_consent, has_tag, may_be_mailed
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.segments.models import Member

Field = Literal[
    "email", "first_name", "last_name", "organization", "job_title", "phone", "city", "country", "time_zone", "source"
]
Operator = Literal["equals", "contains", "begins", "ends", "empty", "in", "at_least", "at_most"]
Standing = Literal["granted", "withdrawn", "service_only", "mailable", "silenced"]
Deed = Literal["registered", "approved", "cancelled", "attended", "missed"]

MOST_RULES = 200
MOST_DEPTH = 20
for _kind in (CharField, TextField):
    _kind.register_lookup(Lower)
_HEADS = ("all", "any", "not", "field", "did", "segment", "consent", "tag", "custom")
_MEASURES = {"at_least": "gte", "at_most": "lte"}
_LARGEST = Decimal(10) ** 18
_LOOKUPS = {"equals": "iexact", "contains": "icontains", "begins": "istartswith", "ends": "iendswith"}
# What may stand beside each head; more than that would be passed over in silence.
_BESIDE: dict[str, set[str]] = {
    "field": {"is", "value", "values"},
    "did": {
        *("events", "product", "title", "starts_from", "starts_before"),
        *("minutes", "percent", "sessions", "times"),
    },
    "consent": {"purpose", "channel"},
    "custom": {"is", "value", "values"},
}
_Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """
    One rule: exactly one of the first nine members says of which kind it is.

    Attributes:
        all: every one of these finds the contact; without any, nobody is found.
        any: at least one does.
        not_: this one does not.
        field: what is known of the contact, with `is`, and `value` or `values`; case does not matter.
        did: what they have to do with events; with `events` (ids), `product`, `title` (a part of it), `starts_from`,
            `starts_before` (moments) only with some of them. Without `times`, one such event is enough.
        segment: in this segment (id), as it was built last.
        consent: stands so with a `purpose` (id) by a `channel`; or is "mailable" for it, without one for service
            messages; or "silenced": nobody writes to them.
        tag: has this tag; case does not matter.
        custom: what is in this custom field (id), with `is`, and `value` or `values`; "at_least" and "at_most" compare
            numbers, and dates like 2026-03-31.
        minutes: attended at least so many, in an event.
        percent: attended at least this share of the length of an event's sessions.
        sessions: attended at least so many of an event's sessions.
        times: with at least so many events.
    """

    all: list["Rule"] | None = None
    any: list["Rule"] | None = None
    not_: "Rule | None" = msgspec.field(name="not", default=None)
    field: Field | None = None
    did: Deed | None = None
    segment: int | None = None
    consent: Standing | None = None
    tag: str | None = None
    custom: int | None = None
    is_: Operator = msgspec.field(name="is", default="equals")
    value: str = ""
    values: list[str] = []
    events: list[int] = []
    product: str = ""
    title: str = ""
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    minutes: _Count | None = None
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    sessions: _Count | None = None
    times: _Count | None = None
    purpose: int | None = None
    channel: Channel = Channel.EMAIL

    @property
    def head(self) -> str:
        """Of which kind the rule is."""
        return next(name for name in _HEADS if getattr(self, "not_" if name == "not" else name) is not None)

    @property
    def children(self) -> list["Rule"]:
        """The rules directly below."""
        return [*(self.all or ()), *(self.any or ()), *([self.not_] if self.not_ else ())]

    def walk(self) -> Iterator["Rule"]:
        """Give this rule and all below."""
        yield self
        for child in self.children:
            yield from child.walk()

    def asks_for_field(self, pk: int) -> bool:
        """Tell whether this rule or one below is about a custom field."""
        return any(one.custom == pk for one in self.walk())

    def list_events(self) -> set[int]:
        """Return the events that this rule or one below names."""
        return {event for one in self.walk() for event in one.events}

    def find_event(self) -> int | None:
        """Return the one event that everybody whom this rule finds is signed up for, or attended; None for others."""
        if self.did in ("registered", "approved", "attended") and len(self.events) == 1:
            return self.events[0]
        found = {child.find_event() for child in (self.all or self.any or ())}
        if self.all:
            found.discard(None)
        return found.pop() if len(found) == 1 else None

    def list_needed(self) -> set[int]:
        """Return the segments for which this rule or one below asks."""
        return {one.segment for one in self.walk() if one.segment is not None}


def read_rules(value: Any) -> Rule:
    """
    Read rules from JSON.

    Raises:
        InvalidInputError: `errors["rules"]` names the place and what is wrong there.
    """
    try:
        rules = msgspec.convert(value, Rule)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _wrong(str(error) if isinstance(error, msgspec.ValidationError) else "They are too deep.") from None
    _check(value, "$")
    if sum(1 for _ in rules.walk()) > MOST_RULES:
        raise _wrong(f"There are more than {MOST_RULES} rules.")
    return rules


def _check(value: dict[str, Any], place: str) -> None:
    if place.count(".") > MOST_DEPTH:
        raise _wrong(f"They are more than {MOST_DEPTH} levels deep.")
    heads = [name for name in _HEADS if value.get(name) is not None]
    if len(heads) != 1:
        raise _wrong(f"Give exactly one of {', '.join(_HEADS)} - at {place}")
    head = heads[0]
    if extra := value.keys() - {head} - _BESIDE.get(head, set()):
        raise _wrong(f"{', '.join(sorted(extra))} cannot stand beside {head} - at {place}")
    if head in ("field", "custom"):
        _check_operator(value, place)
    if head == "consent":
        _check_consent(value, place)
    if (product := value.get("product")) and product not in PRODUCTS:
        raise _wrong(f"{product} is none of {', '.join(PRODUCTS)} - at {place}")
    measures = value.keys() & {"minutes", "percent", "sessions"}
    if measures and value["did"] != "attended":
        raise _wrong(f"{', '.join(sorted(measures))} can only be asked of attended - at {place}")
    for name in ("all", "any"):
        for number, child in enumerate(value.get(name) or ()):
            _check(child, f"{place}.{name}[{number}]")
    if head == "not":
        _check(value["not"], f"{place}.not")


def _check_operator(value: dict[str, Any], place: str) -> None:
    operator = value.get("is", "equals")
    needed = {"empty": set(), "in": {"values"}}.get(operator, {"value"})
    if {name for name in ("value", "values") if value.get(name)} != needed:
        what = " and ".join(needed) or "no value"
        raise _wrong(f"{operator} takes {what} - at {place}")
    if operator in _MEASURES and "field" in value:
        raise _wrong(f"{operator} can only be asked of custom - at {place}")
    if operator in _MEASURES and measure(value["value"]) is None:
        raise _wrong(f"{operator} takes a number, or a date like 2026-03-31 - at {place}")


def _check_consent(value: dict[str, Any], place: str) -> None:
    standing = value["consent"]
    if standing == "silenced" and value.keys() & {"purpose", "channel"}:
        raise _wrong(f"silenced takes neither purpose nor channel - at {place}")
    if standing == "mailable" and "channel" in value:
        raise _wrong(f"mailable takes no channel - at {place}")
    if standing not in ("silenced", "mailable") and value.get("purpose") is None:
        raise _wrong(f"{standing} takes a purpose - at {place}")


def _wrong(sentence: str) -> InvalidInputError:
    return InvalidInputError("These rules cannot be used.", {"rules": sentence})


def find_contacts(rule: Rule) -> QuerySet[Contact]:
    """Return the contacts whom a rule finds; one statement, however deep it is."""
    return Contact.objects.filter(condition_of(rule))


def condition_of(rule: Rule) -> Q:
    """Return the condition on contacts that a rule finds them."""
    match rule.head:
        case "all":
            return _joined(rule.children, Q.AND)
        case "any":
            return _joined(rule.children, Q.OR)
        case "not":
            return ~condition_of(rule.children[0])
        case "field":
            return _about_field(rule)
        case "did":
            return Q(Exists(_doings(rule)))
        case "consent":
            return _about_consent(rule)
        case "tag":
            return has_tag(str(rule.tag))
        case "custom":
            return _about_custom_field(rule)
    assert rule.segment is not None
    return Q(Exists(Member.objects.filter(segment_id=rule.segment, contact=OuterRef("pk"), is_in=True)))


def _joined(rules: list[Rule], connector: str) -> Q:
    if not rules:
        return Q(pk__in=[])
    return Q(*(condition_of(one) for one in rules), _connector=connector)


def _about_field(rule: Rule) -> Q:
    return _compared(str(rule.field), rule)


def _about_custom_field(rule: Rule) -> Q:
    values = FieldValue.objects.filter(field=rule.custom, contact=OuterRef("pk"))
    if rule.is_ == "empty":
        return ~Q(Exists(values))
    measured = measure(rule.value)
    if rule.is_ not in _MEASURES:
        same_number = Q(number=measured) if rule.is_ == "equals" and isinstance(measured, Decimal) else Q(pk__in=[])
        return Q(Exists(values.filter(_compared("text", rule) | same_number)))
    column = "day" if isinstance(measured, date) else "number"
    return Q(Exists(values.filter(**{f"{column}__{_MEASURES[rule.is_]}": measured})))


def measure(text: str) -> date | Decimal | None:
    """Return what a value is compared as: a date or a number; None when it is neither."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    with suppress(InvalidOperation):
        number = Decimal(text)
        return number if number.is_finite() and abs(number) < _LARGEST else None
    return None


def _compared(name: str, rule: Rule) -> Q:
    if rule.is_ == "empty":
        return Q(**{name: ""})
    if rule.is_ == "in":
        folded = [value.lower() for value in rule.values]
        return Q(**{f"{name}__lower__in": folded})
    return Q(**{f"{name}__{_LOOKUPS[rule.is_]}": rule.value})


def _about_consent(rule: Rule) -> Q:
    if rule.consent == "silenced":
        return Q(do_not_contact_at__isnull=False)
    if rule.consent == "mailable":
        return may_be_mailed(rule.purpose)
    return has_consent(str(rule.consent), int(rule.purpose or 0), rule.channel)


_DEEDS = {
    "registered": Q(is_registered=True),
    "approved": Q(is_approved=True),
    "cancelled": Q(was_registered=True, is_registered=False),
    "attended": Q(attended_seconds__gt=0),
    # Only where GoTo's attendance is complete: before, nobody has missed anything.
    "missed": Q(is_registered=True, is_final=True, attended_seconds=0),
}
_EVENT_LOOKUPS = {
    "product": "event__product",
    "title": "event__title__icontains",
    "starts_from": "event__starts_at__gte",
    "starts_before": "event__starts_at__lt",
}


class _NotByIndex(Func):
    """A column as it is. SQLite would look in its index for each value and contact; a contact's few rows are read."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, **{**context, "template": "+%(expressions)s"})


def _doings(rule: Rule) -> QuerySet[Participation, Any]:
    """Return what the contact in question has done with events, as far as the rule asks for it."""
    found = Participation.objects.filter(_DEEDS[str(rule.did)], contact=OuterRef("pk"))
    if rule.events:
        one = _NotByIndex("event_id", output_field=BigIntegerField())
        found = found.alias(one=one).filter(one__in=rule.events)
    narrowing = {lookup: getattr(rule, name) for name, lookup in _EVENT_LOOKUPS.items() if getattr(rule, name)}
    found = found.filter(**narrowing)
    if rule.minutes:
        found = found.filter(attended_seconds__gte=60 * rule.minutes)
    if rule.percent:
        found = found.filter(attended_percent__gte=rule.percent)
    if rule.sessions:
        found = found.filter(sessions_attended__gte=rule.sessions)
    if rule.times and rule.times > 1:
        counted = found.order_by().values("contact").annotate(times=Count("event"))
        return counted.filter(times__gte=rule.times)
    return found
