"""What an organizer asks at sign-up: as a schema for platforms that build forms by it, and question by question."""

from typing import Annotated, Any

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import find_event
from greenroom.hub.automation.operations.events import EventInput
from greenroom.hub.automation.registering import form_of
from greenroom.hub.automation.registry import Visibility, operation
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.core.errors import StateConflictError, TemporarilyUnavailableError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import can
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.registration_form import FormField, FormQuestion, RegistrationForm

_TAGS = ["Registrants"]
_BASIC = {"firstName": "first_name", "lastName": "last_name", "email": "email"}


class RegistrationSchema(msgspec.Struct, frozen=True, kw_only=True):
    """What can be sent to Register for an event."""

    schema: Annotated[dict[str, Any], told("Schema", "As JSON Schema.")]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that can be chosen."""

    key: Annotated[str, told("Key", "What GoTo calls it.")]
    text: Annotated[str, told("Text", "What people read.")]


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the organizer's own."""

    id: Id
    label: Annotated[str, told("Label", "What is asked.")]
    question_key: Annotated[str, told("Question key", "What GoTo calls it.")]
    is_required: Annotated[bool, told("Required", "Whether it has to be answered.")]
    max_length: Annotated[int, told("Most characters", "How long an answer may be; 0 when GoTo tells no limit.")]
    choices: Annotated[list[Choice], told("Choices", "What can be chosen; none where any text will do.")]


@operation(
    "GetRegistrationSchema",
    "GET",
    "/events/{event}/registration-schema",
    summary="Get registration schema",
    verb=Verb.READ,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def get_registration_schema(caller: Caller, wanted: EventInput) -> RegistrationSchema:
    """Returns what the organizer asks at sign-up, as JSON Schema of what Register for an event takes."""
    return RegistrationSchema(schema=_schema_of(_form_of(find_event(caller, "", wanted.event))))


@operation(
    "ListRegistrationQuestions",
    "GET",
    "/events/{event}/questions",
    summary="List registration questions",
    verb=Verb.READ,
    tags=_TAGS,
)
def list_registration_questions(caller: Caller, wanted: EventInput) -> list[AskedQuestion]:
    """Returns the questions of the organizer's own that are asked at sign-up."""
    form = _form_of(find_event(caller, "", wanted.event))
    return [
        AskedQuestion(
            id=one.key,
            label=one.text,
            question_key=one.key,
            is_required=one.is_required,
            max_length=one.max_length,
            choices=[Choice(key=key, text=text) for key, text in one.choices],
        )
        for one in form.questions
    ]


def _form_of(event: Event) -> RegistrationForm:
    if not can(event.product, Ability.REGISTER):
        raise StateConflictError("Nobody signs up for this event: everybody joins by the same link.")
    form = form_of(event)
    if form is None:
        raise TemporarilyUnavailableError("GoTo does not tell at the moment what this event asks.", 60)
    return form


def _schema_of(form: RegistrationForm) -> dict[str, Any]:
    basic = {_BASIC[one.name]: _of_field(one) for one in form.fields if one.name in _BASIC}
    others = [one for one in form.fields if one.name not in _BASIC]
    schema: dict[str, Any] = {"type": "object", "properties": basic, "required": sorted(basic)}
    if others:
        required = [one.name for one in others if one.is_required]
        schema["properties"]["fields"] = _object({one.name: _of_field(one) for one in others}, required)
        schema["required"] += ["fields"] if required else []
    if form.questions:
        schema["properties"]["responses"] = {"type": "array", "items": {"oneOf": [*map(_of_question, form.questions)]}}
        schema["required"] += ["responses"] if any(one.is_required for one in form.questions) else []
    return schema


def _of_field(field: FormField) -> dict[str, Any]:
    return {"type": "string", **_bounds(field.max_length, field.choices)}


def _of_question(question: FormQuestion) -> dict[str, Any]:
    answer = {"type": "string", "title": question.text}
    answer |= _bounds(question.max_length, tuple(text for _, text in question.choices))
    members: dict[str, Any] = {"questionKey": {"const": question.key}, "answer": answer}
    return _object(members, ["questionKey", "answer"])


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _bounds(max_length: int, choices: tuple[str, ...]) -> dict[str, Any]:
    if choices:
        return {"enum": list(choices)}
    return {"maxLength": max_length} if max_length else {}
