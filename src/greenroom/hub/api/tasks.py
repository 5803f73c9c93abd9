"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.api.idempotency import purge_answers
from greenroom.hub.api.limits import purge_windows
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.users.oauth import purge_tokens


@schedule(every=timedelta(hours=1))
@task()
def purge_old_answers() -> None:
    """Forget after a day what the API remembers between calls."""
    purge_answers()
    purge_windows()
    purge_tokens()
