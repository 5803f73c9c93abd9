"""What may be waited for of trainings, by the operation ids of Microsoft's GoToTraining connector."""

from datetime import UTC, datetime

import msgspec

from greenroom.hub.automation.narrowing import TitleFilter
from greenroom.hub.automation.registry import Trigger, register_trigger
from greenroom.hub.automation.shapes.trainings import (
    Organizer,
    Times,
    Training,
    TrainingId,
    TrainingRegistrant,
    to_training,
    to_training_registrant,
)
from greenroom.hub.automation.triggers.items import Mirror, of_each, sample_registrants
from greenroom.hub.ledger.models import Fact

_TRAININGS = [
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


class TrainingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One training."""

    event: TrainingId


def _training(mirror: Mirror, fact: Fact) -> Training | None:
    event = mirror.event(fact)
    return to_training(event) if event else None


def _registrant(mirror: Mirror, fact: Fact) -> TrainingRegistrant | None:
    registrant = mirror.registrant(fact)
    return to_training_registrant(registrant) if registrant else None


register_trigger(
    Trigger(
        name="training.created",
        operation_id="OnNewTraining",
        summary="When a training is created",
        description="This operation triggers when a new training is created.",
        kinds=("event_created",),
        data=Training,
        filter=TitleFilter,
        build=of_each(_training),
        samples=_TRAININGS,
        product="training",
        tags=("Trainings",),
    )
)
register_trigger(
    Trigger(
        name="training.registrant_added",
        operation_id="OnNewRegistration",
        summary="When a registrant is added",
        description="This operation triggers when a registrant is added to a training.",
        kinds=("registered",),
        data=TrainingRegistrant,
        filter=TrainingFilter,
        build=of_each(_registrant),
        samples=[
            TrainingRegistrant(
                email=one["email"],
                given_name=one["first_name"],
                surname=one["last_name"],
                status=one["status"],
                registration_date=one["registered_at"],
                join_url=one["join_url"],
                confirmation_url=one["join_url"].replace("/join/", "/confirmed/"),
                registrant_key=one["registrant_key"],
            )
            for one in sample_registrants()
        ],
        product="training",
        tags=("Trainings",),
    )
)
