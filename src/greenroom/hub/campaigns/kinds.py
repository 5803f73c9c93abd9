"""What the settings of conditions, decisions and waits hold; actions have their own in the registry."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from greenroom.hub.campaigns.waiting import LONGEST_MINUTES, Wait
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.segments.rules import read_rules

Deed = Literal["registered", "attended", "opened", "clicked", "submitted"]
OF_EVENTS = ("registered", "attended")


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """
    What a contact is waited for to do.

    Attributes:
        does: registers for or attends an event, opens or clicks an e-mail, submits a form.
        event: which event (id).
        minutes: attended at least so many.
        mail: which e-mail (id); any of this campaign without one.
        form: which form (id); any without one.
        limit_minutes: for how long; then the answer is no.
    """

    does: Deed
    limit_minutes: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_MINUTES)]
    event: int | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1)] | None = None
    mail: int | None = None
    form: int | None = None


def read_condition(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a condition as they are stored: `{"rule": ...}`, a rule of segments."""
    read_rules(settings.get("rule"))
    return {"rule": settings["rule"]}


def read_decision(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a decision as they are stored."""
    decision = _convert(settings, Decision)
    if (decision.event is not None) != (decision.does in OF_EVENTS):
        raise InvalidInputError("This step cannot be used.", {"event": "Choose an event."})
    return _builtins(decision)


def read_wait(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a wait as they are stored."""
    wait = _convert(settings, Wait)
    if wait.from_hour >= wait.to_hour:
        raise InvalidInputError("This step cannot be used.", {"to_hour": "The hours end before they begin."})
    if wait.event is None and not wait.until and wait.minutes <= 0:
        raise InvalidInputError("This step cannot be used.", {"amount": "Say how long."})
    return _builtins(wait)


READERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "condition": read_condition,
    "decision": read_decision,
    "wait": read_wait,
}


def _convert(settings: Mapping[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(dict(settings), kind)
    except msgspec.ValidationError as error:
        raise InvalidInputError("This step cannot be used.", {"settings": str(error)}) from None


def _builtins(value: Any) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made
