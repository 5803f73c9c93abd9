"""Hubs in processes: one of each kind for all tests that ask for it, as starting one takes seconds."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from tests.processes.hub import Hub, served_hub


@pytest.fixture(scope="session")
def open_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Hub]]:
    """Open the hub of a kind, or return it when it is open."""
    with ExitStack() as stack:

        @cache
        def open_once(engine: str) -> Hub:
            return stack.enter_context(served_hub(engine, tmp_path_factory.mktemp(engine)))

        yield open_once


@pytest.fixture
def hub(request: pytest.FixtureRequest, open_hub: Callable[[str], Hub]) -> Hub:
    """A hub of the kind that the test asks for, with its sandbox."""
    return open_hub(request.param)
