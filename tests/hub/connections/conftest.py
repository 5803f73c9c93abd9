"""What the tests of connections share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.hub.world import World

from greenroom.hub.connections.services import begin_authorization
from greenroom.hub.demo.browser import allow_access

OLGA = "olga@northwind.example"


@pytest.fixture
def begun(world: World, ada) -> tuple[Any, dict[str, str]]:
    """What the hub keeps of an authorization, and what GoTo answered when Olga allowed it."""
    address, pending = begin_authorization(back_to="")
    return pending, allow_access(address, email=OLGA, password="sandbox")


@pytest.fixture
def adas_browser(world: World, ada, browser) -> Client:
    return browser(ada)


@pytest.fixture
def count_calls(world: World) -> Callable[..., int]:
    """Count the calls of one operation since the counters were cleared."""

    def count(operation: str, status: int = 200) -> int:
        calls = world.control("GET", "counters")["calls"]
        return sum(one["count"] for one in calls if (operation, status) == (one["operation"], one["status"]))

    return count
