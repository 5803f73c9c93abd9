"""Background work of this app, where the job engine looks for it."""

import threading
from datetime import timedelta

from greenroom.hub.automation.hooks.courier import run_courier
from greenroom.hub.automation.hooks.replaying import replay_facts
from greenroom.hub.automation.hooks.tidying import delete_old_deliveries, empty_old_payloads
from greenroom.hub.automation.hooks.warning import warn_of_hook
from greenroom.hub.jobs.companions import companion
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

__all__ = ["replay_facts", "warn_of_hook"]


@companion("hooks")
def deliver_hooks(stop: threading.Event) -> None:
    """Call the hooks that wait for something."""
    run_courier(stop)


@schedule(every=timedelta(days=1))
@task(priority=-10)
def tidy_hook_deliveries() -> None:
    """Delete what is kept no longer of what was sent."""
    empty_old_payloads()
    delete_old_deliveries()
