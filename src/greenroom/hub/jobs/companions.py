"""
What runs in every worker process beside its jobs, for as long as the process does.

Each app declares its own in `tasks.py`:

    @companion("hooks")
    def deliver_hooks(stop: threading.Event) -> None: ...

A companion is for work that would hold a job's thread for long, such as waiting for other people's servers. It takes
turns with itself in other processes, and ends soon after `stop` is set; one that fails is started again.
"""

import threading
from collections.abc import Callable

Companion = Callable[[threading.Event], None]
_companions: dict[str, Companion] = {}


def companion(name: str) -> Callable[[Companion], Companion]:
    """Register a function as a companion of all workers."""

    def register(function: Companion) -> Companion:
        if name in _companions:
            raise ValueError(f"There are two companions named {name}")
        _companions[name] = function
        return function

    return register


def list_companions() -> dict[str, Companion]:
    """Return all companions by name."""
    return dict(_companions)
