"""The 22 operations of GoToTraining."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from greenroom.sandbox.entities import HostPass, Session, TimeRange, Training, User
from greenroom.sandbox.operations import Answer, Call, Operation, Product
from greenroom.sandbox.rooms import is_over, is_published, published_sessions
from greenroom.sandbox.times import has_offset, listed_time_zones, parse_instant
from greenroom.sandbox.training import errors, responses, store

HOST_PASS_LIFETIME = timedelta(minutes=10)  # assumed


# Finding


def _key(call: Call, name: str) -> str:
    text = call.path[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise errors.invalid_request(f"{name} is malformed.")
    return text


def _organizer(call: Call) -> User:
    """Find the organizer of the path: the token's user, or anyone of the account its user administers."""
    key = _key(call, "organizerKey")
    if key == call.user.key:
        return call.user
    organizer = call.core.state.users.get(key)
    if organizer is None or not call.user.is_admin or organizer.account_key != call.user.account_key:
        raise errors.access_denied()
    return organizer


def _training(call: Call) -> Training:
    organizer = _organizer(call)
    training = call.core.state.trainings.get(_key(call, "trainingKey"))
    if training is None or organizer.key not in training.organizer_keys:
        raise errors.no_such_training()
    return training


def _changeable_training(call: Call) -> Training:
    training = _training(call)
    if training.live_session_key is not None:
        raise errors.training_in_session()
    if is_over(call.core, training):
        raise errors.training_over()
    return training


def _training_without_organizer(call: Call) -> Training:
    training = call.core.state.trainings.get(_key(call, "trainingKey"))
    if training is None:
        raise errors.no_such_training()
    is_admin = call.user.is_admin and call.user.account_key == training.account_key
    if call.user.key not in training.organizer_keys and not is_admin:
        raise errors.access_denied("The training belongs to another organizer.")
    return training


# Reading bodies


def _text(body: dict[str, Any], name: str, limit: int = 2048, *, is_required: bool = False) -> str:
    value = body.get(name)
    if value is None or value == "":
        if is_required:
            raise errors.invalid_request(f"{name} is missing.")
        return ""
    if not isinstance(value, str):
        raise errors.invalid_request(f"{name} must be text.")
    if len(value) > limit:
        raise errors.invalid_request(f"{name} is longer than {limit} characters.")
    return value


def _flag(body: dict[str, Any], name: str, *, default: bool | None = None) -> bool:
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise errors.invalid_request(f"{name} must be true or false.")
    return value


def _instant(call: Call, body: dict[str, Any], name: str) -> datetime:
    value = body.get(name)
    try:
        instant = parse_instant(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None or not isinstance(value, str):
        raise errors.invalid_request(f"{name} must be a time such as 2026-09-01T14:00:00Z.")
    if has_offset(value) and call.core.switches.text("offsets_in_times") == "refuse":
        raise errors.invalid_request(f"{name} must be in UTC, with Z.")
    return instant


def _range(call: Call, body: object) -> TimeRange:
    if not isinstance(body, dict):
        raise errors.invalid_request("A time range is an object with startDate and endDate.")
    times = TimeRange(_instant(call, body, "startDate"), _instant(call, body, "endDate"))
    if times.ends_at <= times.starts_at:
        raise errors.invalid_request("endDate must lie after startDate.")
    return times


def _times(call: Call, body: dict[str, Any], organizer: User, besides: str | None = None) -> list[TimeRange]:
    items = body.get("times")
    if not isinstance(items, list) or not items:
        raise errors.invalid_request("times is missing.")
    times = sorted((_range(call, item) for item in items), key=lambda r: r.starts_at)
    if times[-1].ends_at <= call.core.clock.now():
        raise errors.invalid_request("times must lie in the future.")
    try:
        store.check_times(call.core, organizer, times, besides=besides)
    except store.TooLongError:
        raise errors.refuse(
            400, "InvalidTrainingDatesMaxDuration", "A training cannot be longer than 24 hours."
        ) from None
    except store.OverlapError:
        raise errors.refuse(409, "OrganizerOverlap", "The organizer has another training at this time.") from None
    return times


def _time_zone(call: Call, body: dict[str, Any]) -> str:
    zone = _text(body, "timeZone", is_required=True)
    if call.core.switches.text("time_zone_ids") == "listed" and zone not in listed_time_zones():
        raise errors.invalid_request("timeZone is none of the listed time zone ids.")
    return zone


def _organizer_keys(call: Call, body: dict[str, Any], account_key: str) -> list[str]:
    items = body.get("organizers", [])
    if not isinstance(items, list):
        raise errors.invalid_request("organizers must be a list of keys.")
    keys = [str(item) for item in items]
    for key in keys:
        user = call.core.state.users.get(key)
        if user is None or user.account_key != account_key:
            raise errors.invalid_request("organizers names somebody outside the account.")
    return keys


# Trainings


def get_organizers_of_account(call: Call) -> Answer:
    account_key = _key(call, "accountKey")
    if account_key != call.user.account_key or not call.user.is_admin:
        raise errors.access_denied("Only an administrator of the account can list its organizers.")
    users = [user for user in call.core.state.users if user.account_key == account_key]
    return Answer(200, [responses.organizer(user) for user in users])


def get_trainings(call: Call) -> Answer:
    """Scheduled and running trainings in the order they were created; finished ones are left out (documented)."""
    organizer = _organizer(call)
    open_ones = [
        responses.training(call.core, training)
        for training in call.core.state.trainings
        if organizer.key in training.organizer_keys and not is_over(call.core, training)
    ]
    return Answer(200, open_ones)


def schedule_training(call: Call) -> Answer:
    organizer = _organizer(call)
    body = call.json_object()
    settings = body.get("registrationSettings", {})
    if not isinstance(settings, dict):
        raise errors.invalid_request("registrationSettings must be an object.")
    training = store.schedule(
        call.core,
        organizer,
        name=_text(body, "name", 128, is_required=True),
        description=_text(body, "description"),
        time_zone=_time_zone(call, body),
        times=_times(call, body, organizer),
        organizer_keys=_organizer_keys(call, body, organizer.account_key),
        is_web_registration_disabled=_flag(settings, "disableWebRegistration", default=False),
        is_confirmation_email_disabled=_flag(settings, "disableConfirmationEmail", default=False),
    )
    return Answer(201, training.key)


def get_training(call: Call) -> Answer:
    return Answer(200, responses.training(call.core, _training(call)))


def cancel_training(call: Call) -> Answer:
    training = _training(call)
    if training.live_session_key is not None:
        raise errors.training_in_session()
    store.cancel(call.core, training)
    return Answer(204)


def get_manage_url(call: Call) -> Answer:
    return Answer(200, f"{call.core.public_url}/host/training/{_training(call).key}")


def get_start_url(call: Call) -> Answer:
    return Answer(200, f"{call.core.public_url}/host/training/{_training(call).key}")


def start_training(call: Call) -> Answer:
    """Give a link that starts the training without a sign-in, once."""
    training = _training_without_organizer(call)
    host_pass = HostPass(
        token=token_urlsafe(24),
        user_key=call.user.key,
        event_key=training.key,
        expires_at=call.core.clock.now() + HOST_PASS_LIFETIME,
    )
    call.core.state.host_passes.put(host_pass.token, host_pass)
    return Answer(200, {"hostURL": f"{call.core.public_url}/host/training/{training.key}?token={host_pass.token}"})


def update_name_description(call: Call) -> Answer:
    training = _changeable_training(call)
    body = call.json_object()
    training.name = _text(body, "name", 128, is_required=True)
    if "description" in body:
        training.description = _text(body, "description")
    call.core.state.trainings.put(training.key, training)
    return Answer(204)


def update_times(call: Call) -> Answer:
    training = _changeable_training(call)
    body = call.json_object()
    owner = call.core.state.users[training.organizer_key]
    time_zone, times = _time_zone(call, body), _times(call, body, owner, besides=training.key)
    to_trainers = _flag(body, "notifyTrainers", default=True)
    to_registrants = _flag(body, "notifyRegistrants", default=True)
    training.time_zone, training.times = time_zone, times
    call.core.state.trainings.put(training.key, training)
    return Answer(
        200,
        {
            "notifiedTrainers": len(training.organizer_keys) if to_trainers else 0,
            "notifiedRegistrants": call.core.state.count_registrants(training.key) if to_registrants else 0,
        },
    )


def get_organizers(call: Call) -> Answer:
    return Answer(200, responses.organizers(call.core, _training(call).organizer_keys))


def update_organizers(call: Call) -> Answer:
    training = _changeable_training(call)
    body = call.json_object()
    if "organizers" not in body:
        raise errors.invalid_request("organizers is missing.")
    _flag(body, "notifyOrganizers", default=False)
    keys = _organizer_keys(call, body, training.account_key)
    training.organizer_keys = store.with_owner(training.organizer_key, keys)
    call.core.state.trainings.put(training.key, training)
    return Answer(204)


def update_registration_settings(call: Call) -> Answer:
    training = _changeable_training(call)
    body = call.json_object()
    web, mail = _flag(body, "disableWebRegistration"), _flag(body, "disableConfirmationEmail")
    training.is_web_registration_disabled, training.is_confirmation_email_disabled = web, mail
    call.core.state.trainings.put(training.key, training)
    return Answer(204)


# Registrants


def get_registrants(call: Call) -> Answer:
    """List those who are in the list by now; the switch `training_registrants_delay_seconds` tells how late it is."""
    delay = timedelta(seconds=call.core.switches.number("training_registrants_delay_seconds"))
    since = call.core.clock.now() - delay
    people = [one for one in call.core.state.registrants_of(_training(call).key) if one.registered_at <= since]
    return Answer(200, [responses.registrant(call.core, person) for person in people])


def get_registrant(call: Call) -> Answer:
    training = _training(call)
    person = call.core.state.registrant_of(training.key, _key(call, "registrantKey"))
    if person is None:
        raise errors.no_such_registrant()
    return Answer(200, responses.registrant(call.core, person))


def register(call: Call) -> Answer:
    training = _training(call)
    body = call.json_object()
    email = _text(body, "email", 128, is_required=True)
    first_name = _text(body, "givenName", 128, is_required=True)
    last_name = _text(body, "surname", 128, is_required=True)
    if "@" not in email.strip("@"):
        raise errors.invalid_request("email must be an e-mail address.")
    try:
        person = store.register(call.core, training, first_name=first_name, last_name=last_name, email=email)
    except store.TrainingOverError:
        raise errors.training_over() from None
    except store.TrainingFullError:
        status = call.core.switches.number("full_event_status")
        raise errors.refuse(status, "RegistrationLimitReached", "The registration limit has been reached.") from None
    except store.DuplicateRegistrantError as error:
        # No joinUrl here: one more call is needed for it (observed).
        raise errors.refuse(
            409,
            "DuplicateRegistrant",
            "The registrant is already registered.",
            registrantKey=responses.registrant_key(call.core, error.registrant),
        ) from None
    return Answer(201, responses.registrant_created(call.core, person))


def cancel_registration(call: Call) -> Answer:
    training = _training(call)
    person = call.core.state.registrant_of(training.key, _key(call, "registrantKey"))
    if person is None:
        raise errors.no_such_registrant()
    if is_over(call.core, training):
        raise errors.training_over()
    call.core.state.remove_registrant(person)
    return Answer(204)


# Reports


def get_sessions_in_range(call: Call) -> Answer:
    organizer = _organizer(call)
    wanted = _range(call, call.json_object())
    found = [
        session
        for session in call.core.state.sessions
        if session.product == "training"
        and session.organizer_key == organizer.key
        and is_published(call.core, session)
        and session.ended_at is not None
        and session.started_at <= wanted.ends_at
        and session.ended_at >= wanted.starts_at
    ]
    return Answer(200, _sessions(call, found))


def get_sessions_of_training(call: Call) -> Answer:
    return Answer(200, _sessions(call, published_sessions(call.core, _training(call).key)))


def _sessions(call: Call, sessions: list[Session]) -> list[dict[str, Any]]:
    return [responses.session(call.core, item) for item in sorted(sessions, key=lambda s: (s.started_at, s.key))]


def get_attendance(call: Call) -> Answer:
    """Those who came, then those who did not, with 0 minutes (documented)."""
    organizer = _organizer(call)
    session = call.core.state.sessions.get(_key(call, "sessionKey"))
    if session is None or session.product != "training" or not is_published(call.core, session):
        raise errors.no_such_session()
    training = call.core.state.trainings.get(session.event_key)
    if session.organizer_key != organizer.key and (training is None or organizer.key not in training.organizer_keys):
        raise errors.no_such_session()
    present = call.core.state.presences_of(session.key)
    came = {presence.registrant_key for presence in present}
    rows = [responses.attendee(call.core, session, presence) for presence in present]
    rows += [
        responses.no_show(person)
        for person in call.core.state.registrants_of(session.event_key)
        if person.key not in came and person.status == "APPROVED"
    ]
    return Answer(200, rows)


# Recordings


def get_recordings(call: Call) -> Answer:
    training = _training_without_organizer(call)
    items = [r for r in call.core.state.recordings if r.event_key == training.key]
    return Answer(
        200,
        {
            "trainingKey": int(training.key),
            "recordingList": [responses.recording(call.core, item, training.time_zone) for item in items],
        },
    )


def get_recording_download(call: Call) -> Answer:
    training = _training_without_organizer(call)
    item = call.core.state.recordings.get(_key(call, "recordingId"))
    if item is None or item.event_key != training.key:
        raise errors.no_such_recording()
    return Answer(302, headers={"Location": responses.recording_url(call.core, item)})


OF_ORGANIZER = "/organizers/{organizerKey}/trainings"
TRAINING = OF_ORGANIZER + "/{trainingKey}"
REPORTS = "/reports/organizers/{organizerKey}"

PRODUCT = Product(
    name="training",
    base_path="/G2T/rest",
    licences=("G2T",),
    refuse=errors.refuse,
    operations=(
        Operation("getAllOrganisers", "GET", "/accounts/{accountKey}/organizers", get_organizers_of_account),
        Operation("getAllTrainings", "GET", OF_ORGANIZER, get_trainings),
        Operation("scheduleTraining", "POST", OF_ORGANIZER, schedule_training),
        Operation("getTraining", "GET", TRAINING, get_training),
        Operation("cancelTraining", "DELETE", TRAINING, cancel_training),
        Operation("getManageTrainingURL", "GET", TRAINING + "/manageUrl", get_manage_url),
        Operation("updateTrainingNameDescription", "PUT", TRAINING + "/nameDescription", update_name_description),
        Operation("getOrganisersForTraining", "GET", TRAINING + "/organizers", get_organizers),
        Operation("updateOrganisersForTraining", "PUT", TRAINING + "/organizers", update_organizers),
        Operation("getRegistrants", "GET", TRAINING + "/registrants", get_registrants),
        Operation("registerForTraining", "POST", TRAINING + "/registrants", register),
        Operation("getRegistrant", "GET", TRAINING + "/registrants/{registrantKey}", get_registrant),
        Operation("cancelRegistration", "DELETE", TRAINING + "/registrants/{registrantKey}", cancel_registration),
        Operation(
            "updateRegistrationSettingsForTraining",
            "PUT",
            TRAINING + "/registrationSettings",
            update_registration_settings,
        ),
        Operation("getStartUrl", "GET", TRAINING + "/startUrl", get_start_url),
        Operation("updateTrainingTimes", "PUT", TRAINING + "/times", update_times),
        Operation("getSessionDetailsForDateRange", "POST", REPORTS + "/sessions", get_sessions_in_range),
        Operation("getAttendanceDetails", "GET", REPORTS + "/sessions/{sessionKey}/attendees", get_attendance),
        Operation(
            "getSessionDetailsForTraining", "GET", REPORTS + "/trainings/{trainingKey}", get_sessions_of_training
        ),
        Operation("getRecordingsForTraining", "GET", "/trainings/{trainingKey}/recordings", get_recordings),
        Operation(
            "getRecordingDownloadById",
            "GET",
            "/trainings/{trainingKey}/recordings/{recordingId}",
            get_recording_download,
        ),
        Operation("startTraining", "GET", "/trainings/{trainingKey}/start", start_training),
    ),
)
