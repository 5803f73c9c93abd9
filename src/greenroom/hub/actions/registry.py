"""
The actions there are, by key.

An app declares its own in `performing.py`:

    @action("tag", name="Add a tag", words="add the tag {tag}", form=TagForm)
    def add_tag(subjects: Sequence[Subject], settings: Settings) -> Outcomes: ...

An action is performed for many contacts at once, in the caller's transaction: what it does is rows, and reaches GoTo or
a mail server from there. It may be asked for again with the same subjects, and does nothing twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Model

from greenroom.hub.actions.fields import ActionForm, title_of
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.events.registration_form import Answers

Settings = Mapping[str, Any]
# Settings with our objects in the place of their numbers.
Named = Mapping[str, Any]
GONE = "something that is no longer here"
_actions: dict[str, "Action"] = {}


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A contact for whom something is done.

    Attributes:
        contact_id: who.
        cause: what for; an action happens once for a contact and a cause. At most 60 characters.
        answers: what they answered to the organizer's questions, where they were asked.
    """

    contact_id: int
    cause: str
    answers: Answers | None = None


def group_by_cause(subjects: Sequence[Subject]) -> dict[str, list[int]]:
    """Return the contacts for each cause."""
    grouped: dict[str, list[int]] = {}
    for one in subjects:
        grouped.setdefault(one.cause, []).append(one.contact_id)
    return grouped


@dataclass(slots=True)
class Outcomes:
    """
    How it went: for whoever is in no member, well.

    Attributes:
        problems: by contact, one sentence why it will not happen. Repeating does not help.
        pending: contacts for whom it has begun and is not decided; ask again with the same subjects.
        passed_over: by contact, one sentence why nothing was done for them, which is as it should be.
    """

    problems: dict[int, str] = field(default_factory=dict)
    pending: set[int] = field(default_factory=set)
    passed_over: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    Something that can be done for contacts.

    Attributes:
        key: stands in stored settings; never changes.
        name: what people choose, a verb first.
        words: what it does in a sentence, with the names of settings in braces.
        form: asks for the settings, and checks them.
        function: does it.
        find_obstacles: for each of many settings with what they name, one sentence why it could work for nobody now;
            empty when nothing is in the way.
    """

    key: str
    name: str
    words: str
    form: type[ActionForm]
    function: Callable[[Sequence[Subject], Settings], Outcomes]
    find_obstacles: Callable[[Sequence[Named]], list[str]]


def _no_obstacles(many: Sequence[Named]) -> list[str]:
    return [""] * len(many)


def action(
    key: str,
    *,
    name: str,
    words: str,
    form: type[ActionForm],
    find_obstacles: Callable[[Sequence[Named]], list[str]] = _no_obstacles,
) -> Callable[[Callable[[Sequence[Subject], Settings], Outcomes]], Action]:
    """Register a function as an action."""

    def register(function: Callable[[Sequence[Subject], Settings], Outcomes]) -> Action:
        if key in _actions:
            raise ValueError(f"There are two actions with the key {key}")
        _actions[key] = Action(
            key=key, name=name, words=words, form=form, function=function, find_obstacles=find_obstacles
        )
        return _actions[key]

    return register


def list_actions() -> list[Action]:
    """Return all actions, by name."""
    return sorted(_actions.values(), key=lambda one: one.name)


def get_action(key: str) -> Action:
    """
    Return an action.

    Raises:
        UnknownObjectError: there is none with this key.
    """
    if key not in _actions:
        raise UnknownObjectError("There is no such action.")
    return _actions[key]


def check_settings(key: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return settings as they are stored, for settings in JSON or as a form sent them.

    Raises:
        UnknownObjectError: there is no such action.
        InvalidInputError: something is missing or wrong; `errors` by the name of the setting.
    """
    form = get_action(key).form(given)
    if not form.is_valid():
        errors = {name: str(problems[0]) for name, problems in form.errors.items()}
        raise InvalidInputError("This action cannot be used.", errors)
    return form.to_settings()


def perform(key: str, subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Do something for contacts, in the caller's transaction; for each contact and cause once, however often it is asked.

    Raises:
        UnknownObjectError: there is no such action, or what the settings name is gone.
        HubError: it does not work now; ask again later.
    """
    return get_action(key).function(subjects, settings)


def find_obstacle(key: str, settings: Settings) -> str:
    """Say why an action could work for nobody now; empty when nothing is in the way."""
    return find_obstacles([(key, settings)])[0]


def find_obstacles(actions: Sequence[tuple[str, Settings]]) -> list[str]:
    """
    Say of each action why it could work for nobody now: what it names is gone, or it is of no use.

    Some queries for each kind of action and thing, however many actions there are.
    """
    things = _find_things(actions)
    obstacles = _say_what_is_gone(actions, things)
    by_key: dict[str, list[int]] = {}
    for number, (key, _) in enumerate(actions):
        if not obstacles[number]:
            by_key.setdefault(key, []).append(number)
    for key, numbers in by_key.items():
        many = [_name(get_action(key), actions[number][1], things) for number in numbers]
        for number, obstacle in zip(numbers, get_action(key).find_obstacles(many), strict=True):
            obstacles[number] = obstacle
    return obstacles


def find_gone(actions: Sequence[tuple[str, Settings]]) -> list[str]:
    """Say of each action what of that which it names is gone; empty when all is here. One query for each kind."""
    return _say_what_is_gone(actions, _find_things(actions))


_Things = Mapping[tuple[type[Model], Any], Model]


def _say_what_is_gone(actions: Sequence[tuple[str, Settings]], things: _Things) -> list[str]:
    return [_say_what_is_gone_of(key, settings, things) for key, settings in actions]


def _say_what_is_gone_of(key: str, settings: Settings, things: _Things) -> str:
    if key not in _actions:
        return "There is no such action."
    for name, value, asked in _values(_actions[key], settings):
        if (model := _model_of(asked)) and (model, value) not in things:
            return f"The {(asked.label or name).lower()} is no longer here."
    return ""


def _name(chosen: Action, settings: Settings, things: _Things) -> dict[str, Any]:
    named = {}
    for name, value, asked in _values(chosen, settings):
        model = _model_of(asked)
        named[name] = things[model, value] if model else value
    return named


@dataclass(frozen=True, slots=True)
class Titles:
    """What the ids in settings stand for."""

    known: Mapping[tuple[type[Model], Any], str]

    def describe(self, key: str, settings: Settings, told: Mapping[str, str] | None = None) -> str:
        """Say what an action with these settings does; `told` are words for settings that are not decided here."""
        chosen = get_action(key)
        words = {name: self._say(value, one) for name, value, one in _values(chosen, settings)}
        return chosen.words.format_map({**words, **(told or {})})

    def _say(self, value: Any, asked: forms.Field) -> str:
        model = _model_of(asked)
        return self.known.get((model, value), GONE) if model else str(value)


def find_titles(actions: Iterable[tuple[str, Settings]]) -> Titles:
    """Look up what the settings of actions name. One query for each kind of thing, however many actions there are."""
    return Titles({key: title_of(one) for key, one in _find_things(actions).items()})


def _find_things(actions: Iterable[tuple[str, Settings]]) -> _Things:
    wanted: dict[type[Model], set[Any]] = {}
    for key, settings in actions:
        for _, value, asked in _values(_actions[key], settings) if key in _actions else ():
            if model := _model_of(asked):
                wanted.setdefault(model, set()).add(value)
    return {
        (model, one.pk): one for model, keys in wanted.items() for one in model._default_manager.filter(pk__in=keys)
    }


def list_settings_for(model: type[Model]) -> list[tuple[str, str]]:
    """Return which actions choose one of these objects, by key, and the name of the setting that says which."""
    return [
        (one.key, name)
        for one in list_actions()
        for name, asked in one.form.base_fields.items()
        if _model_of(asked) is model
    ]


def _values(chosen: Action, settings: Settings) -> list[tuple[str, Any, forms.Field]]:
    return [(name, settings.get(name), asked) for name, asked in chosen.form.base_fields.items()]


def _model_of(asked: forms.Field) -> type[Model] | None:
    """Return whose objects a field chooses from; None for a field of another kind."""
    if not isinstance(asked, forms.ModelChoiceField):
        return None
    assert asked.queryset is not None
    return asked.queryset.model
