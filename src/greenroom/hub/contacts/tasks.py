"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.contacts.services import purge_imports
from greenroom.hub.contacts.services.importing import take_in
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

__all__ = ["purge_old_imports", "take_in"]


@schedule(every=timedelta(days=1))
@task()
def purge_old_imports() -> None:
    """Throw away files of contacts that were brought a month ago."""
    purge_imports()
