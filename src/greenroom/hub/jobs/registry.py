"""
The tasks there are, by name.

Each app declares its own in `tasks.py`:

    @task(queue="sync", max_attempts=5)
    def pull_event(*, event_id: int) -> None: ...

    pull_event.enqueue(event_id=7, dedupe_key="pull_event:7")

The shape is that of Django's Tasks API. A task may run more than once (its worker can die after the work and
before the row says so), so it must be safe to repeat.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenroom.hub.jobs import services
from greenroom.hub.jobs.errors import UnknownTaskError
from greenroom.hub.jobs.models import Job

_OPTIONS = {"run_at", "dedupe_key", "priority"}
_tasks: dict[str, "Task"] = {}


@dataclass(frozen=True)
class Task:
    """A function that runs in the background, with keyword arguments that are JSON."""

    name: str
    function: Callable[..., Any]
    queue: str
    priority: int
    max_attempts: int
    lease: timedelta | None

    def enqueue(
        self,
        *,
        run_at: datetime | None = None,
        dedupe_key: str | None = None,
        priority: int | None = None,
        **kwargs: Any,
    ) -> Job:
        """Put a call in line, in the caller's transaction; `services.enqueue` says the rest."""
        return services.enqueue(
            name=self.name,
            queue=self.queue,
            args=kwargs,
            max_attempts=self.max_attempts,
            priority=self.priority if priority is None else priority,
            run_at=run_at,
            dedupe_key=dedupe_key,
        )

    def enqueue_many(self, calls: Mapping[str, Mapping[str, Any]]) -> None:
        """Put many calls in line, for arguments by dedupe key; `services.enqueue_many` says the rest."""
        services.enqueue_many(
            name=self.name, queue=self.queue, calls=calls, max_attempts=self.max_attempts, priority=self.priority
        )

    def call(self, **kwargs: Any) -> Any:
        """Run the function here and now."""
        return self.function(**kwargs)


def task(
    *, queue: str = "default", priority: int = 0, max_attempts: int = 10, lease: timedelta | None = None
) -> Callable[[Callable[..., Any]], Task]:
    """
    Turn a function into a task.

    Its name is that of its app and itself (`sync.pull_event`), whatever file of the app it stands in.

    Args:
        queue: which line it stands in; workers may serve some lines only.
        priority: higher goes first among all due jobs. Jobs for a later day are best left at 0 or below:
            those above are walked past at each claim.
        max_attempts: after so many the job has failed and waits for a person.
        lease: a longer one than `settings.JOB_LEASE`, for a function that can keep the heartbeat thread from
            running.
    """

    def register(function: Callable[..., Any]) -> Task:
        made = Task(_name_of(function), function, queue, priority, max_attempts, lease)
        if made.name in _tasks:
            raise ValueError(f"There are two tasks named {made.name}")
        if clash := _OPTIONS & set(inspect.signature(function).parameters):
            raise ValueError(f"{made.name} takes {', '.join(sorted(clash))}, which enqueue() takes for itself")
        _tasks[made.name] = made
        return made

    return register


def _name_of(function: Callable[..., Any]) -> str:
    path = function.__module__.split(".")
    home = path[2] if path[:2] == ["greenroom", "hub"] else function.__module__
    return f"{home}.{function.__name__}"


def get_task(name: str) -> Task:
    """
    Return the task of that name.

    Raises:
        UnknownTaskError: there is none in this release.
    """
    try:
        return _tasks[name]
    except KeyError as error:
        raise UnknownTaskError(f"There is no task named {name}.") from error


def describe_task(name: str) -> str:
    """Return what a task does, as its own documentation says; of a task this release does not have, its name."""
    task = _tasks.get(name)
    return (inspect.getdoc(task.function) or name).partition("\n")[0] if task else name


def list_queues() -> list[str]:
    """Return the names of all queues that tasks stand in, sorted."""
    return sorted({each.queue for each in _tasks.values()})
