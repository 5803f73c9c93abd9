"""Trainings, by the operation ids of Microsoft's GoToTraining connector."""

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.lookups import find_event
from greenroom.hub.automation.registry import operation
from greenroom.hub.automation.shapes.trainings import Training, TrainingId, to_training

_PRODUCT = "training"


class TrainingInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which training."""

    trainingid: TrainingId


@operation("GetTraining", "GET", "/trainings/{trainingid}", summary="Get training", verb=Verb.READ, tags=["Trainings"])
def get_training(caller: Caller, wanted: TrainingInput) -> Training:
    """Retrieves all information about a scheduled training."""
    return to_training(find_event(caller, _PRODUCT, wanted.trainingid))
