"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.selectors import list_active_connections
from greenroom.hub.core import clock
from greenroom.hub.intake import services
from greenroom.hub.intake.services import apply_deliveries, ask_about_deliveries, keep_webhooks, renew_secret
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

__all__ = [
    "apply_deliveries",
    "apply_whatever_waits",
    "ask_about_deliveries",
    "audit_trusted_connections",
    "keep_all_webhooks",
    "keep_webhooks",
    "renew_secret",
    "tidy_deliveries",
]


@schedule(every=timedelta(hours=1))
@task(queue="goto")
def keep_all_webhooks() -> None:
    """Have the webhooks of every connection looked at."""
    for connection in list_active_connections():
        services.ask_for_webhooks(connection=connection)


@schedule(every=timedelta(minutes=1))
@task(queue="intake")
def apply_whatever_waits() -> None:
    """Make sure that no delivery has lost its job."""
    services.apply_what_waits()


@schedule(every=timedelta(days=1))
@task(queue="sync")
def audit_trusted_connections() -> None:
    """Have everything read once a day of which webhooks tell: some may have been lost."""
    services.request_audit(Connection.objects.filter(webhooks_trusted_until__gte=clock.now()))


@schedule(every=timedelta(days=1))
@task(priority=-10)
def tidy_deliveries() -> None:
    """Delete what is kept no longer."""
    services.empty_old_bodies()
    services.delete_old_deliveries()
