"""What the client's tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.goto.fakes import AsyncClient, FakeGoTo, SyncClient

Connect = Callable[..., Any]


@pytest.fixture(params=[SyncClient, AsyncClient], ids=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Make clients, synchronous and asynchronous in turn, so that every fact is a fact of both."""
    made: list[Any] = []

    def make(fake: FakeGoTo, auth: Any = "a-token", **options: Any) -> Any:
        made.append(request.param(fake, auth, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()
