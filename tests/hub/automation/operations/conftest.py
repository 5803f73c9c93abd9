"""Calling operations as a program does that may do everything, and may not do something."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.registry import Reply, get_operation
from greenroom.hub.users.models import User

Do = Callable[..., Reply[Any]]


@pytest.fixture
def caller(ada: User) -> Caller:
    """Ada's program, which may do everything."""
    return Caller(owner="key:1", user=ada, verbs=frozenset(Verb))


@pytest.fixture
def do(caller: Caller) -> Do:
    """Carry out an operation with the members of its input by their names on the wire, as another caller if wanted."""

    def carry_out(operation_id: str, *, caller: Caller = caller, **members: Any) -> Reply[Any]:
        operation = get_operation(operation_id)
        return operation.carry_out(caller, msgspec.convert(members, operation.input))

    return carry_out


@pytest.fixture
def tell(do: Do) -> Callable[..., Any]:
    """Carry out an operation and return what is sent as its answer."""

    def told(operation_id: str, **members: Any) -> Any:
        return msgspec.to_builtins(do(operation_id, **members).body)

    return told
