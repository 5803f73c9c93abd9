"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.mailing.retention import drop_bodies
from greenroom.hub.mailing.services.broadcasting import start_broadcast
from greenroom.hub.mailing.services.sending import send_messages

__all__ = ["drop_old_bodies", "send_messages", "start_broadcast"]


@schedule(every=timedelta(days=1))
@task(queue="mail")
def drop_old_bodies() -> None:
    """Empty the texts of mails that are older than the site keeps them."""
    drop_bodies()
