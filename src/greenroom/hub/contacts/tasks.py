"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.contacts.services import erase_inactive, purge_imports
from greenroom.hub.contacts.services.importing import take_in
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

__all__ = ["erase_inactive_contacts", "purge_old_imports", "take_in"]


@schedule(every=timedelta(days=1))
@task()
def purge_old_imports() -> None:
    """Throw away files of contacts that were brought a month ago."""
    purge_imports()


@schedule(every=timedelta(days=1))
@task()
def erase_inactive_contacts() -> None:
    """Erase contacts of whom nothing was heard for as long as the site keeps them."""
    erase_inactive()
