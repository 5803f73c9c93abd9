"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.api.idempotency import purge_answers
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule


@schedule(every=timedelta(hours=1))
@task()
def purge_old_answers() -> None:
    """Forget the answers to calls with an Idempotency-Key after a day."""
    purge_answers()
