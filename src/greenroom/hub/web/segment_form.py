"""
The editor of a segment's rules: a tree of rows that works without a script.

The form sends every row with its place (`r_0_1`: the second row in the first row of all) and its kind; the fields of a
row begin with its place. Whatever is asked for (`add`, `remove`, `look`), the tree is read, changed and shown again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.dateformat import format as format_date

from greenroom.hub.contacts.selectors import list_fields, list_purposes
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.rules import MOST_DEPTH, MOST_RULES, Rule, read_rules
from greenroom.hub.segments.selectors import Preview, find_events, list_usable_segments, preview
from greenroom.hub.segments.services import NAME_LENGTH
from greenroom.hub.segments.words import GONE_EVENT, describe_rule, describe_state, find_names
from greenroom.hub.web.rule_forms import (
    MOMENT,
    ComparingForm,
    ConsentForm,
    CustomForm,
    DeedForm,
    FieldForm,
    GroupForm,
    RowForm,
    SegmentForm,
    TagForm,
)

_ROOT = "r"
_EVENTS_OFFERED = 8
_WRONG_ROWS = "Some rules need a change; each says which."

# Longer numbers are no ids.
_DIGITS = 19

Given = dict[str, list[str]]


class NameForm(forms.Form):
    """The name of a segment."""

    use_required_attribute = False

    name = forms.CharField(max_length=NAME_LENGTH)


_FORMS: dict[str, type[RowForm]] = {
    "group": GroupForm,
    "field": FieldForm,
    "did": DeedForm,
    "segment": SegmentForm,
    "consent": ConsentForm,
    "custom": CustomForm,
    "tag": TagForm,
}
# What a new row begins with.
_NEW: dict[str, Given] = {
    "did": {"finds": ["who"], "did": ["attended"]},
    "field": {"finds": ["who"], "field": ["organization"], "is_": ["contains"]},
    "segment": {"finds": ["who"]},
    "consent": {"finds": ["who"], "consent": ["mailable"]},
    "custom": {"finds": ["who"], "is_": ["equals"]},
    "tag": {"finds": ["who"]},
    "group": {"match": ["any"]},
}


@dataclass
class Row:
    """A rule as it stands in the form, whole or not."""

    kind: str
    given: Given
    rows: list["Row"] = field(default_factory=list)
    place: str = _ROOT
    form: RowForm = field(default_factory=RowForm)
    sentence: str = ""

    def walk(self) -> Iterator["Row"]:
        """Give this row and all below."""
        yield self
        for row in self.rows:
            yield from row.walk()

    def set_places(self, place: str = _ROOT) -> None:
        """Number this row and all below."""
        self.place = place
        for number, row in enumerate(self.rows):
            row.set_places(f"{place}_{number}")

    def get(self, name: str) -> str:
        """Return what was typed into a field last; empty when nothing was."""
        return (self.given.get(name) or [""])[-1]

    def make_form(self, prepare: Callable[["Row", RowForm], None], *, is_checked: bool) -> RowForm:
        """Make the form of this row: checked, or only filled with what was typed."""
        kind = _FORMS[self.kind]
        if is_checked:
            data = MultiValueDict({f"{self.place}-{name}": values for name, values in self.given.items()})
            form = kind(data, prefix=self.place)
        else:
            initial = {name: values if name == "events" else values[-1] for name, values in self.given.items()}
            form = kind(initial=initial, prefix=self.place)
        prepare(self, form)
        return form

    def make_rule(self, forms_by_place: dict[str, RowForm]) -> dict[str, Any]:
        """Return the rule, from forms that are valid."""
        form = forms_by_place[self.place]
        if self.kind != "group":
            rule = form.make_rule()
            return {"not": rule} if form.cleaned_data["finds"] == "not" else rule
        negation, _, connector = form.cleaned_data["match"].rpartition(" ")
        rule = {connector: [row.make_rule(forms_by_place) for row in self.rows]}
        return {"not": rule} if negation else rule


def read_rows(posted: QueryDict) -> Row:
    """Read the tree that a form has sent; what hangs nowhere is left out."""
    root = Row("group", _given(posted, _ROOT))
    found = {_ROOT: root}
    for place in posted.getlist("rows")[:MOST_RULES]:
        above = found.get(place.rpartition("_")[0])
        kind = posted.get(f"{place}-kind", "")
        if above and above.kind == "group" and kind in _FORMS and place.count("_") < MOST_DEPTH and place not in found:
            found[place] = Row(kind, _given(posted, place), place=place)
            above.rows.append(found[place])
    return root


def _given(posted: QueryDict, place: str) -> Given:
    start = f"{place}-"
    return {
        name.removeprefix(start): [value.replace("\0", "") for value in posted.getlist(name)]
        for name in posted
        if name.startswith(start) and name != f"{place}-kind"
    }


def rows_of(rule: Rule) -> Row:
    """Return a rule as the row that shows it; above all others there is always a group."""
    row = _row_of(rule)
    return row if row.kind == "group" else Row("group", {"match": ["all"]}, [row])


def _row_of(rule: Rule, is_not: bool = False) -> Row:
    if rule.not_:
        return _row_of(rule.not_, not is_not)
    if rule.head in ("all", "any"):
        match = f"not {rule.head}" if is_not else rule.head
        return Row("group", {"match": [match]}, [_row_of(one) for one in rule.children])
    turned = {"finds": ["not" if is_not else "who"]}
    if rule.head in ("field", "custom"):
        value = ", ".join(rule.values) or rule.value
        about = [str(rule.field or rule.custom)]
        return Row(rule.head, turned | {rule.head: about, "is_": [rule.is_], "value": [value]})
    if rule.head == "tag":
        return Row("tag", turned | {"tag": [str(rule.tag)]})
    if rule.head == "segment":
        return Row("segment", turned | {"segment": [str(rule.segment)]})
    if rule.head == "consent":
        said = {"consent": rule.consent, "purpose": rule.purpose or "", "channel": rule.channel}
        return Row("consent", turned | {name: [str(value)] for name, value in said.items()})
    moments = {name: _as_typed(getattr(rule, name)) for name in ("starts_from", "starts_before")}
    plain = {name: getattr(rule, name) for name in ("did", "product", "title", "times", *DeedForm.MEASURES)}
    given = {name: [str(value)] for name, value in (moments | plain).items() if value}
    return Row("did", turned | given | {"events": [str(pk) for pk in rule.events]})


def _as_typed(at: datetime | None) -> str:
    return timezone.localtime(at).strftime(MOMENT) if at else ""


class Editor:
    """The rows of a segment's rules with their forms, what each says, and whom they would find together."""

    _kinds = (
        ("did", "Event"),
        ("field", "Contact field"),
        ("custom", "Custom field"),
        ("tag", "Tag"),
        ("consent", "Consent"),
        ("segment", "Segment"),
        ("group", "Group"),
    )

    def __init__(self, *, segment: Segment | None, posted: QueryDict | None) -> None:
        """Read what was posted and do what it asks for; without it, show the rules of the segment."""
        if posted is not None:
            self.root = read_rows(posted)
            self._act(posted)
        else:
            self.root = rows_of(read_rules(segment.rules)) if segment else Row("group", {"match": ["all"]})
        self.root.set_places()
        self._segments = [(one.pk, one.name) for one in list_usable_segments(segment=segment)]
        self._fields = [(one.pk, one.label) for one in list_fields()]
        self.kinds = [one for one in self._kinds if one[0] != "custom" or self._fields]
        self._purposes = [(one.pk, one.name) for one in list_purposes()]
        self._titles = _load_titles(self.root)
        self._found: dict[str, list[Event]] = {}
        self._make_forms(is_saving=posted is not None and "save" in posted)

    def _act(self, posted: QueryDict) -> None:
        """Add or remove the row that a button names."""
        place, _, kind = posted.get("add", "").partition(":")
        for row in list(self.root.walk()):
            row.rows = [one for one in row.rows if one.place != posted.get("remove")]
            if row.place == place and row.kind == "group" and kind in _NEW:
                row.rows.append(Row(kind, dict(_NEW[kind])))

    def _make_forms(self, *, is_saving: bool) -> None:
        """Check all rows; show what is wrong only to who saves, not to who is still typing."""
        checked = {row.place: row.make_form(self._prepare, is_checked=True) for row in self.root.walk()}
        valid = {place for place, form in checked.items() if form.is_valid()}
        self._rules = self.root.make_rule(checked) if len(valid) == len(checked) else None
        leaves = [row for row in self.root.walk() if row.kind != "group" and row.place in valid]
        rules = [read_rules(row.make_rule(checked)) for row in leaves]
        names = find_names(rules)
        for row, rule in zip(leaves, rules, strict=True):
            row.sentence = describe_rule(rule, names)
        for row in self.root.walk():
            row.form = checked[row.place] if is_saving else row.make_form(self._prepare, is_checked=False)

    def _prepare(self, row: Row, form: RowForm) -> None:
        """Leave only the fields that a row takes, and fill its lists."""
        if isinstance(form, ComparingForm):
            form.narrow(row.get("is_"), row.get(form.about))
        if isinstance(form, CustomForm):
            form.fields["custom"].choices = self._fields  # type: ignore[attr-defined]
        if row.kind == "did" and row.get("did") != "attended":
            for name in DeedForm.MEASURES:
                del form.fields[name]
        if isinstance(form, DeedForm):
            form.fields["events"].choices = self._list_events(row)  # type: ignore[attr-defined]
        if isinstance(form, SegmentForm):
            form.fields["segment"].choices = self._segments  # type: ignore[attr-defined]
        if isinstance(form, ConsentForm):
            form.narrow(row.get("consent"), self._purposes)

    def _list_events(self, row: Row) -> list[tuple[str, str]]:
        """Return the events that a row names, and then those that its search finds."""
        chosen = row.given.get("events", [])
        found = [(str(one.pk), _label(one)) for one in self._find(row.get("find").strip())]
        return [(pk, self._titles.get(pk, GONE_EVENT)) for pk in chosen] + [
            one for one in found if one[0] not in chosen
        ]

    def _find(self, text: str) -> list[Event]:
        """Return events by a text; each text is looked up once."""
        if text not in self._found:
            self._found[text] = list(find_events(text=text)[:_EVENTS_OFFERED])
        return self._found[text]

    def get_rules(self) -> dict[str, Any]:
        """
        Return the rules as JSON.

        Raises:
            InvalidInputError: a row is not whole, or holds what will not do.
        """
        if self._rules is None:
            raise InvalidInputError(_WRONG_ROWS)
        return self._rules

    def get_preview(self) -> Preview | None:
        """Return whom the rules would find; None while they are not whole. Two queries."""
        try:
            return preview(self.get_rules())
        except InvalidInputError:
            return None


def _list_chosen(row: Row) -> list[str]:
    """Return the ids of the events that a row names."""
    return [pk for pk in row.given.get("events", []) if pk.isdecimal() and len(pk) < _DIGITS]


def _load_titles(root: Row) -> dict[str, str]:
    """Return the labels of all events that rows name. One query."""
    chosen = {pk for row in root.walk() for pk in _list_chosen(row)}
    return {str(one.pk): _label(one) for one in Event.objects.filter(pk__in=chosen)}


def _label(event: Event) -> str:
    """Name an event with its date, so that those of the same title can be told apart."""
    date = format_date(timezone.localtime(event.starts_at), "D j M Y, H:i") if event.starts_at else "no fixed date"
    return f"{event.title}, {date}{describe_state(event)}"
