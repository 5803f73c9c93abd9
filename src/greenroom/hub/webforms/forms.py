"""The form that a visitor fills in, made of the fields somebody put together."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms

from greenroom.hub.contacts.addresses import LONGEST, normalize
from greenroom.hub.contacts.services import read_value
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import check_answers
from greenroom.hub.webforms.answers import (
    Answer,
    answer_organizer,
    asked_at,
    list_custom_fields,
    longest,
    question_target,
)
from greenroom.hub.webforms.models import EVENT_FIELD, REGISTER, FormAction, FormField
from greenroom.hub.webforms.words import name_event

Kind = FormField.Kind

LONGEST_TEXT, LONGEST_LONG_TEXT = 200, 4000
# More than so many are chosen from a list that opens.
_MOST_SHOWN_OPEN = 6
_AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "organization": "organization",
    "job_title": "organization-title",
    "city": "address-level2",
    "country": "country-name",
}


class VisitorForm(forms.Form):
    """
    What is asked, and below it what catches machines.

    Args:
        fields: what the form asks, in order.
        offers: the events to choose from, by field.
        actions: what will be done; what organizers ask for it is checked.
        skipped: fields that are not shown, since this visitor has answered them before.
        parameters: those of the address, for hidden fields.
    """

    use_required_attribute = False  # errors are ours to show, beside the field and in words

    # People do not see it. A name that machines like to fill in, and browsers do not.
    website = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        fields: Sequence[FormField],
        offers: Mapping[int, Sequence[Event]],
        actions: Sequence[FormAction] = (),
        skipped: Collection[int] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        """Build the fields."""
        super().__init__(data)
        self.asked = [one for one in fields if one.pk not in skipped]
        self._all_fields, self._offers, self._actions = fields, offers, actions
        for one in self.asked:
            self.fields[name_of(one)] = _make_field(one, offers.get(one.pk, ()), parameters or {})

    def list_rows(self) -> list[forms.BoundField]:
        """Return the fields that people see, in order."""
        return [self[name_of(one)] for one in self.asked if one.kind != Kind.HIDDEN]

    def list_hidden(self) -> list[forms.BoundField]:
        """Return the fields that only browsers see."""
        return [self[name_of(one)] for one in self.asked if one.kind == Kind.HIDDEN]

    @property
    def without_choice(self) -> set[str]:
        """Return the names of the fields in which there is nothing to choose now."""
        return {name_of(one) for one in self.asked if one.kind == Kind.EVENT and not self._offers[one.pk]}

    @property
    def is_suspicious(self) -> bool:
        """Whether something was typed where people see nothing."""
        return bool(self.cleaned_data.get("website"))

    def get_email(self) -> str:
        """Return the address, in the spelling in which people are told apart."""
        return next(normalize(self.cleaned_data[name_of(one)]) for one in self.asked if one.kind == Kind.EMAIL)

    def clean(self) -> None:
        """Refuse what the organizers of the chosen events would refuse, beside the field that it was typed into."""
        if self.errors:
            return
        for event in self._find_events_to_register_for():
            self._check_for(event)
        self._check_customs()

    def _find_events_to_register_for(self) -> list[Event]:
        fields = {one.settings.get(EVENT_FIELD) for one in self._actions if one.kind == REGISTER}
        return [
            event
            for one in self.asked
            if one.pk in fields
            for event in self._offers[one.pk]
            if str(event.pk) in self._values_of(one)
        ]

    def _check_for(self, event: Event) -> None:
        told = answer_organizer(
            event=event, fields=self._all_fields, answers=self.get_answers(), contact=None, email=self.get_email()
        )
        try:
            check_answers(asked_at(event), told)
        except InvalidInputError as error:
            targets = {f"question_{one.key}": question_target(one.text) for one in asked_at(event).questions}
            for name, problem in error.errors.items():
                self._note(targets.get(name, name), problem)

    def _check_customs(self) -> None:
        """Refuse what contacts do not take, such as a word where a number is kept."""
        customs = list_custom_fields(self.asked)
        for one in self.asked:
            custom = customs.get(one.contact_field)
            # What was offered or came with the address is no fault of the visitor's.
            if custom is None or one.kind in {Kind.HIDDEN, Kind.CHOICE, Kind.SEVERAL, Kind.CHECKBOX}:
                continue
            try:
                read_value(custom, ", ".join(self._values_of(one))[: longest(one.contact_field)])
            except InvalidInputError as error:
                if name_of(one) not in self.errors:
                    self.add_error(name_of(one), error.errors[custom.key])

    def _note(self, target: str, problem: str) -> None:
        """Say beside its field what an organizer would refuse; what no field here asks is no fault of the visitor's."""
        field = next((one for one in self.asked if one.goto_field == target), None)
        if field and name_of(field) not in self.errors:
            self.add_error(name_of(field), problem)

    def get_answers(self) -> list[Answer]:
        """Return what was answered, with the words that were shown."""
        return [self._answer(one) for one in self.asked if name_of(one) in self.cleaned_data]

    def _answer(self, field: FormField) -> Answer:
        values = self._values_of(field)
        shown = ", ".join(values)
        if field.kind == Kind.EVENT:
            titles = {str(one.pk): name_event(one) for one in self._offers[field.pk]}
            shown = "; ".join(titles[one] for one in values)
        return Answer(field.pk, field.label, field.kind, tuple(values), shown)

    def _values_of(self, field: FormField) -> list[str]:
        value = self.cleaned_data.get(name_of(field))
        if isinstance(value, list):
            return value
        if isinstance(value, bool):
            return ["Yes"] if value else []
        if value in (None, ""):
            return []
        if field.kind == Kind.EMAIL:
            return [normalize(str(value))]
        return [storable(str(value))]


def name_of(field: FormField) -> str:
    """Return what a field is called in HTML."""
    return f"field_{field.pk}"


def _make_field(field: FormField, offered: Sequence[Event], parameters: Mapping[str, str]) -> forms.Field:
    shared: dict[str, Any] = {"label": field.label, "help_text": field.help, "required": field.is_required}
    if field.kind in {Kind.CHOICE, Kind.SEVERAL}:
        return _make_choice([(one, one) for one in field.choices], is_one=field.kind == Kind.CHOICE, shared=shared)
    if field.kind == Kind.EVENT:
        # With nothing to choose the form goes on without: nobody is sent away.
        shared["required"] = field.is_required and bool(offered)
        choices = [(str(one.pk), name_event(one)) for one in offered]
        return _make_choice(choices, is_one=not field.takes_several, shared=shared)
    if field.kind == Kind.HIDDEN:
        initial = parameters.get(field.parameter, "")[:LONGEST_TEXT] or field.default
        return forms.CharField(required=False, initial=initial, max_length=LONGEST_TEXT, widget=forms.HiddenInput)
    return _PLAIN[Kind(field.kind)](field, shared)


def _make_choice(choices: list[tuple[str, str]], *, is_one: bool, shared: dict[str, Any]) -> forms.Field:
    if not is_one:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
    if len(choices) > _MOST_SHOWN_OPEN:
        return forms.ChoiceField(choices=[("", "Choose one"), *choices], **shared)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)


def _make_text(field: FormField, shared: dict[str, Any]) -> forms.Field:
    length = longest(field.contact_field) if field.contact_field else LONGEST_TEXT
    attrs = {"autocomplete": _AUTOCOMPLETE[field.contact_field]} if field.contact_field in _AUTOCOMPLETE else {}
    return forms.CharField(max_length=length, widget=forms.TextInput(attrs=attrs), **shared)


def _make_long_text(field: FormField, shared: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=LONGEST_LONG_TEXT, widget=forms.Textarea(attrs={"rows": "4"}), **shared)


def _make_email(field: FormField, shared: dict[str, Any]) -> forms.Field:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(max_length=LONGEST, widget=widget, **shared)


def _make_phone(field: FormField, shared: dict[str, Any]) -> forms.Field:
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    return forms.RegexField(
        r"^[+0-9][0-9 ()./x-]{3,}$",
        max_length=64,
        widget=widget,
        error_messages={"invalid": "Give a phone number, like +49 30 1234567."},
        **shared,
    )


def _make_number(field: FormField, shared: dict[str, Any]) -> forms.Field:
    return forms.DecimalField(max_digits=18, decimal_places=6, **shared)


def _make_date(field: FormField, shared: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **shared)


def _make_checkbox(field: FormField, shared: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**shared)


_PLAIN = {
    Kind.TEXT: _make_text,
    Kind.LONG_TEXT: _make_long_text,
    Kind.EMAIL: _make_email,
    Kind.PHONE: _make_phone,
    Kind.NUMBER: _make_number,
    Kind.DATE: _make_date,
    Kind.CHECKBOX: _make_checkbox,
    Kind.CONSENT: _make_checkbox,
}
