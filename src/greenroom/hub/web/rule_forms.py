"""The forms of the rows in the editor of a segment's rules: one for each kind of rule."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from greenroom.hub.contacts.models import Channel, Contact
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.segments.rules import measure
from greenroom.hub.segments.words import DEEDS, FIELDS, OPERATORS, STANDINGS

MOMENT = "%Y-%m-%dT%H:%M"
# What changes the fields of a row has it shown anew at once where scripts run.
_RENEWS = {"hx-post": "", "hx-trigger": "change"}
_FINDS = {"hx-post": "", "hx-trigger": "input changed delay:400ms", "autocomplete": "off"}
_OF_TEXTS = [(name, words) for name, words in OPERATORS.items() if name not in ("at_least", "at_most")]
# Of these a standing is asked for each channel apart.
_BY_CHANNEL = ("granted", "withdrawn", "service_only")


class RowForm(forms.Form):
    """The fields of one row; `make_rule` turns what is valid into JSON of `rules.Rule`."""

    use_required_attribute = False

    def make_rule(self) -> dict[str, Any]:
        """Return the rule, without what is empty."""
        raise NotImplementedError


class GroupForm(RowForm):
    """How the rows of a group hang together."""

    match = forms.ChoiceField(
        choices=[
            ("all", "All of these"),
            ("any", "At least one of these"),
            ("not all", "Not all of these"),
            ("not any", "None of these"),
        ]
    )


class LeafForm(RowForm):
    """A rule without rules below it."""

    finds = forms.ChoiceField(choices=[("who", "Who does"), ("not", "Everybody who does not")])


class ComparingForm(LeafForm):
    """A rule that compares something of a contact with one value, or several; `about` is what."""

    about = ""

    is_ = forms.ChoiceField(label="How", choices=list(OPERATORS.items()), widget=forms.Select(attrs=_RENEWS))
    value = forms.CharField(label="Value", max_length=2000)

    def narrow(self, operator: str, about: str) -> None:
        """Leave only the fields that go with an operator and with what is compared."""
        if operator == "empty":
            del self.fields["value"]
        elif operator == "in":
            self.fields["value"].help_text = "Separate several with commas."

    def clean(self) -> None:
        """Refuse a list in which nothing stands between the commas."""
        given = self.cleaned_data
        if given.get("is_") == "in" and "value" in given and not _split(given["value"]):
            self.add_error("value", "Give at least one value.")

    def make_rule(self) -> dict[str, Any]:
        """Return the rule; several values are separated by commas."""
        rule = {self.about: self.cleaned_data[self.about], "is": self.cleaned_data["is_"]}
        if "value" not in self.fields:
            return rule
        value = self.cleaned_data["value"]
        return {**rule, "values": _split(value)} if rule["is"] == "in" else {**rule, "value": value}


class FieldForm(ComparingForm):
    """A rule about what is known of a contact."""

    about = "field"

    field = forms.ChoiceField(
        label="What",
        choices=[(name, words.capitalize()) for name, words in FIELDS.items()],
        widget=forms.Select(attrs=_RENEWS),
    )
    is_ = forms.ChoiceField(label="How", choices=_OF_TEXTS, widget=forms.Select(attrs=_RENEWS))

    field_order = ("finds", "field", "is_", "value")

    def narrow(self, operator: str, about: str) -> None:
        """Offer the sources there are, where one of them is asked for."""
        super().narrow(operator, about)
        if about == "source" and operator == "equals":
            self.fields["value"] = forms.ChoiceField(label="Value", choices=Contact.Source.choices)


class CustomForm(ComparingForm):
    """A rule about what is in a custom field."""

    about = "custom"

    custom = forms.TypedChoiceField(label="What", coerce=int)

    field_order = ("finds", "custom", "is_", "value")

    def clean(self) -> None:
        """Refuse what cannot be compared as a number or a date."""
        super().clean()
        given = self.cleaned_data
        if given.get("is_") in ("at_least", "at_most") and given.get("value") and measure(given["value"]) is None:
            self.add_error("value", "Give a number, or a date like 2026-03-31.")


class TagForm(LeafForm):
    """A rule about a tag."""

    tag = forms.CharField(label="Has the tag", max_length=64)

    def make_rule(self) -> dict[str, Any]:
        """Return the rule."""
        return {"tag": self.cleaned_data["tag"]}


def _split(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def _count(label: str, most: int = 1_000_000) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, required=False)


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    # Databases do not take every year that a form does.
    bounds = [MinValueValidator(datetime(1970, 1, 2, tzinfo=UTC)), MaxValueValidator(datetime(2999, 1, 1, tzinfo=UTC))]
    return forms.DateTimeField(label=label, required=False, widget=widget, input_formats=[MOMENT], validators=bounds)


def _as_json(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


class DeedForm(LeafForm):
    """A rule about what a contact has to do with events."""

    did = forms.ChoiceField(
        label="What",
        choices=[(name, words.capitalize()) for name, words in DEEDS.items()],
        widget=forms.Select(attrs=_RENEWS),
    )
    minutes = _count("Minutes at least")
    percent = _count("Per cent at least", 100)
    sessions = _count("Sessions at least")
    find = forms.CharField(label="Search events", required=False, max_length=200, widget=forms.TextInput(attrs=_FINDS))
    events = forms.TypedMultipleChoiceField(
        label="Which events", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    product = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((one.code, one.words.one) for one in PRODUCTS.values())]
    )
    title = forms.CharField(label="Title contains", required=False, max_length=200)
    starts_from = _moment("Starts from")
    starts_before = _moment("Starts before")
    times = _count("Events at least")

    MEASURES = ("minutes", "percent", "sessions")
    RARE = ("product", "title", "starts_from", "starts_before", "times")

    def make_rule(self) -> dict[str, Any]:
        """Return the rule with what is filled in."""
        given = {name: value for name, value in self.cleaned_data.items() if value and name not in ("finds", "find")}
        return {name: _as_json(value) for name, value in given.items()}

    def list_measures(self) -> list[forms.BoundField]:
        """Return the fields that measure attendance."""
        return [self[name] for name in self.MEASURES if name in self.fields]

    def list_rare(self) -> list[forms.BoundField]:
        """Return the fields that are seldom needed."""
        return [self[name] for name in self.RARE]

    def has_rare(self) -> bool:
        """Tell whether one of them is filled in or wrong."""
        return any(one.value() or one.errors for one in self.list_rare())


class SegmentForm(LeafForm):
    """A rule about another segment."""

    segment = forms.TypedChoiceField(label="Is in the segment", coerce=int)

    def make_rule(self) -> dict[str, Any]:
        """Return the rule."""
        return {"segment": self.cleaned_data["segment"]}


class ConsentForm(LeafForm):
    """A rule about what a contact agreed to."""

    consent = forms.ChoiceField(
        label="What",
        choices=[(name, words.capitalize()) for name, words in STANDINGS.items()],
        widget=forms.Select(attrs=_RENEWS),
    )
    purpose = forms.TypedChoiceField(label="For", coerce=int, empty_value=None)
    channel = forms.ChoiceField(label="By", choices=Channel.choices)

    def narrow(self, consent: str, purposes: list[tuple[int, str]]) -> None:
        """Leave only the fields that go with a standing, and fill the list of purposes."""
        without = [("", "What they signed up for")] if consent == "mailable" else []
        self.fields["purpose"].choices = [*without, *purposes]  # type: ignore[attr-defined]
        self.fields["purpose"].required = consent != "mailable"
        if consent not in _BY_CHANNEL:
            del self.fields["channel"]
        if consent == "silenced":
            del self.fields["purpose"]

    def make_rule(self) -> dict[str, Any]:
        """Return the rule with what is filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "finds"}
