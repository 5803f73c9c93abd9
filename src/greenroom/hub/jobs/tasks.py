"""The engine's own work."""

from datetime import timedelta

from greenroom.hub.jobs import services
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import delete_old_slots, schedule


@schedule(every=timedelta(hours=1))
@task(priority=-10)
def tidy() -> None:
    """Delete jobs, slots and workers nobody will ask about."""
    while services.delete_old_jobs():
        pass
    delete_old_slots()
