"""
What GoToTraining answers and takes. Times are UTC; durations of sessions and attendance are minutes.

Source: GoTo's GoToTraining specification (documented); what may be missing: the GoTo facts (observed).
"""

from __future__ import annotations

import msgspec

from greenroom.goto._types import Body, Key, Model, Time, UtcTime, Word


class RegistrantStatus(Word):
    """How far a registration is; the last two appear in older material only."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    UNREGISTERED = "UNREGISTERED"
    DELETED = "DELETED"


class DateTimeRange(Model, frozen=True, kw_only=True):
    """
    From when to when.

    Attributes:
        start_date, end_date: moments (UTC); at most 24 hours apart for a training.
    """

    start_date: Time
    end_date: Time


class Organizer(Model, frozen=True, kw_only=True):
    """
    A person who may run trainings.

    Attributes:
        organizer_key: GoTo's key.
        email, given_name, surname: empty when GoTo leaves them out.
    """

    organizer_key: Key
    email: str = ""
    given_name: str = ""
    surname: str = ""


class RegistrationSettings(Model, frozen=True, kw_only=True):
    """
    How people may sign up.

    Attributes:
        disable_confirmation_email: no mail for people registered through the API.
        disable_web_registration: the public page takes nobody.
    """

    disable_confirmation_email: bool = False
    disable_web_registration: bool = False


class Training(Model, frozen=True, kw_only=True):
    """
    A scheduled or running training; finished ones leave the list.

    Attributes:
        training_key: GoTo's key.
        training_id: the nine digits people type; None in old answers.
        name, description: as written by the organizer.
        organizers: who runs it.
        registration_settings: None when GoTo leaves them out.
        time_zone: for display; the times do not depend on it.
        times: one range per session; registration is for all of them.
    """

    training_key: Key
    training_id: Key | None = None
    name: str = ""
    description: str = ""
    organizers: tuple[Organizer, ...] = ()
    registration_settings: RegistrationSettings | None = None
    time_zone: str = ""
    times: tuple[DateTimeRange, ...] = ()


class Registrant(Model, frozen=True, kw_only=True):
    """
    A person signed up for a training.

    Attributes:
        registrant_key: GoTo's key.
        email, given_name, surname: the three fields the API knows.
        status: None when GoTo leaves it out.
        registration_date: when they signed up (UTC).
        join_url: their own entry link; a secret.
        confirmation_url: their confirmation page; a secret.
    """

    registrant_key: Key
    email: str = ""
    given_name: str = ""
    surname: str = ""
    status: RegistrantStatus | None = None
    registration_date: Time | None = None
    join_url: str | None = None
    confirmation_url: str | None = None


class RegistrantCreated(Model, frozen=True, kw_only=True):
    """
    What registering came to.

    Attributes:
        registrant_key: None only if GoTo leaves it out.
        join_url, confirmation_url: secrets; None for somebody who was registered already (ask for the registrant).
        already_registered: GoTo had this e-mail address for this training (its 409).
    """

    registrant_key: Key | None = None
    join_url: str | None = None
    confirmation_url: str | None = None
    already_registered: bool = False


class NotifiedParties(Model, frozen=True, kw_only=True):
    """
    Whom GoTo told of new times.

    Attributes:
        notified_registrants, notified_trainers: numbers of people.
    """

    notified_registrants: int | None = None
    notified_trainers: int | None = None


class Session(Model, frozen=True, kw_only=True):
    """
    One completed run of a training.

    Attributes:
        session_key: GoTo's key.
        training_name: the name only; GoTo gives no training key here.
        session_start_time, session_end_time: moments (UTC).
        duration: minutes.
        attendance_count: people who were there.
        organizers: who ran it.
    """

    session_key: Key
    training_name: str = ""
    session_start_time: Time | None = None
    session_end_time: Time | None = None
    duration: int | None = None
    attendance_count: int | None = None
    organizers: tuple[Organizer, ...] = ()


class Attendance(Model, frozen=True, kw_only=True):
    """
    One stay in a session.

    Attributes:
        join_time, leave_time: moments (UTC).
        time_in_part_of_session: minutes.
    """

    join_time: Time | None = None
    leave_time: Time | None = None
    time_in_part_of_session: int | None = None


class Attendee(Model, frozen=True, kw_only=True):
    """
    A registrant's presence in one session; there is no registrant key, match by e-mail address.

    Attributes:
        email, given_name, surname: who.
        time_in_session: minutes; 0 for a no-show.
        in_session_times: their stays, none for a no-show.
    """

    email: str = ""
    given_name: str = ""
    surname: str = ""
    time_in_session: int | None = None
    in_session_times: tuple[Attendance, ...] = ()


class Recording(Model, frozen=True, kw_only=True):
    """
    An online recording.

    Attributes:
        recording_id: GoTo's key.
        name, description: as written by the organizer.
        start_date, end_date: of what was recorded; GoTo writes them with an offset, here they are UTC.
        download_url: direct link; a secret.
        registration_url: the public page where people ask for it.
    """

    recording_id: Key
    name: str = ""
    description: str = ""
    start_date: UtcTime | None = None
    end_date: UtcTime | None = None
    download_url: str | None = None
    registration_url: str | None = None


class RecordingsListForTraining(Model, frozen=True, kw_only=True):
    """
    The online recordings of one training.

    Attributes:
        training_key: GoTo's key.
        recording_list: may be empty.
    """

    training_key: Key | None = None
    recording_list: tuple[Recording, ...]


class HostUrl(Model, frozen=True, kw_only=True):
    """
    The organizer's way in.

    Attributes:
        host_url: starts the training without a login; a short-lived secret, never keep or show it.
    """

    host_url: str = msgspec.field(name="hostURL")


class RegistrantReqCreate(Body, frozen=True, kw_only=True):
    """
    Who to register; all three are required.

    Attributes:
        email, given_name, surname: GoToTraining takes nothing else through the API.
    """

    email: str
    given_name: str
    surname: str


class TrainingNameDescription(Body, frozen=True, kw_only=True):
    """
    A training's new texts.

    Attributes:
        name: required.
        description: kept as it is when None (assumed).
    """

    name: str
    description: str | None = None


class TrainingOrganizers(Body, frozen=True, kw_only=True):
    """
    A training's new co-organizers, replacing all there were.

    Attributes:
        organizers: their keys.
        notify_organizers: tell them by mail.
    """

    organizers: tuple[str, ...]
    notify_organizers: bool | None = None


class TrainingReqCreate(Body, frozen=True, kw_only=True):
    """
    A training to schedule.

    Attributes:
        name, description: shown to people.
        time_zone: one of GoTo's own ids.
        times: at least one range, each at most 24 hours, none overlapping another training of the organizer.
        organizers: keys of co-organizers; needs a multi-user account.
        registration_settings: GoTo's defaults when None.
    """

    name: str
    time_zone: str
    times: tuple[DateTimeRange, ...]
    description: str | None = None
    organizers: tuple[str, ...] | None = None
    registration_settings: RegistrationSettings | None = None


class TrainingTimes(Body, frozen=True, kw_only=True):
    """
    A training's new times, replacing all there were.

    Attributes:
        time_zone: one of GoTo's own ids.
        times: at least one range.
        notify_registrants, notify_trainers: tell them by mail; GoTo's default is yes.
    """

    time_zone: str
    times: tuple[DateTimeRange, ...]
    notify_registrants: bool | None = None
    notify_trainers: bool | None = None
