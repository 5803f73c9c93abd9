"""The organizer's registration form as a form of ours: the same fields, the same questions, nothing more."""

from typing import Any

from django import forms

from greenroom.hub.events.registration_form import (
    BASIC_FORM,
    FIELD_LABELS,
    Answers,
    FormField,
    FormQuestion,
    RegistrationForm,
)
from greenroom.hub.users.models import User

# Of GoTo's standard fields: the group, and what a browser may fill in by itself.
_STANDARD = {
    "firstName": ("You", "given-name"),
    "lastName": ("You", "family-name"),
    "email": ("You", "email"),
    "phone": ("You", "tel"),
    "address": ("Address", "street-address"),
    "city": ("Address", "address-level2"),
    "state": ("Address", "address-level1"),
    "zipCode": ("Address", "postal-code"),
    "country": ("Address", "country-name"),
    "organization": ("Work", "organization"),
    "jobTitle": ("Work", "organization-title"),
    "industry": ("Work", ""),
    "numberOfEmployees": ("Work", ""),
    "purchasingTimeFrame": ("Work", ""),
    "purchasingRole": ("Work", ""),
    "questionsAndComments": ("Questions", ""),
}
_GROUPS = ("You", "Address", "Work", "Questions")
_LONG_TEXT = 128


class RegistrationDetailsForm(forms.Form):
    """Built from what GoTo told; field names are GoTo's, questions are `question_KEY`."""

    use_required_attribute = False  # errors are ours to show, beside the field and in words

    def __init__(
        self, asked: RegistrationForm | None, user: User | None, data: Any = None, *, given: Answers | None = None
    ) -> None:
        """
        Build the fields, filled in with what is known of the person; without one, somebody else is registered.

        Args:
            given: what they answered before.
        """
        known = {"firstName": user.first_name, "lastName": user.last_name, "email": user.email} if user else {}
        if given:
            told = {f"question_{key}": value for key, value in (given.texts | given.choices).items()}
            known |= given.fields | told
        super().__init__(data, initial=known)
        self.asked = asked or BASIC_FORM
        self._groups: dict[str, list[str]] = {name: [] for name in _GROUPS}
        for field in self.asked.fields:
            group, autocomplete = _STANDARD.get(field.name, ("Questions", ""))
            label = FIELD_LABELS.get(field.name, field.name)
            self.fields[field.name] = _make_field(field, label, autocomplete if user else "off")
            self._groups[group].append(field.name)
        for question in self.asked.questions:
            name = f"question_{question.key}"
            self.fields[name] = _make_question(question)
            self._groups["Questions"].append(name)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the groups that hold anything, with their fields."""
        return [(title, [self[name] for name in names]) for title, names in self._groups.items() if names]

    def answers(self) -> Answers:
        """Return what was answered, in the shape every door uses."""
        texts: dict[str, str] = {}
        choices: dict[str, str] = {}
        for question in self.asked.questions:
            value = str(self.cleaned_data.get(f"question_{question.key}") or "").strip()
            if value:
                (choices if question.choices else texts)[question.key] = value
        return Answers(
            fields={field.name: str(self.cleaned_data[field.name] or "").strip() for field in self.asked.fields},
            texts=texts,
            choices=choices,
        )


def _make_field(field: FormField, label: str, autocomplete: str) -> forms.Field:
    attrs = {"autocomplete": autocomplete} if autocomplete else {}
    shared: dict[str, Any] = {"label": label, "required": field.is_required}
    if field.choices:
        choices = [("", "Choose one"), *((choice, choice) for choice in field.choices)]
        return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=attrs), **shared)
    if field.name == "email":
        return forms.EmailField(max_length=field.max_length or 254, widget=forms.EmailInput(attrs=attrs), **shared)
    return _make_text(field.max_length, attrs, shared)


def _make_question(question: FormQuestion) -> forms.Field:
    shared: dict[str, Any] = {"label": question.text, "required": question.is_required}
    if not question.choices:
        return _make_text(question.max_length, {}, shared)
    # A single answer, such as a consent, is also shown as a choice: what is agreed to must be readable.
    return forms.ChoiceField(choices=question.choices, widget=forms.RadioSelect, **shared)


def _make_text(max_length: int, attrs: dict[str, str], shared: dict[str, Any]) -> forms.Field:
    widget: forms.Widget = forms.TextInput(attrs=attrs)
    if max_length > _LONG_TEXT:
        widget = forms.Textarea(attrs={**attrs, "rows": "3"})
    return forms.CharField(max_length=max_length or None, widget=widget, **shared)
