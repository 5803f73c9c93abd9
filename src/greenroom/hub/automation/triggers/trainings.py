"""What may be waited for of trainings, by the operation ids of Microsoft's GoToTraining connector."""

from collections.abc import Sequence
from datetime import UTC, datetime

from greenroom.hub.automation.narrowing import TitleFilter
from greenroom.hub.automation.registry import Trigger, register_trigger
from greenroom.hub.automation.shapes.trainings import Organizer, Times, Training, to_training
from greenroom.hub.events.models import Event
from greenroom.hub.ledger.models import Fact

_SAMPLES = [
    Training(
        training_id=number,
        name=name,
        description="",
        time_zone="Europe/Berlin",
        times=[
            Times(
                start_date=datetime(2026, 3, day, 9, tzinfo=UTC),
                end_date=datetime(2026, 3, day, 12, tzinfo=UTC),
            )
        ],
        organizers=[
            Organizer(
                given_name="Olga", surname="Organizer", email="olga@example.com", organizer_key="4211000000000000001"
            )
        ],
        training_key=key,
    )
    for number, name, day, key in (
        ("531727708", "Safe lifting", 4, "5312497713849125120"),
        ("531727709", "First aid", 11, "5312497713849125121"),
        ("531727710", "Fire drill", 18, "5312497713849125122"),
    )
]


def _trainings(facts: Sequence[Fact]) -> list[Training | None]:
    events = Event.objects.select_related("connection").prefetch_related("times")
    by_id = events.in_bulk({fact.event_id for fact in facts if fact.event_id})
    return [to_training(by_id[fact.event_id]) if fact.event_id in by_id else None for fact in facts]


register_trigger(
    Trigger(
        name="training.created",
        operation_id="OnNewTraining",
        summary="When a training is created",
        description="This operation triggers when a new training is created.",
        kinds=("event_created",),
        data=Training,
        filter=TitleFilter,
        build=_trainings,
        samples=_SAMPLES,
        product="training",
        tags=("Trainings",),
    )
)
