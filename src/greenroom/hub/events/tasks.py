"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import RegistrationRequest
from greenroom.hub.events.services.registration import deliver_cancellation, deliver_registration
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule

__all__ = ["deliver_cancellation", "deliver_registration", "deliver_what_waits"]


@schedule(every=timedelta(minutes=5))
@task(queue="goto")
def deliver_what_waits() -> None:
    """Make sure that every open request has a job, so that losing a job loses nothing."""
    carriers = {
        RegistrationRequest.State.PENDING: (deliver_registration, "registration"),
        RegistrationRequest.State.CANCELLING: (deliver_cancellation, "cancellation"),
    }
    # What belongs to an account that has to be connected again waits until it is.
    waiting = RegistrationRequest.objects.filter(state__in=carriers, event__connection__state=Connection.State.ACTIVE)
    for pk, state in waiting.values_list("pk", "state"):
        carrier, name = carriers[RegistrationRequest.State(state)]
        carrier.enqueue(request_id=pk, dedupe_key=f"{name}:{pk}")
