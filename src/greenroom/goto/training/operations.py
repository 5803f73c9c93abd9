"""
GoToTraining's operations, all 22. None is paged; a list comes whole.

Source of every operation: contract/training.yaml, entry of the same name (documented). Every call may raise
PermissionDeniedError for an organizer the token may not act for.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from greenroom.goto._operation import Catalog, Endpoint, Operation, Redirect, Reply
from greenroom.goto.errors import UnexpectedResponseError, error_members
from greenroom.goto.training.models import (
    Attendee,
    DateTimeRange,
    HostUrl,
    NotifiedParties,
    Organizer,
    RecordingsListForTraining,
    Registrant,
    RegistrantCreated,
    RegistrantReqCreate,
    RegistrationSettings,
    Session,
    Training,
    TrainingNameDescription,
    TrainingOrganizers,
    TrainingReqCreate,
    TrainingTimes,
)

CATALOG = Catalog("training", "/G2T/rest")
_TRAININGS = "/organizers/{organizerKey}/trainings"
_TRAINING = _TRAININGS + "/{trainingKey}"
_REGISTRANTS = _TRAINING + "/registrants"
_REPORTS = "/reports/organizers/{organizerKey}"


@CATALOG.operation("getAllOrganisers", "GET", "/accounts/{accountKey}/organizers")
def get_all_organisers(call: Endpoint, account_key: str) -> Operation[list[Organizer]]:
    """List an account's organizers. Deprecated by GoTo in favour of `admin.get_users`."""
    return call.returning(list[Organizer], account_key)


@CATALOG.operation("getAllTrainings", "GET", _TRAININGS)
def get_all_trainings(call: Endpoint, organizer_key: str) -> Operation[list[Training]]:
    """List an organizer's scheduled and running trainings in order of creation; finished ones are not in it."""
    return call.returning(list[Training], organizer_key)


@CATALOG.operation("scheduleTraining", "POST", _TRAININGS, success=(201,))
def schedule_training(call: Endpoint, organizer_key: str, training: TrainingReqCreate) -> Operation[str]:
    """
    Schedule a training and answer its key. Never repeated by itself: look it up before a second try.

    Raises:
        ConflictError, BadRequestError: the organizer is busy then, or it is longer than 24 hours
            (`goto_code` OrganizerOverlap, InvalidTrainingDatesMaxDuration; observed).
    """
    return call.reading(lambda reply: _key_text(call, reply), organizer_key, body=training)


@CATALOG.operation("cancelTraining", "DELETE", _TRAINING, success=(204,))
def cancel_training(
    call: Endpoint, organizer_key: str, training_key: str, *, gone_is_success: bool = False
) -> Operation[None]:
    """
    Delete a training, also a finished one; its sessions stay in the reports and nobody is told.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(organizer_key, training_key, gone_is_success=gone_is_success)


@CATALOG.operation("getTraining", "GET", _TRAINING)
def get_training(call: Endpoint, organizer_key: str, training_key: str) -> Operation[Training]:
    """
    Fetch one training.

    Raises:
        ResourceNotFoundError: there is none, or it was cancelled.
    """
    return call.returning(Training, organizer_key, training_key)


@CATALOG.operation("getManageTrainingURL", "GET", _TRAINING + "/manageUrl")
def get_manage_training_url(call: Endpoint, organizer_key: str, training_key: str) -> Operation[str]:
    """
    Fetch the address of the training's page in GoTo's web administration; it asks for a login.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.reading(lambda reply: _bare_text(call, reply), organizer_key, training_key)


@CATALOG.operation("updateTrainingNameDescription", "PUT", _TRAINING + "/nameDescription", success=(204,))
def update_training_name_description(
    call: Endpoint, organizer_key: str, training_key: str, texts: TrainingNameDescription
) -> Operation[None]:
    """
    Change a training's name and description.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning_nothing(organizer_key, training_key, body=texts)


@CATALOG.operation("getOrganisersForTraining", "GET", _TRAINING + "/organizers")
def get_organisers_for_training(call: Endpoint, organizer_key: str, training_key: str) -> Operation[list[Organizer]]:
    """
    List who runs a training.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning(list[Organizer], organizer_key, training_key)


@CATALOG.operation("updateOrganisersForTraining", "PUT", _TRAINING + "/organizers", success=(204,))
def update_organisers_for_training(
    call: Endpoint, organizer_key: str, training_key: str, organizers: TrainingOrganizers
) -> Operation[None]:
    """
    Replace all co-organizers of a training; the scheduling organizer stays.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning_nothing(organizer_key, training_key, body=organizers)


@CATALOG.operation("getRegistrants", "GET", _REGISTRANTS)
def get_registrants(call: Endpoint, organizer_key: str, training_key: str) -> Operation[list[Registrant]]:
    """
    List all registrants of a training; a new one may take up to two hours to appear (documented).

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning(list[Registrant], organizer_key, training_key)


@CATALOG.operation("registerForTraining", "POST", _REGISTRANTS, success=(201,), retryable=True)
def register_for_training(
    call: Endpoint, organizer_key: str, training_key: str, registrant: RegistrantReqCreate
) -> Operation[RegistrantCreated]:
    """
    Register a person, or find out that they are registered already: both are values, so it may be repeated.

    Raises:
        ConflictError: registering is not possible for another reason, such as TrainingOver.
        ResourceNotFoundError: there is no such training.

    Source: documented; the body of a duplicate has the key and no links (observed).
    """
    return call.reading(
        lambda reply: _registered(call, reply),
        organizer_key,
        training_key,
        body=registrant,
        accepts=_is_duplicate,
    )


@CATALOG.operation("cancelRegistration", "DELETE", _REGISTRANTS + "/{registrantKey}", success=(204,))
def cancel_registration(
    call: Endpoint,
    organizer_key: str,
    training_key: str,
    registrant_key: str,
    *,
    gone_is_success: bool = False,
) -> Operation[None]:
    """
    Cancel a registration; nobody is told and the person may register again. Paid ones cannot be cancelled.

    Raises:
        ResourceNotFoundError: there is no such registrant, unless `gone_is_success`.
    """
    return call.returning_nothing(organizer_key, training_key, registrant_key, gone_is_success=gone_is_success)


@CATALOG.operation("getRegistrant", "GET", _REGISTRANTS + "/{registrantKey}")
def get_registrant(call: Endpoint, organizer_key: str, training_key: str, registrant_key: str) -> Operation[Registrant]:
    """
    Fetch one registrant.

    Raises:
        ResourceNotFoundError: there is no such registrant.
    """
    return call.returning(Registrant, organizer_key, training_key, registrant_key)


@CATALOG.operation("updateRegistrationSettingsForTraining", "PUT", _TRAINING + "/registrationSettings", success=(204,))
def update_registration_settings_for_training(
    call: Endpoint, organizer_key: str, training_key: str, settings: RegistrationSettings
) -> Operation[None]:
    """
    Change how people may sign up.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning_nothing(organizer_key, training_key, body=settings)


@CATALOG.operation("getStartUrl", "GET", _TRAINING + "/startUrl")
def get_start_url(call: Endpoint, organizer_key: str, training_key: str) -> Operation[str]:
    """
    Fetch the link an organizer starts the training with, after a login.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.reading(lambda reply: _bare_text(call, reply), organizer_key, training_key)


@CATALOG.operation("updateTrainingTimes", "PUT", _TRAINING + "/times")
def update_training_times(
    call: Endpoint, organizer_key: str, training_key: str, times: TrainingTimes
) -> Operation[NotifiedParties]:
    """
    Replace a training's times and answer how many people GoTo told.

    Raises:
        ResourceNotFoundError: there is no such training.
        ConflictError: the organizer has another training then (observed).
    """
    return call.returning(NotifiedParties, organizer_key, training_key, body=times)


@CATALOG.operation("getSessionDetailsForDateRange", "POST", _REPORTS + "/sessions", retryable=True)
def get_session_details_for_date_range(
    call: Endpoint, organizer_key: str, start_date: datetime, end_date: datetime
) -> Operation[list[Session]]:
    """List an organizer's completed sessions in a range. It is a POST that changes nothing."""
    span = DateTimeRange(start_date=start_date, end_date=end_date)
    return call.returning(list[Session], organizer_key, body=span)


@CATALOG.operation("getAttendanceDetails", "GET", _REPORTS + "/sessions/{sessionKey}/attendees")
def get_attendance_details(call: Endpoint, organizer_key: str, session_key: str) -> Operation[list[Attendee]]:
    """
    List every registrant's presence in a session, no-shows last with 0 minutes.

    Raises:
        ResourceNotFoundError: there is no such session.
    """
    return call.returning(list[Attendee], organizer_key, session_key)


@CATALOG.operation("getSessionDetailsForTraining", "GET", _REPORTS + "/trainings/{trainingKey}")
def get_session_details_for_training(call: Endpoint, organizer_key: str, training_key: str) -> Operation[list[Session]]:
    """
    List a training's completed sessions; the only call that ties sessions to a training.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning(list[Session], organizer_key, training_key)


@CATALOG.operation("getRecordingsForTraining", "GET", "/trainings/{trainingKey}/recordings")
def get_recordings_for_training(call: Endpoint, training_key: str) -> Operation[RecordingsListForTraining]:
    """
    List a training's online recordings.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning(RecordingsListForTraining, training_key)


@CATALOG.operation(
    "getRecordingDownloadById", "GET", "/trainings/{trainingKey}/recordings/{recordingId}", success=(302,)
)
def get_recording_download_by_id(call: Endpoint, training_key: str, recording_id: str) -> Operation[Redirect]:
    """
    Find out where a recording's file is. The address is not followed: the token must not go there.

    Raises:
        ResourceNotFoundError: there is no such recording.
    """
    return call.returning_redirect(training_key, recording_id)


@CATALOG.operation("startTraining", "GET", "/trainings/{trainingKey}/start")
def start_training(call: Endpoint, training_key: str) -> Operation[HostUrl]:
    """
    Fetch a link that starts the training without a login.

    Raises:
        ResourceNotFoundError: there is no such training.
    """
    return call.returning(HostUrl, training_key)


def _bare_text(call: Endpoint, reply: Reply) -> str:
    """Read an answer that is one JSON text, quoted or, as some gateways make it, plain."""
    if reply.content.lstrip().startswith(b'"'):
        return call.decode(str, reply)
    text = reply.content.decode("utf-8", "replace").strip()
    if not text or not text.isprintable() or text[0] in "<{[":
        raise UnexpectedResponseError(call.product, call.name)
    return text


def _key_text(call: Endpoint, reply: Reply) -> str:
    """Read an answer that is one key, as JSON text or number."""
    text = _bare_text(call, reply)
    if not (text.isascii() and text.isdigit()):
        raise UnexpectedResponseError(call.product, call.name)
    return text


def _is_duplicate(reply: Reply) -> bool:
    """Tell a known e-mail address from the other conflicts. Source: observed by integrators."""
    if reply.status != 409:
        return False
    members = error_members(reply.content)
    return members.get("errorCode") == "DuplicateRegistrant" or "registrantKey" in members


def _registered(call: Endpoint, reply: Reply) -> RegistrantCreated:
    created = call.decode(RegistrantCreated, reply)
    return msgspec.structs.replace(created, already_registered=reply.status == 409)
