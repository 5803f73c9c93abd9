"""What the calls of all products share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, TypeVar

from tests.sandbox.doors import Door

from greenroom.goto import Operation, parse_time

LONG_AGO = parse_time("2026-01-01T00:00:00Z")
LATER = parse_time("2027-01-01T00:00:00Z")


class World(Protocol):
    """A sandbox in which Olga has what the calls of a product are about."""

    olga: Door


W = TypeVar("W", bound=World)

# What one operation is sent with, made from the keys of the world it is sent in.
Call: TypeAlias = Callable[[W], Operation[Any]]


def account_of(door: Door) -> str:
    """Look up the account of a door's organizer."""
    return str(door.sandbox.core.state.users[door.organizer_key].account_key)
