"""Custom fields, and what contacts have in them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.text import slugify

from greenroom.hub.contacts.following import touch
from greenroom.hub.contacts.models import CustomField, FieldValue
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable

_LONGEST = 1000
_LABEL_LENGTH = 100
_DIGITS_BEFORE_POINT = 18
_YES_NO = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}

Kind = CustomField.Kind


def add_field(*, label: str, kind: CustomField.Kind, choices: Sequence[str] = ()) -> CustomField:
    """
    Add a field to all contacts.

    Raises:
        InvalidInputError: there is no label, its key is taken, or a list has nothing to choose.
    """
    label, offered = _checked(label, kind, choices)
    key = slugify(label).replace("-", "_")[:64]
    if not key or CustomField.objects.filter(key=key).exists():
        raise InvalidInputError("This is not saved.", {"label": "Give a label that no other field has."})
    return CustomField.objects.create(key=key, label=label, kind=kind, choices=offered, created_at=clock.now())


def change_field(*, field: CustomField, label: str, choices: Sequence[str] = ()) -> CustomField:
    """
    Rename a field, or change what can be chosen; contacts keep what they have.

    Raises:
        InvalidInputError: as `add_field`.
    """
    field.label, field.choices = _checked(label, Kind(field.kind), choices)
    field.save(update_fields=["label", "choices"])
    return field


def _checked(label: str, kind: CustomField.Kind, choices: Sequence[str]) -> tuple[str, list[str]]:
    label, errors = storable(label.strip()), {}
    offered = list(dict.fromkeys(filter(None, (storable(one.strip(), _LONGEST) for one in choices))))
    if not 0 < len(label) <= _LABEL_LENGTH:
        errors["label"] = f"Give a label, {_LABEL_LENGTH} characters at most."
    if kind == Kind.CHOICE and not offered:
        errors["choices"] = "Give at least one thing to choose, each in a line of its own."
    if errors:
        raise InvalidInputError("This is not saved.", errors)
    return label, offered if kind == Kind.CHOICE else []


def delete_field(*, field: CustomField) -> None:
    """Delete a field with all that contacts have in it."""
    with transaction.atomic():
        touch(list(field.values.values_list("contact_id", flat=True)))
        field.delete()


def set_values(*, values: Iterable[tuple[int, CustomField, str]]) -> None:
    """
    Write what contacts have in custom fields; an empty text empties the field.

    A constant number of statements for up to a thousand values.

    Raises:
        InvalidInputError: a value is not of its field's kind; `errors` has the key of the field.
    """
    rows, emptied = [], []
    # What is said last of a contact and a field counts.
    for (contact, field), text in {(contact, field): text for contact, field, text in values}.items():
        value = read_value(field, text)
        if value is None:
            emptied.append((contact, field.pk))
        else:
            value.contact_id = contact
            rows.append(value)
    with transaction.atomic():
        FieldValue.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["contact", "field"],
            update_fields=["text", "number", "day"],
        )
        _empty(emptied)
        touch(sorted({one.contact_id for one in rows} | {pk for pk, _ in emptied}))


def _empty(emptied: Collection[tuple[int, int]]) -> None:
    by_field: dict[int, list[int]] = {}
    for contact, field in emptied:
        by_field.setdefault(field, []).append(contact)
    for field, contacts in by_field.items():
        FieldValue.objects.filter(field_id=field, contact__in=contacts).delete()


def read_value(field: CustomField, text: str) -> FieldValue | None:
    """
    Read a value of a field, whatever its kind, without a contact yet; None when it is empty.

    Raises:
        InvalidInputError: it is not of this kind; `errors` has the key of the field.
    """
    text = storable(text).strip()
    if not text:
        return None
    value = FieldValue(field=field)
    try:
        _read(value, Kind(field.kind), text, field.choices)
    except (ValueError, InvalidOperation, KeyError):
        raise InvalidInputError("This is not saved.", {field.key: _EXPECTED[Kind(field.kind)]}) from None
    return value


_EXPECTED: Mapping[CustomField.Kind, str] = {
    Kind.TEXT: f"Give {_LONGEST} characters at most.",
    Kind.NUMBER: "Give a number, like 12 or 3.5.",
    Kind.DATE: "Give a date, like 2026-03-31.",
    Kind.YES_NO: "Give yes or no.",
    Kind.CHOICE: "Choose one of the list.",
}


def _read(value: FieldValue, kind: CustomField.Kind, text: str, choices: Sequence[str]) -> None:
    match kind:
        case Kind.NUMBER:
            value.number = _number(text)
            value.text = f"{value.number.normalize():f}"
        case Kind.DATE:
            value.day = date.fromisoformat(text)
            value.text = value.day.isoformat()
        case Kind.YES_NO:
            value.text = _YES_NO[text.lower()]
        case Kind.CHOICE:
            value.text = {one.lower(): one for one in choices}[text.lower()]
        case Kind.TEXT:
            value.text = text
    if len(value.text) > _LONGEST:
        raise ValueError("too long")


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or number.adjusted() >= _DIGITS_BEFORE_POINT:
        raise ValueError("no number that is kept")
    return round(number, 6)
