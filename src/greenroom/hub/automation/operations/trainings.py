"""Trainings, by the operation ids of Microsoft's GoToTraining connector."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import When, find_event, find_registrant, list_events_when, list_registrants
from greenroom.hub.automation.naming import renamed
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registering import PENDING, as_reply, read_answers, sign_up
from greenroom.hub.automation.registry import Reply, operation
from greenroom.hub.automation.shapes.people import AddedRegistrant, RegistrantKey, to_added
from greenroom.hub.automation.shapes.trainings import (
    ListedTraining,
    Training,
    TrainingId,
    TrainingRegistrant,
    to_listed_training,
    to_training,
    to_training_registrant,
)
from greenroom.hub.core.errors import InvalidInputError

_PRODUCT = "training"
_TAGS = ["Trainings"]


class TrainingsInput(PageInput, frozen=True, kw_only=True):
    """Which trainings."""

    when: Annotated[When, told("When", "Those to come, the soonest first; those past; or all, the latest first.")] = (
        "upcoming"
    )


class TrainingInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which training."""

    trainingid: TrainingId


class TrainingPageInput(PageInput, frozen=True, kw_only=True):
    """Which training, and which page."""

    trainingid: TrainingId


class TrainingRegistrantInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which registrant of which training."""

    trainingid: TrainingId
    registrant_key: RegistrantKey


class NewTrainingRegistrant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whom to sign up for which training."""

    trainingid: TrainingId
    email: Annotated[str, told("Registrant email", "Registrant email.", examples=["lena@example.com"], max_length=254)]
    given_name: Annotated[str, told("First name", "First name.", examples=["Lena"], max_length=128)]
    surname: Annotated[str, told("Last name", "Last name.", examples=["Lind"], max_length=128)]


@operation("ListTrainings", "GET", "/trainings", summary="List trainings", verb=Verb.READ, tags=_TAGS)
def list_trainings(caller: Caller, wanted: TrainingsInput) -> Reply[list[ListedTraining]]:
    """Returns trainings of all connected accounts."""
    events, order = list_events_when(caller.list_events().filter(product=_PRODUCT), wanted.when)
    page, cursor = take_page(events, wanted, caller, order=order)
    return Reply(body=[to_listed_training(event) for event in page], next_cursor=cursor)


@operation("GetTraining", "GET", "/trainings/{trainingid}", summary="Get training", verb=Verb.READ, tags=_TAGS)
def get_training(caller: Caller, wanted: TrainingInput) -> Training:
    """Retrieves all information about a scheduled training."""
    return to_training(find_event(caller, _PRODUCT, wanted.trainingid))


@operation(
    "ListRegistrations",
    "GET",
    "/trainings/{trainingid}/registrants",
    summary="List registrants",
    verb=Verb.READ,
    tags=_TAGS,
)
def list_registrations(caller: Caller, wanted: TrainingPageInput) -> Reply[list[TrainingRegistrant]]:
    """Retrieves details of all registrants for a specific training, page by page."""
    event = find_event(caller, _PRODUCT, wanted.trainingid)
    page, cursor = take_page(list_registrants(event), wanted, caller)
    return Reply(body=[to_training_registrant(one) for one in page], next_cursor=cursor)


@operation(
    "AddRegistrant",
    "POST",
    "/trainings/{trainingid}/registrants",
    summary="Add registrant",
    verb=Verb.REGISTER,
    other_statuses=PENDING,
    tags=_TAGS,
)
def add_registrant(caller: Caller, wanted: NewTrainingRegistrant) -> Reply[AddedRegistrant]:
    """
    Registers one person, identified by a unique email address, for a training.

    Somebody who is registered already is returned.
    """
    event = find_event(caller, _PRODUCT, wanted.trainingid)
    given = {"email": wanted.email, "firstName": wanted.given_name, "lastName": wanted.surname}
    try:
        reply = as_reply(sign_up(event, read_answers(event, given, ())))
    except InvalidInputError as error:
        raise renamed(error, {"firstName": "givenName", "lastName": "surname"}) from error
    return Reply(body=to_added(reply.body), status=reply.status)


@operation(
    "GetRegistrant",
    "GET",
    "/trainings/{trainingid}/registrants/{registrantKey}",
    summary="Get Registrant",
    verb=Verb.READ,
    tags=_TAGS,
)
def get_registrant(caller: Caller, wanted: TrainingRegistrantInput) -> TrainingRegistrant:
    """Retrieves details of a specific registrant in a training."""
    event = find_event(caller, _PRODUCT, wanted.trainingid)
    return to_training_registrant(find_registrant(event, wanted.registrant_key))
