"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.webforms.services import forget_unaccepted, perform_acts

__all__ = ["forget_old_submissions", "perform_acts"]


@schedule(every=timedelta(days=1))
@task()
def forget_old_submissions() -> None:
    """Forget what nobody has confirmed or accepted for a month."""
    forget_unaccepted()
