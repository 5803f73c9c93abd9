"""What visitors answer, and what of it goes to contacts and to the organizers of events."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from greenroom.hub.contacts.models import Contact, CustomField, FieldValue
from greenroom.hub.contacts.selectors import list_fields, list_values
from greenroom.hub.contacts.services import read_value
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import (
    BASIC_FORM,
    FIELD_LABELS,
    Answers,
    FormQuestion,
    RegistrationForm,
)
from greenroom.hub.webforms.models import FormField

CONTACT_FIELDS = {
    "first_name": "First name",
    "last_name": "Last name",
    "organization": "Organization",
    "job_title": "Job title",
    "phone": "Phone",
    "city": "City",
    "country": "Country",
}
# What of a contact stands in for an answer that was not asked for, by GoTo's name.
_KNOWN = {
    "firstName": "first_name",
    "lastName": "last_name",
    "email": "email",
    "organization": "organization",
    "jobTitle": "job_title",
    "phone": "phone",
    "city": "city",
    "country": "country",
}
_QUESTION = "question:"
_LONGEST = 200


class Answer(msgspec.Struct, frozen=True):
    """
    An answer as it was given, with what was asked: neither changes with the form.

    `values` are what counts (ids of events, the words of choices, "yes"); `shown` is what people read.
    """

    field: int
    label: str
    kind: str
    values: tuple[str, ...]
    shown: str


def read_answers(stored: Any) -> list[Answer]:
    """Read what `store_answers` made."""
    return msgspec.convert(stored, list[Answer])


def store_answers(answers: Sequence[Answer]) -> Any:
    """Return plain lists and dicts for a JSON column."""
    return msgspec.to_builtins(answers)


def question_target(words: str) -> str:
    """Return the `goto_field` of an organizer's own question: its words, since keys differ from event to event."""
    return f"{_QUESTION}{words.strip().casefold()}"


def target_label(goto_field: str) -> str:
    """Name what of the organizer's form a field answers."""
    return FIELD_LABELS.get(goto_field, goto_field.removeprefix(_QUESTION))


def asked_at(event: Event) -> RegistrationForm:
    """Return what the organizer of an event asks, as far as we know."""
    return RegistrationForm.from_json(event.registration_form) if event.registration_form else BASIC_FORM


def list_custom_fields(fields: Iterable[FormField]) -> dict[str, CustomField]:
    """Return the custom fields of contacts in which these fields keep their answers, by target. One query at most."""
    wanted = {one.contact_field for one in fields} - {"", *CONTACT_FIELDS}
    return {one.target: one for one in list_fields() if one.target in wanted} if wanted else {}


def read_contact_values(fields: Iterable[FormField], answers: Sequence[Answer]) -> dict[str, str]:
    """Return what was told of the contact, by the name of the contact's field or the target of a custom one."""
    given = {one.field: one.shown for one in answers if one.values}
    mapped = [one for one in fields if one.contact_field and one.pk in given]
    return {one.contact_field: given[one.pk][: longest(one.contact_field)] for one in mapped}


def read_custom_values(told: Mapping[str, str], customs: Mapping[str, CustomField]) -> list[tuple[CustomField, str]]:
    """Return of what was told what custom fields take; what is not of a field's kind stays in the answer alone."""
    values = []
    for target, field in customs.items():
        with suppress(InvalidInputError):
            if target in told and read_value(field, told[target]):
                values.append((field, told[target]))
    return values


def list_known(contact: Contact) -> set[str]:
    """Return of which fields of a contact we know what is in them, by name or target. One query."""
    own = {name for name in CONTACT_FIELDS if getattr(contact, name)}
    return own | {one.field.target for one in list_values(contact=contact)}


def longest(contact_field: str) -> int:
    """Return how many characters a contact's field takes."""
    if contact_field not in CONTACT_FIELDS:
        return FieldValue._meta.get_field("text").max_length or _LONGEST
    length = Contact._meta.get_field(contact_field).max_length  # type: ignore[union-attr]
    return length or _LONGEST


def read_chosen_events(field_id: int, answers: Sequence[Answer]) -> list[int]:
    """Return the ids of the events that were chosen in a field."""
    return [int(pk) for one in answers if one.field == field_id for pk in one.values]


def answer_organizer(
    *, event: Event, fields: Iterable[FormField], answers: Sequence[Answer], contact: Contact | None, email: str
) -> Answers:
    """
    Return what is told to the organizer of an event: what was mapped, else what we know of the contact.

    Nothing is told that is not asked for.
    """
    shown = {one.field: one.shown for one in answers if one.values}
    given = {one.goto_field: shown[one.pk] for one in fields if one.goto_field and one.pk in shown}
    asked = asked_at(event)
    told = {one.name: given.get(one.name) or _known(contact, one.name) for one in asked.fields} | {"email": email}
    texts: dict[str, str] = {}
    choices: dict[str, str] = {}
    for question in asked.questions:
        if value := given.get(question_target(question.text)):
            (choices if question.choices else texts)[question.key] = _choose(question, value)
    return Answers({name: value for name, value in told.items() if value}, texts, choices)


def _known(contact: Contact | None, goto_field: str) -> str:
    name = _KNOWN.get(goto_field)
    return getattr(contact, name) if contact and name else ""


def _choose(question: FormQuestion, value: str) -> str:
    by_words: Mapping[str, str] = {words.strip().casefold(): key for key, words in question.choices}
    return by_words.get(value.casefold(), value)
