"""A call of each of GoToTraining's operations."""

from __future__ import annotations

from tests.contract.calls.world import Call, account_of
from tests.sandbox.doors import new_sandbox, sign_up

from greenroom.goto import parse_time, training

TIMES = (
    training.DateTimeRange(
        start_date=parse_time("2026-09-10T14:00:00Z"),
        end_date=parse_time("2026-09-10T16:00:00Z"),
    ),
)
AUGUST = parse_time("2026-08-01T00:00:00Z"), parse_time("2026-09-01T00:00:00Z")
BO = training.RegistrantReqCreate(given_name="Bo", surname="Ek", email="bo@example.com")


class World:
    """Olga's account with a training, registrants, a session that is over, and a recording."""

    def __init__(self) -> None:
        self.olga = olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
        self.organizer_key, self.account_key = olga.organizer_key, account_of(olga)
        self.key = olga.control("trainings", {"organizer_key": olga.organizer_key, "registrants": 2})["key"]
        ada = {"givenName": "Ada", "surname": "Ferro", "email": "ada@example.com"}
        self.registrant_key = str(olga.post(f"{self.path}/registrants", ada).json()["registrantKey"])
        times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
        session = times | {"people": [{"email": "ada@example.com"}]}
        self.session_key = olga.control(f"trainings/{self.key}/attendance", session)["session_key"]
        self.recording_id = olga.control(f"trainings/{self.key}/recordings", times)["key"]

    @property
    def path(self) -> str:
        """Where the training is in the API."""
        return f"{self.olga.trainings}/{self.key}"

    @property
    def of_training(self) -> tuple[str, str]:
        """The keys most paths begin with."""
        return self.organizer_key, self.key


CALLS: dict[str, Call[World]] = {
    "getAllOrganisers": lambda w: training.get_all_organisers(w.account_key),
    "getAllTrainings": lambda w: training.get_all_trainings(w.organizer_key),
    "scheduleTraining": lambda w: training.schedule_training(
        w.organizer_key, training.TrainingReqCreate(name="Safety", time_zone="America/New_York", times=TIMES)
    ),
    "cancelTraining": lambda w: training.cancel_training(*w.of_training),
    "getTraining": lambda w: training.get_training(*w.of_training),
    "getManageTrainingURL": lambda w: training.get_manage_training_url(*w.of_training),
    "updateTrainingNameDescription": lambda w: training.update_training_name_description(
        *w.of_training, training.TrainingNameDescription(name="Safety first", description="All of it")
    ),
    "getOrganisersForTraining": lambda w: training.get_organisers_for_training(*w.of_training),
    "updateOrganisersForTraining": lambda w: training.update_organisers_for_training(
        *w.of_training, training.TrainingOrganizers(organizers=(), notify_organizers=False)
    ),
    "getRegistrants": lambda w: training.get_registrants(*w.of_training),
    "registerForTraining": lambda w: training.register_for_training(*w.of_training, BO),
    "cancelRegistration": lambda w: training.cancel_registration(*w.of_training, w.registrant_key),
    "getRegistrant": lambda w: training.get_registrant(*w.of_training, w.registrant_key),
    "updateRegistrationSettingsForTraining": lambda w: training.update_registration_settings_for_training(
        *w.of_training, training.RegistrationSettings(disable_web_registration=True)
    ),
    "getStartUrl": lambda w: training.get_start_url(*w.of_training),
    "updateTrainingTimes": lambda w: training.update_training_times(
        *w.of_training, training.TrainingTimes(time_zone="America/Chicago", times=TIMES)
    ),
    "getSessionDetailsForDateRange": lambda w: training.get_session_details_for_date_range(w.organizer_key, *AUGUST),
    "getAttendanceDetails": lambda w: training.get_attendance_details(w.organizer_key, w.session_key),
    "getSessionDetailsForTraining": lambda w: training.get_session_details_for_training(*w.of_training),
    "getRecordingsForTraining": lambda w: training.get_recordings_for_training(w.key),
    "getRecordingDownloadById": lambda w: training.get_recording_download_by_id(w.key, w.recording_id),
    "startTraining": lambda w: training.start_training(w.key),
}
