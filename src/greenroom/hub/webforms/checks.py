"""What keeps a form from working: looked for before it is published, at each change, and whenever it is shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from greenroom.hub.actions.accounts import find_closed_events
from greenroom.hub.actions.registry import get_action
from greenroom.hub.connections.models import ConnectionUse
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Ability, can
from greenroom.hub.events.registration_form import FIELD_LABELS
from greenroom.hub.webforms.answers import CONTACT_FIELDS, asked_at, list_custom_fields, question_target
from greenroom.hub.webforms.models import EVENT_FIELD, REGISTER, FormAction, FormField, WebForm
from greenroom.hub.webforms.selectors import find_fixed_events, list_offers, list_offers_of_many

Kind = FormField.Kind

_GONE = {
    Event.State.CANCELLED: "was cancelled",
    Event.State.MISSING: "is not found at GoTo",
    Event.State.ENDED: "is over",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """
    Something that is not right.

    Attributes:
        sentence: what it is, and what to do.
        is_blocking: nobody could be served; else the form goes on working, and keeps what it cannot do yet.
        event: of whose organizer's questions it is about.
    """

    sentence: str
    is_blocking: bool = True
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Something an organizer asks for."""

    target: str
    label: str
    choices: tuple[str, ...]


def list_asked(event: Event) -> list[Asked]:
    """Return what the organizer of an event asks everybody for, as far as we know."""
    form = asked_at(event)
    fields = [
        Asked(one.name, FIELD_LABELS.get(one.name, one.name), one.choices) for one in form.fields if one.is_required
    ]
    questions = [
        Asked(question_target(one.text), one.text, tuple(words for _, words in one.choices))
        for one in form.questions
        if one.is_required
    ]
    return [*fields, *questions]


def list_targets(events: Iterable[Event]) -> list[tuple[str, str]]:
    """Return what of organizers' forms a field can answer: the standard fields, and the questions of these events."""
    standard = [(name, label) for name, label in FIELD_LABELS.items() if name != "email"]
    questions = {question_target(one.text): one.text for event in events for one in asked_at(event).questions}
    return [*standard, *questions.items()]


def find_problems(form: WebForm) -> list[Problem]:
    """Return what is not right with a form. Some queries, however many fields and actions it has."""
    fields, actions = list(form.fields.all()), list(form.actions.all())
    offers = list_offers(fields)
    fixed = find_fixed_events(actions)
    problems = _problems_of_fields(fields, actions)
    for one in actions:
        problems += _problems_of_action(one, fields, offers, fixed)
    return problems + _problems_of_accounts(form, {*fixed, *(pk for one in fields for pk in one.events)})


def find_lacking(forms: Sequence[WebForm]) -> set[int]:
    """Return which of many forms do not answer what an organizer asks everybody for. Six queries, however many."""
    prefetch_related_objects(forms, "fields", "actions")
    answering = {form.pk: list(form.fields.all()) for form in forms}
    actions = [one for form in forms for one in form.actions.all() if one.kind == REGISTER]
    chosen_in = {one.settings.get(EVENT_FIELD) for one in actions}
    offers = list_offers_of_many([one for fields in answering.values() for one in fields if one.pk in chosen_in])
    fixed = find_fixed_events(actions)
    events = {one.pk: _list_asking_events(one, offers, fixed) for one in actions}
    asked = {pk: list_asked(event) for pk, event in {one.pk: one for many in events.values() for one in many}.items()}
    return {
        one.form_id
        for one in actions
        if any(_list_unanswered(asked[event.pk], answering[one.form_id]) for event in events[one.pk])
    }


def _list_asking_events(
    action: FormAction, offers: Mapping[int, list[Event]], fixed: Mapping[int, Event | None]
) -> list[Event]:
    """Return the events that an action registers for and whose organizers' questions we know."""
    if EVENT_FIELD in action.settings:
        return offers.get(action.settings[EVENT_FIELD], [])
    event = fixed[action.settings["event"]]
    return [event] if event and event.state not in _GONE and event.registration_form else []


def _problems_of_accounts(form: WebForm, events: Collection[int]) -> list[Problem]:
    """Name events that the form may not use. A published one goes on with them."""
    closed = find_closed_events(events=events, used_by=ConnectionUse.UsedBy.FORM, object_id=form.pk)
    return [Problem(sentence, is_blocking=not form.is_open) for sentence in closed.values()]


def _problems_of_fields(fields: Sequence[FormField], actions: Sequence[FormAction]) -> list[Problem]:
    problems = []
    if not any(one.kind == Kind.EMAIL for one in fields):
        problems.append(Problem("Add a field for the e-mail address: without it nobody can be told anything."))
    used = {one.settings.get(EVENT_FIELD) for one in actions}
    customs = list_custom_fields(fields)
    gone = [one for one in fields if one.contact_field not in {"", *CONTACT_FIELDS, *customs}]
    sentence = "“{}” is kept in a field of contacts that is no longer here. Choose another for it."
    problems += [Problem(sentence.format(one), is_blocking=False) for one in gone]
    unused = [one for one in fields if one.kind == Kind.EVENT and one.pk not in used]
    sentence = "Nothing is done with “{}”. Add an action that takes the event from it."
    return problems + [Problem(sentence.format(one), is_blocking=False) for one in unused]


def _problems_of_action(
    action: FormAction,
    fields: Sequence[FormField],
    offers: Mapping[int, list[Event]],
    fixed: Mapping[int, Event | None],
) -> list[Problem]:
    try:
        name = get_action(action.kind).name
    except UnknownObjectError:
        return [Problem("An action is no longer there. Remove it.")]
    if EVENT_FIELD in action.settings:
        chosen_in = next((one for one in fields if one.pk == action.settings[EVENT_FIELD]), None)
        return _problems_of_choice(action.kind, name, chosen_in, fields, offers)
    if "event" not in action.settings:
        return []
    event = fixed[action.settings["event"]]
    if event is None:
        return [Problem(f"“{name}” names an event that is no longer here. What is sent is kept.", is_blocking=False)]
    return _problems_of_event(action.kind, event, fields)


def _problems_of_choice(
    kind: str, name: str, chosen_in: FormField | None, fields: Sequence[FormField], offers: Mapping[int, list[Event]]
) -> list[Problem]:
    if chosen_in is None:
        return [Problem(f"“{name}” takes the event from a field that is no longer here. Change the action.")]
    if kind == REGISTER and not can(chosen_in.product, Ability.REGISTER):
        return [Problem(f"Nobody registers for what is chosen in “{chosen_in}”. Send the link instead.")]
    if not offers[chosen_in.pk]:
        sentence = f"There is nothing to choose in “{chosen_in}” now. Visitors can send the form without it."
        return [Problem(sentence, is_blocking=False)]
    return [problem for event in offers[chosen_in.pk] for problem in _problems_of_event(kind, event, fields)]


def _problems_of_event(kind: str, event: Event, fields: Sequence[FormField]) -> list[Problem]:
    if gone := _GONE.get(Event.State(event.state)):
        return [Problem(f"“{event}” {gone}. What is sent is kept.", is_blocking=False)]
    if kind != REGISTER:
        return []
    if not can(event.product, Ability.REGISTER):
        return [Problem(f"Nobody registers for “{event}”. Send the link instead.")]
    if event.registration_form is None:
        return [Problem(f"We are still asking GoTo what the organizer of “{event}” asks for.", is_blocking=False)]
    return [Problem(sentence, event=event) for sentence in _find_unanswered(event, fields)]


def _find_unanswered(event: Event, fields: Iterable[FormField]) -> list[str]:
    """Return a sentence for each thing the organizer asks everybody for and this form does not answer."""
    return [
        f"“{event}” takes only its own answers for “{asked.label}”: offer them in “{field}”, spelled alike."
        if field
        else f"“{event}” asks everybody for “{asked.label}”, and no mandatory field here answers it."
        for asked, field in _list_unanswered(list_asked(event), fields)
    ]


def _list_unanswered(many: Iterable[Asked], fields: Iterable[FormField]) -> list[tuple[Asked, FormField | None]]:
    """Return what of that which is asked no field answers, or, with the field, whose answers do not fit."""
    answered = {one.goto_field: one for one in fields if one.goto_field and _is_always_given(one)}
    found = [(asked, answered.get(asked.target)) for asked in many]
    return [(asked, field) for asked, field in found if field is None or (asked.choices and not _fits(field, asked))]


def _is_always_given(field: FormField) -> bool:
    return field.is_required or (field.kind == Kind.HIDDEN and bool(field.default))


def _fits(field: FormField, asked: Asked) -> bool:
    allowed = {one.strip().casefold() for one in asked.choices}
    given = [field.default] if field.kind == Kind.HIDDEN else field.choices
    return bool(given) and all(one.strip().casefold() in allowed for one in given)
