"""
Making forms and changing them.

What is published stays whole: a change that would leave an organizer without what they ask everybody for is refused,
and says what is missing. A draft may be anything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Model

from greenroom.hub.actions.accounts import check_events_are_open
from greenroom.hub.actions.registry import check_settings
from greenroom.hub.connections.models import ConnectionUse
from greenroom.hub.contacts.models import CustomField
from greenroom.hub.contacts.selectors import list_fields
from greenroom.hub.contacts.services import read_value
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.core.positions import Place, next_position, put_before, step
from greenroom.hub.core.texts import storable
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS, Ability, can
from greenroom.hub.sync.services import keep_registration_form_fresh
from greenroom.hub.users.models import User
from greenroom.hub.webforms.answers import CONTACT_FIELDS
from greenroom.hub.webforms.checks import find_problems, list_asked
from greenroom.hub.webforms.models import EVENT_FIELD, FormAction, FormField, WebForm
from greenroom.hub.webforms.selectors import list_events_of
from greenroom.hub.webforms.starting import BASIC_FIELDS, STARTS

Kind = FormField.Kind
_CHOICES = {Kind.CHOICE, Kind.SEVERAL}
_MOST_FIELDS, _MOST_CHOICES = 100, 200
_SHORT = 200


def create_form(*, name: str, start: str, actor: User) -> WebForm:
    """
    Make a draft with the fields that one mostly begins with.

    Args:
        start: one of `starting.STARTS`.

    Raises:
        InvalidInputError: the name is missing or taken, or there is no such start.
    """
    if start not in STARTS:
        raise InvalidInputError("This is not saved.", {"start": "Choose what to begin with."})
    name = _free_name(name, owner=None)
    with transaction.atomic():
        form = WebForm.objects.create(name=name, title=name, created_by=actor, created_at=clock.now())
        for number, fields in enumerate(STARTS[start].fields, start=1):
            FormField.objects.create(form=form, position=10 * number, **fields)
    return form


def change_form(*, form: WebForm, **given: Any) -> WebForm:
    """
    Change what a form says and how it behaves: name, title, introduction, button, thanks, redirect_url, sites and
    asks_to_confirm.

    Raises:
        InvalidInputError: something is missing or cannot be taken; `errors` by name.
    """
    values = {
        "name": _free_name(given["name"], owner=form),
        "asks_to_confirm": bool(given["asks_to_confirm"]),
        **{name: storable(given[name]).strip() for name in ("introduction", "thanks", "redirect_url")},
        **{name: storable(given[name]).strip() for name in ("title", "button")},
        "sites": "\n".join(_read_sites(given["sites"])),
    }
    errors = {name: "This is required." for name in ("title", "button") if not values[name]}
    if values["redirect_url"] and not _is_web_address(str(values["redirect_url"])):
        errors["redirect_url"] = "Give a whole address that begins with https://."
    if errors:
        raise InvalidInputError("This is not saved.", errors)
    _write(form, **values)
    return form


def _free_name(name: str, *, owner: WebForm | None) -> str:
    name = storable(name).strip()
    if not 0 < len(name) <= _SHORT:
        raise InvalidInputError("This is not saved.", {"name": f"Give a name, {_SHORT} characters at most."})
    others = WebForm.objects.exclude(pk=owner.pk) if owner else WebForm.objects.all()
    if others.filter(name=name).exists():
        raise InvalidInputError("This is not saved.", {"name": "Another form has this name."})
    return name


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # such as brackets around what is no IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(text) & set(" \t\r\n\"'<>;")


def _read_sites(text: str) -> list[str]:
    """
    Return the origins of sites, one a line.

    Raises:
        InvalidInputError: a line is no address.
    """
    sites = [line.strip().rstrip("/") for line in text.splitlines() if line.strip()]
    for site in sites:
        if not _is_web_address(site) or urlsplit(site).path or urlsplit(site).query or "," in site:
            problem = f"“{site}” is no site. Give each as https://www.example.com, one a line."
            raise InvalidInputError("This is not saved.", {"sites": problem})
    return sites


def publish_form(*, form: WebForm) -> None:
    """
    Let visitors fill a form in.

    Raises:
        InvalidInputError: it would serve nobody; the sentence says why.
    """
    with _keeping_whole(form, is_published=True):
        _check_accounts(form, [one.pk for one in list_events_of(form)])
        _write(form, state=WebForm.State.PUBLISHED)


def close_form(*, form: WebForm) -> None:
    """Take no answers any more; what was sent stays."""
    _write(form, state=WebForm.State.CLOSED)


def delete_form(*, form: WebForm) -> None:
    """
    Delete a form with all that was sent by it; contacts and registrations stay.

    Raises:
        StateConflictError: visitors can fill it in.
    """
    if form.is_open:
        raise StateConflictError("Close this form first: visitors can fill it in.")
    form.delete()


def add_field(*, form: WebForm, kind: str, **given: Any) -> FormField:
    """
    Add a field at the end. See `FormField` for what can be given.

    Raises:
        InvalidInputError: something is missing or cannot be taken; `errors` by name.
    """
    if form.fields.count() >= _MOST_FIELDS:
        raise InvalidInputError(f"A form has {_MOST_FIELDS} fields at most.")
    field = FormField(form=form, kind=kind, **_checked(kind, given))
    _check_accounts(form, field.events, name="events")
    with _keeping_whole(form):
        if kind == Kind.EMAIL and form.fields.filter(kind=kind).exists():
            raise InvalidInputError("This form asks for the address already.")
        field.position = next_position(form.fields.all())
        field.save()
    return field


def change_field(*, field: FormField, **given: Any) -> FormField:
    """
    Change a field. What was answered before keeps the words that were shown then.

    Raises:
        InvalidInputError: something is missing or cannot be taken, or a published form would serve nobody.
    """
    values = _checked(field.kind, given)
    _check_accounts(field.form, {*values.get("events", ())} - {*field.events}, name="events")
    with _keeping_whole(field.form):
        _write(field, **values)
    return field


def remove_field(*, field: FormField) -> None:
    """
    Take a field out of a form; what was answered in it stays.

    Raises:
        InvalidInputError: a published form would serve nobody.
    """
    with _keeping_whole(field.form):
        field.delete()


def move_field(*, field: FormField, before: int | None) -> Place:
    """
    Put a field before another one, or at the end.

    Raises:
        StateConflictError: that other field is no longer there.
    """
    with transaction.atomic():
        _lock(field.form)
        return put_before(field.form.fields.all(), field.pk, before)


def step_field(*, field: FormField, by: int) -> Place:
    """Move a field one place `UP` or `DOWN`."""
    with transaction.atomic():
        _lock(field.form)
        return step(field.form.fields.all(), field.pk, by)


def _checked(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a field's values counts for its kind."""
    errors = {}
    values: dict[str, Any] = {
        "label": storable(given.get("label", "")).strip(),
        "help": storable(given.get("help", "")).strip(),
        "is_required": bool(given.get("is_required")),
    }
    if not values["label"]:
        errors["label"] = "This is required."
    values |= _checked_for_kind(Kind(kind), given, errors)
    if errors:
        raise InvalidInputError("This field is not saved.", errors)
    return values


def _checked_for_kind(kind: FormField.Kind, given: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    match kind:
        case Kind.EMAIL:
            return {"is_required": True, "goto_field": "email"}
        case Kind.CONSENT:
            if given.get("purpose") is None:
                errors["purpose"] = "Choose what is agreed to."
            return {"purpose": given.get("purpose")}
        case Kind.EVENT:
            return _checked_event(given, errors)
        case Kind.HIDDEN:
            return {
                "is_required": False,
                "parameter": given.get("parameter", "").strip(),
                "default": storable(given.get("default", "")).strip(),
                **_checked_mapping(kind, given, (), errors),
            }
        case _:
            choices = _checked_choices(given, errors) if kind in _CHOICES else []
            return {
                "choices": choices,
                "is_asked_once": bool(given.get("is_asked_once")),
                **_checked_mapping(kind, given, choices, errors),
            }


def _checked_mapping(
    kind: FormField.Kind, given: Mapping[str, Any], choices: Sequence[str], errors: dict[str, str]
) -> dict[str, str]:
    contact_field, goto_field = given.get("contact_field", ""), storable(given.get("goto_field", "")).strip()
    if contact_field and contact_field not in CONTACT_FIELDS:
        custom = next((one for one in list_fields() if one.target == contact_field), None)
        problem = _find_misfit(custom, kind, choices) if custom else "Contacts have nothing of this name."
        errors |= {"contact_field": problem} if problem else {}
    if goto_field == "email":
        errors["goto_field"] = "The e-mail address comes from its own field."
    return {"contact_field": contact_field, "goto_field": goto_field}


def _find_misfit(custom: CustomField, kind: FormField.Kind, choices: Sequence[str]) -> str:
    """Say why the answers of a field are never of the kind of a custom field; empty when they may be."""
    is_list = custom.kind in {CustomField.Kind.CHOICE, CustomField.Kind.YES_NO}
    if is_list and kind not in {Kind.CHOICE, Kind.CHECKBOX, Kind.HIDDEN}:
        return f"“{custom}” takes only some answers: ask for it with a choice of one."
    if kind == Kind.SEVERAL and custom.kind != CustomField.Kind.TEXT:
        return f"“{custom}” takes one answer only."
    for answer in ["Yes"] if kind == Kind.CHECKBOX else choices:
        try:
            read_value(custom, answer)
        except InvalidInputError:
            return f"“{custom}” does not take “{answer}”."
    return ""


def _checked_choices(given: Mapping[str, Any], errors: dict[str, str]) -> list[str]:
    choices = list(dict.fromkeys(one.strip() for one in given.get("choices", ()) if one.strip()))
    if not 0 < len(choices) <= _MOST_CHOICES:
        errors["choices"] = f"Give 1 to {_MOST_CHOICES} answers to choose from, one a line."
    return [storable(one, _SHORT) for one in choices]


def _checked_event(given: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    if given.get("product") not in PRODUCTS:
        errors["product"] = "Choose of what the visitor chooses."
    return {
        "product": given.get("product", ""),
        "events": sorted(set(given.get("events", ()))),
        "takes_several": bool(given.get("takes_several")),
    }


def add_asked_fields(*, form: WebForm) -> int:
    """Add a mandatory field for everything that organizers ask everybody for and nothing answers yet."""
    there = set(form.fields.exclude(goto_field="").values_list("goto_field", flat=True))
    asked_for = {one.target: one for event in list_events_of(form) for one in list_asked(event)}
    missing = {target: one for target, one in asked_for.items() if target not in there}
    with transaction.atomic():
        _lock(form)
        for asked in missing.values():
            basic: dict[str, Any] = BASIC_FIELDS.get(asked.target, {})
            kind = Kind.CHOICE if asked.choices else basic.get("kind", Kind.TEXT)
            values = {"label": asked.label, "goto_field": asked.target, "is_required": True} | basic
            FormField.objects.create(
                form=form,
                position=next_position(form.fields.all()),
                **values | {"kind": kind, "choices": list(asked.choices)},
            )
    return len(missing)


def add_action(*, form: WebForm, kind: str, given: Mapping[str, Any]) -> FormAction:
    """
    Have something done for who sends a form. `given` has the settings of the act, or `event_field` for its event.

    Raises:
        UnknownObjectError: there is no such act.
        InvalidInputError: something is missing or cannot be taken, or a published form would serve nobody.
    """
    settings = _checked_settings(form, kind, given)
    _check_accounts(form, _events_of(settings))
    with _keeping_whole(form):
        action = FormAction(form=form, kind=kind, settings=settings)
        action.position = next_position(form.actions.all())
        action.save()
    return action


def change_action(*, action: FormAction, given: Mapping[str, Any]) -> FormAction:
    """
    Change the settings of an action; what was sent before is acted on as it was.

    Raises:
        InvalidInputError: as `add_action`.
    """
    settings = _checked_settings(action.form, action.kind, given)
    _check_accounts(action.form, _events_of(settings) - _events_of(action.settings))
    with _keeping_whole(action.form):
        _write(action, settings=settings)
    return action


def remove_action(*, action: FormAction) -> None:
    """Do it no more for who sends the form from now on."""
    with _keeping_whole(action.form):
        action.delete()


def _checked_settings(form: WebForm, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings to be stored; an event that the visitor chooses stands as the field they choose it in."""
    field_id = given.get(EVENT_FIELD)
    if not field_id:
        return check_settings(kind, given)
    if not form.fields.filter(pk=field_id, kind=Kind.EVENT).exists():
        raise InvalidInputError("This is not saved.", {"event": "That field is no longer here. Choose another."})
    # Any event will do to have the other settings checked.
    any_event = Event.objects.values_list("pk", flat=True).first()
    settings = check_settings(kind, {**given, "event": any_event})
    return {name: value for name, value in settings.items() if name != "event"} | {EVENT_FIELD: field_id}


def _events_of(settings: Mapping[str, Any]) -> set[int]:
    return {settings["event"]} if settings.get("event") else set()


def _check_accounts(form: WebForm, events: Collection[int], *, name: str = "event") -> None:
    check_events_are_open(events=events, used_by=ConnectionUse.UsedBy.FORM, object_id=form.pk, name=name)


@contextmanager
def _keeping_whole(form: WebForm, *, is_published: bool = False) -> Iterator[None]:
    """
    Change a form in a transaction, and refuse what would let a published one serve nobody.

    Raises:
        InvalidInputError: with all that stands in the way.
    """
    with transaction.atomic():
        _lock(form)
        yield
        ask_organizers(form=form)
        blocking = [one.sentence for one in find_problems(form) if one.is_blocking]
        if blocking and (is_published or form.is_open):
            raise InvalidInputError(" ".join(blocking))


def ask_organizers(*, form: WebForm, at_most: timedelta = timedelta(hours=1)) -> None:
    """
    Have read again, in the background, what organizers ask in the events of a form.

    They may ask for more tomorrow, and for more in an event that is planned tomorrow: the form's page then says so.

    Args:
        at_most: how old what we know may be.
    """
    for event in list_events_of(form):
        if can(event.product, Ability.REGISTER):
            keep_registration_form_fresh(event=event, at_most=at_most)


def _lock(form: WebForm) -> None:
    WebForm.objects.select_for_update(no_key=True).get(pk=form.pk)


def _write(row: Model, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
