"""What the tests of the products share: a client as sync has it, and the calls that were made with it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from tests.hub.world import World

from greenroom.goto import GoTo
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection


@pytest.fixture
def goto(connection: Connection) -> Iterator[GoTo]:
    """Olga's client."""
    with open_goto(connection) as client:
        yield client


@pytest.fixture
def window(world: World) -> Callable[[], tuple[datetime, datetime]]:
    """Return ten years around now, as sync asks for them."""
    return lambda: (world.now - timedelta(days=1826), world.now + timedelta(days=1826))


@pytest.fixture
def calls(world: World, goto: GoTo) -> Callable[[], list[str]]:
    """Return the operations called since they were asked for last."""
    world.list_calls()
    return world.list_calls
