"""
Work that comes round again and again.

    @schedule(every=timedelta(minutes=5))
    @task(queue="sync")
    def pull_all() -> None: ...

Time is cut into slots of `every`, counted from the epoch in UTC. Whoever inserts the row of the present slot
enqueues the task; the unique key decides between workers. So a slot fires once, slots missed while nothing
ran are made up for by the present one alone, and the first fires when the first worker starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from greenroom.hub.core import clock
from greenroom.hub.jobs.models import ScheduleSlot
from greenroom.hub.jobs.registry import Task

KEEP_SLOTS = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_schedules: dict[str, "Schedule"] = {}


@dataclass(frozen=True)
class Schedule:
    """A task and how often it comes round."""

    name: str
    every: timedelta
    task: Task

    def slot_at(self, moment: datetime) -> datetime:
        """Return the start of the slot that `moment` lies in."""
        return _EPOCH + (moment - _EPOCH) // self.every * self.every


def schedule(*, every: timedelta, name: str | None = None) -> Callable[[Task], Task]:
    """Have a task without arguments come round every so often; `name` is the task's unless given."""

    def register(task: Task) -> Task:
        made = Schedule(name or task.name, every, task)
        if made.name in _schedules:
            raise ValueError(f"There are two schedules named {made.name}")
        _schedules[made.name] = made
        return task

    return register


def fire_due_schedules() -> int:
    """Enqueue the task of each schedule whose present slot is not fired yet. One query when there is none."""
    now = clock.now()
    current = {each.name: each.slot_at(now) for each in _schedules.values()}
    fired = set(
        ScheduleSlot.objects.filter(schedule__in=current, slot__in=set(current.values())).values_list(
            "schedule", "slot"
        )
    )
    return sum(_fire(_schedules[name], slot) for name, slot in current.items() if (name, slot) not in fired)


@transaction.atomic
def _fire(due: Schedule, slot: datetime) -> bool:
    _, is_ours = ScheduleSlot.objects.get_or_create(schedule=due.name, slot=slot)
    if is_ours:
        due.task.enqueue(dedupe_key=f"schedule:{due.name}")
    return is_ours


def delete_old_slots() -> int:
    """Delete the slots of the past, except those a clock set back could bring again. Returns how many."""
    now = clock.now()
    deleted = 0
    for each in _schedules.values():
        before = now - max(KEEP_SLOTS, each.every * 2)
        deleted += ScheduleSlot.objects.filter(schedule=each.name, slot__lt=before).delete()[0]
    return deleted
