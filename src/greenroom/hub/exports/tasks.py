"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.exports.services import purge_exports, write_export
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

__all__ = ["purge_old_exports", "write_export"]


@schedule(every=timedelta(days=1))
@task()
def purge_old_exports() -> None:
    """Throw away exports that are a week old."""
    purge_exports()
