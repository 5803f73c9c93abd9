"""Letting several people do the same at the same moment, each with a connection to the database of their own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def do_together(act: Callable[[Any], Any], whom: Sequence[Any]) -> list[Any]:
    """Call `act` for everybody at once, each in a thread, and return what came of it in their order."""
    barrier = threading.Barrier(len(whom))

    def act_in_thread(one: Any) -> Any:
        try:
            barrier.wait(30)
            return act(one)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(whom)) as pool:
        return list(pool.map(act_in_thread, whom))
