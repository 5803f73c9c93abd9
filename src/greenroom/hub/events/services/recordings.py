"""Recordings of events: which there are, and the way to one, which is asked for anew each time and never kept."""

from collections.abc import Iterable

from django.db import transaction

from greenroom.goto import GotoError, ResourceNotFoundError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events.facts import about_event
from greenroom.hub.events.models import Event, Recording
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import Ability, RecordingData
from greenroom.hub.events.services.team import FRESH
from greenroom.hub.jobs.registry import task
from greenroom.hub.ledger.services import append


def store_recordings(*, event: Event, found: Iterable[RecordingData]) -> None:
    """Write down an event's recordings as listed, with a fact for each new one. A constant number of statements."""
    by_key, now = {one.recording_key: one for one in found}, clock.now()
    with transaction.atomic():
        known = set(event.recordings.values_list("recording_key", flat=True))
        Recording.objects.bulk_create(
            [
                Recording(
                    event=event, recording_key=key, name=one.name, started_at=one.started_at, ended_at=one.ended_at
                )
                for key, one in by_key.items()
            ],
            update_conflicts=True,
            unique_fields=["event", "recording_key"],
            update_fields=["name", "started_at", "ended_at", "gone_at"],
        )
        event.recordings.filter(gone_at=None).exclude(recording_key__in=by_key).update(gone_at=now)
        append(
            about_event("recording_ready", event, version=key, data={"recording_key": key})
            for key in by_key
            if key not in known
        )
        Event.objects.filter(pk=event.pk).update(recordings_read_at=now)


def keep_recordings_fresh(*, event: Event) -> bool:
    """Have the recordings read in the background when nobody has for an hour; tell whether they are being read."""
    if Ability.RECORDINGS not in get_product(event.product).abilities or not event.connection.is_usable:
        return False
    if event.recordings_read_at and clock.now() - event.recordings_read_at < FRESH:
        return False
    read_recordings.enqueue(event_id=event.pk, dedupe_key=f"recordings:{event.pk}")
    return True


@task(queue="goto", priority=5, max_attempts=5)
def read_recordings(event_id: int, is_waited_for: bool = False) -> None:
    """Read which recordings of one event there are; be quick to give up when somebody waits."""
    event = Event.objects.select_related("connection").get(pk=event_id)
    with open_goto(event.connection, is_waited_for=is_waited_for) as goto:
        found = list(get_product(event.product).list_recordings(goto, event.organizer_key, event.event_key))
    store_recordings(event=event, found=found)


def get_recording_url(*, event: Event, recording_key: str) -> str:
    """
    Return where a recording can be downloaded for a while: a secret, to be followed and not kept. One call.

    Raises:
        UnknownObjectError: GoTo does not have the recording any more.
        StateConflictError: GoTo gives no link.
    """
    try:
        with open_goto(event.connection, is_waited_for=True) as goto:
            product = get_product(event.product)
            return product.get_recording_url(goto, event.organizer_key, event.event_key, recording_key)
    except ResourceNotFoundError as error:
        raise UnknownObjectError("GoTo no longer has this recording.") from error
    except GotoError as error:
        raise StateConflictError("GoTo gives no link to this recording now.") from error
