"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.act_state import job_key_of
from greenroom.hub.events.models import EventAct, RegistrationRequest
from greenroom.hub.events.services.acts import deliver_act, enqueue_act
from greenroom.hub.events.services.answers import read_answers
from greenroom.hub.events.services.coming import tell_of_coming_dates
from greenroom.hub.events.services.recordings import read_recordings
from greenroom.hub.events.services.registration import deliver_cancellation, deliver_registration
from greenroom.hub.events.services.team import read_team
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.jobs.turns import find_in_line

__all__ = [
    "deliver_act",
    "deliver_cancellation",
    "deliver_registration",
    "deliver_what_waits",
    "read_answers",
    "read_recordings",
    "read_team",
    "tell_what_starts_soon",
]


@schedule(every=timedelta(minutes=5))
@task(queue="goto")
def deliver_what_waits() -> None:
    """Make sure that every open request has a job, so that losing a job loses nothing."""
    carriers = {
        RegistrationRequest.State.PENDING: (deliver_registration, "registration"),
        RegistrationRequest.State.CANCELLING: (deliver_cancellation, "cancellation"),
    }
    # What belongs to an account that has to be connected again waits until it is.
    waiting = RegistrationRequest.objects.filter(event__connection__state=Connection.State.ACTIVE)
    for state, (carrier, name) in carriers.items():
        ids = waiting.filter(state=state).values_list("pk", flat=True)
        carrier.enqueue_many({f"{name}:{pk}": {"request_id": pk} for pk in ids})
    _deliver_waiting_acts()


@schedule(every=timedelta(minutes=1))
@task(queue="goto", priority=5)
def tell_what_starts_soon() -> None:
    """Append which dates of events are near."""
    tell_of_coming_dates()


def _deliver_waiting_acts() -> None:
    """Do the same for acts; never beside a job that is at it, as two of them could make two events of one."""
    waiting = EventAct.objects.filter(state=EventAct.State.PENDING, connection__state=Connection.State.ACTIVE)
    by_key = {job_key_of(pk): pk for pk in waiting.values_list("pk", flat=True)}
    for key in by_key.keys() - find_in_line(by_key.keys()):
        enqueue_act(by_key[key])
