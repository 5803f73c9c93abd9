"""
The registry: every operation and trigger other programs have, described once.

An operation is a function of a caller and an input; a trigger turns facts of the ledger into items. Their inputs and
outputs are msgspec structs whose members are described by `fields.told`. Whatever documents or serves them reads it
here: the API's addresses, OpenAPI, Swagger for Power Platform, Zapier, n8n, MCP.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.paging import PageInput
from greenroom.hub.ledger.models import Fact

I = TypeVar("I", bound=msgspec.Struct)  # noqa: E741 - an input
O = TypeVar("O")  # noqa: E741 - an output
F = TypeVar("F", bound=Callable[..., Any])

Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]


class Visibility(StrEnum):
    """How prominently platforms show it."""

    IMPORTANT = "important"
    ADVANCED = "advanced"
    INTERNAL = "internal"  # serves other operations, such as the choices of a field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Generic[O]):
    """
    An output with more about it.

    Attributes:
        status: another one than the operation's own.
        next_cursor: where the next page begins; empty when this is the last one.
    """

    body: O
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    next_cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[I, O]):
    """
    Something a program may ask for.

    Attributes:
        operation_id: in PascalCase; never changes.
        path: below /api/v1; members of the input named in it come from the path, the others from the query of a GET or
            the body of anything else.
        summary: what a person chooses in a list, such as "Get training"; at most 80 characters.
        description: one or more sentences.
        verb: what the key must allow; None is nothing in particular.
        input, output: structs; `list[...]` of a struct for lists.
        status: of the answer when it went well.
        other_statuses: what else it may answer by a `Reply`, with a sentence for each.
    """

    operation_id: str
    method: Method
    path: str
    summary: str
    description: str
    verb: Verb | None
    input: type[I]
    output: Any
    function: Callable[[Caller, I], "O | Reply[O]"]
    status: int = 200
    other_statuses: Mapping[int, str] = field(default_factory=dict)
    visibility: Visibility = Visibility.IMPORTANT
    tags: tuple[str, ...] = ()

    @property
    def is_search(self) -> bool:
        """Whether it only reads."""
        return self.method == "GET"

    @property
    def path_members(self) -> tuple[str, ...]:
        """Return the wire names of the members of the input that stand in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def is_paged(self) -> bool:
        """Whether the answer is one page of a list; see `paging`."""
        return issubclass(self.input, PageInput)

    def carry_out(self, caller: Caller, wanted: I) -> "Reply[O]":
        """
        Do it for a caller, whichever door they came through. The reply has its status.

        Raises:
            AccessDeniedError: the key was not made for this.
        """
        told = self.function(caller.about_to(self.verb) if self.verb else caller, wanted)
        reply = told if isinstance(told, Reply) else Reply(body=told)
        return replace(reply, status=reply.status or self.status)


class About(StrEnum):
    """What the facts of a trigger are about; decides who may wait for them."""

    EVENT = "event"
    ACCOUNT = "account"
    COURSE = "course"  # its number is in the fact's data
    CONTACT = "contact"
    HOOK = "hook"  # as are its name and its owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """
    Something a program may wait for.

    Attributes:
        name: the type on the wire, dotted, such as registrant.added; never changes.
        operation_id: in PascalCase, such as OnRegistrantAdded; never changes.
        kinds: of the facts it is made from.
        data: struct of an item.
        filter: struct of what narrows it; a subset of the members of `narrowing.Narrowing`.
        build: turns facts, already filtered, into their items in the same order; None for a fact that is none of its
            own. Set-based: a number of queries that does not depend on the number of facts.
        product: only events of this product, when set.
        about: what the facts are about.
        samples: three items as they could be, for designers that show fields in an empty account.
    """

    name: str
    operation_id: str
    summary: str
    description: str
    kinds: tuple[str, ...]
    data: type[msgspec.Struct]
    filter: type[msgspec.Struct]
    build: Callable[[Sequence[Fact]], Sequence[msgspec.Struct | None]]
    samples: Sequence[msgspec.Struct]
    product: str = ""
    about: About = About.EVENT
    visibility: Visibility = Visibility.IMPORTANT
    tags: tuple[str, ...] = field(default=())


_operations: dict[str, Operation[Any, Any]] = {}
_triggers: dict[str, Trigger] = {}


def operation(
    operation_id: str,
    method: Method,
    path: str,
    *,
    summary: str,
    verb: Verb | None,
    status: int = 200,
    other_statuses: Mapping[int, str] | None = None,
    visibility: Visibility = Visibility.IMPORTANT,
    tags: Iterable[str] = (),
) -> Callable[[F], F]:
    """
    Register a function as an operation. Its annotations tell input and output, its docstring the description.

    One that answers with a `Reply` is annotated with `Reply[output]`.
    """

    def register(function: F) -> F:
        if operation_id in _operations:
            raise ValueError(f"There are two operations {operation_id}")
        hints = function.__annotations__
        _operations[operation_id] = Operation(
            operation_id=operation_id,
            method=method,
            path=path,
            summary=summary,
            description=" ".join((function.__doc__ or "").split()),
            verb=verb,
            input=next(hint for name, hint in hints.items() if name not in {"caller", "return"}),
            output=_output(hints["return"]),
            function=function,
            status=status,
            other_statuses=dict(other_statuses or {}),
            visibility=visibility,
            tags=tuple(tags),
        )
        return function

    return register


def _output(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Reply else hint


def register_trigger(trigger: Trigger) -> Trigger:
    """Add a trigger."""
    if trigger.name in _triggers:
        raise ValueError(f"There are two triggers {trigger.name}")
    _triggers[trigger.name] = trigger
    return trigger


def list_operations() -> list[Operation[Any, Any]]:
    """Return all operations, in an order that does not change from run to run."""
    return [_operations[name] for name in sorted(_operations)]


def list_triggers() -> list[Trigger]:
    """Return all triggers, in an order that does not change from run to run."""
    return [_triggers[name] for name in sorted(_triggers)]


def get_operation(operation_id: str) -> Operation[Any, Any]:
    """Return an operation. Raises `KeyError`."""
    return _operations[operation_id]


def get_trigger(name: str) -> Trigger:
    """Return a trigger. Raises `KeyError`."""
    return _triggers[name]
