"""What forms begin with, and the fields that most forms have."""

from dataclasses import dataclass
from typing import Any

from greenroom.hub.webforms.models import FormField

Kind = FormField.Kind
FieldValues = dict[str, Any]


def _person(label: str, goto_field: str, contact_field: str, kind: str = Kind.TEXT) -> FieldValues:
    return {"kind": kind, "label": label, "goto_field": goto_field, "contact_field": contact_field}


# By GoTo's name for it: the contact has a place for each.
BASIC_FIELDS: dict[str, FieldValues] = {
    "firstName": _person("First name", "firstName", "first_name"),
    "lastName": _person("Last name", "lastName", "last_name"),
    "email": {"kind": Kind.EMAIL, "label": "E-mail address", "goto_field": "email"},
    "organization": _person("Organization", "organization", "organization"),
    "jobTitle": _person("Job title", "jobTitle", "job_title"),
    "phone": _person("Phone", "phone", "phone", Kind.PHONE),
    "city": _person("City", "city", "city"),
    "country": _person("Country", "country", "country"),
}


@dataclass(frozen=True, slots=True)
class Start:
    """What a new form may begin with."""

    label: str
    fields: tuple[FieldValues, ...]


def _mandatory(*names: str) -> tuple[FieldValues, ...]:
    return tuple({**BASIC_FIELDS[name], "is_required": True} for name in names)


_PERSON = _mandatory("firstName", "lastName", "email")
STARTS = {
    "webinar": Start(
        "The visitor chooses a webinar",
        (*_PERSON, {"kind": Kind.EVENT, "label": "Which webinar?", "product": "webinar", "is_required": True}),
    ),
    "training": Start(
        "The visitor chooses a training",
        (*_PERSON, {"kind": Kind.EVENT, "label": "Which training?", "product": "training", "is_required": True}),
    ),
    "person": Start("Name and address", _PERSON),
    "address": Start("Only the address", _mandatory("email")),
}
