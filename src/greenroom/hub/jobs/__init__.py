"""
Background jobs.

    from greenroom.hub.jobs import RetryLaterError, schedule, task

`registry` says what a task is, `schedules` what comes round, `worker` how they are run.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from greenroom.hub.jobs.errors import RetryLaterError
    from greenroom.hub.jobs.registry import Task, task
    from greenroom.hub.jobs.schedules import schedule

__all__ = ["RetryLaterError", "Task", "schedule", "task"]


def __getattr__(name: str) -> Any:
    """Import on first use: Django imports this package before models can be."""
    if name not in __all__:
        raise AttributeError(name)
    from greenroom.hub.jobs import errors, registry, schedules

    return next(getattr(home, name) for home in (errors, registry, schedules) if hasattr(home, name))
