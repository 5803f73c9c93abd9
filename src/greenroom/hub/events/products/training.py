"""GoToTraining."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from greenroom.goto import GoTo, ResourceNotFoundError, training
from greenroom.hub.core import clock
from greenroom.hub.core.errors import StateConflictError, TemporarilyUnavailableError
from greenroom.hub.core.texts import storable
from greenroom.hub.events.products.base import (
    Ability,
    AnswersData,
    AttendanceListing,
    AttendeeData,
    Created,
    EventData,
    EventWish,
    RecordingData,
    Registered,
    RegistrantData,
    RegistrantListing,
    SessionData,
    TeamMemberData,
    Words,
)
from greenroom.hub.events.registration_form import BASIC_FORM, Answers, RegistrationForm


class TrainingProduct:
    """GoToTraining, API version 1."""

    code = "training"
    words = Words("Training", "Trainings")
    abilities = frozenset(
        {
            Ability.REGISTER,
            Ability.APPROVE_LATER,
            Ability.CREATE,
            Ability.DESCRIPTION,
            Ability.ALL_DATES,
            Ability.UPDATE,
            Ability.CANCEL,
            Ability.CO_ORGANIZERS,
            Ability.RECORDINGS,
        }
    )
    # GoToTraining has no call that says so; only its reports tell, after the end.
    tells_when_live = False
    sends_webhooks = False
    # Observed: longer ones are refused as InvalidTrainingDatesMaxDuration.
    longest_date: timedelta | None = timedelta(hours=24)
    # "The update can take as long as two hours", says GoTo's description of the registrants call.
    registrant_lag = timedelta(hours=2)

    def for_one_run(self) -> "TrainingProduct":
        """Return itself: no answer is used twice."""
        return self

    def list_events(self, goto: GoTo, organizer_key: str, since: datetime, until: datetime) -> Iterable[EventData]:
        """Yield all scheduled and running trainings; finished ones drop out of GoTo's list, and dates do not filter."""
        for one in goto.send(training.get_all_trainings(organizer_key)):
            yield _event(one, organizer_key)

    def get_event(self, goto: GoTo, organizer_key: str, event_key: str) -> EventData | None:
        """Return one training."""
        try:
            return _event(goto.send(training.get_training(organizer_key, event_key)), organizer_key)
        except ResourceNotFoundError:
            return None

    def list_live_keys(self, goto: GoTo, organizer_key: str) -> Collection[str]:
        """Return nothing: GoToTraining does not tell."""
        return ()

    def get_registration_form(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrationForm:
        """Return the three fields that trainings always ask; their API knows no others."""
        return BASIC_FORM

    def list_registrants(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrantListing:
        """Return everybody; trainings are never paged."""
        asked_at = clock.now()
        answer = goto.fetch(training.get_registrants(organizer_key, event_key))
        return RegistrantListing(
            hashlib.sha256(answer.content).hexdigest(), lambda: map(_registrant, answer.rows()), asked_at
        )

    def get_registrant(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> RegistrantData:
        """Return one registrant."""
        return _registrant(goto.send(training.get_registrant(organizer_key, event_key, registrant_key)))

    def register(self, goto: GoTo, organizer_key: str, event_key: str, answers: Answers) -> Registered:
        """Sign a person up. A duplicate's answer has no join link, so the registrant is read after it."""
        wanted = training.RegistrantReqCreate(
            email=answers.fields["email"],
            given_name=answers.fields["firstName"],
            surname=answers.fields["lastName"],
        )
        created = goto.send(training.register_for_training(organizer_key, event_key, wanted))
        if created.registrant_key and created.join_url:
            return Registered(created.registrant_key, "", created.join_url, created.already_registered)
        if created.registrant_key:
            one = goto.send(training.get_registrant(organizer_key, event_key, created.registrant_key))
        else:
            one = self._look_up(goto, organizer_key, event_key, answers.email)
        return Registered(one.registrant_key, (one.status or "").upper(), one.join_url or "", True)

    def _look_up(self, goto: GoTo, organizer_key: str, event_key: str, email: str) -> training.Registrant:
        for one in goto.send(training.get_registrants(organizer_key, event_key)):
            if (one.email or "").lower() == email:
                return one
        raise TemporarilyUnavailableError("GoTo knows this registrant already but does not list them yet.", 60)

    def cancel_registration(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> None:
        """Cancel the registration; one that is gone already counts as cancelled."""
        goto.send(training.cancel_registration(organizer_key, event_key, registrant_key, gone_is_success=True))

    def list_sessions(
        self, goto: GoTo, organizer_key: str, event_keys: Collection[str], since: datetime, until: datetime
    ) -> Iterable[SessionData]:
        """Yield the sessions of these trainings. One call each: the report over a window names no training key."""
        for event_key in event_keys:
            try:
                told = goto.send(training.get_session_details_for_training(organizer_key, event_key))
            except ResourceNotFoundError:
                continue  # a training that was cancelled has no report, and must not keep the others from theirs
            for one in told:
                if one.session_start_time and one.session_end_time:
                    yield SessionData(event_key, one.session_key, one.session_start_time, one.session_end_time)

    def list_attendance(
        self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData
    ) -> AttendanceListing:
        """Return the session's attendees. Those who did not come are listed by GoTo with no time, and left out here."""
        answer = goto.fetch(training.get_attendance_details(organizer_key, session.session_key))
        return AttendanceListing(
            hashlib.sha256(answer.content).hexdigest(),
            lambda: (_attendee(one) for one in answer.rows() if one.in_session_times or one.time_in_session),
        )

    def cancel_event(self, goto: GoTo, organizer_key: str, event_key: str, *, tell_registrants: bool = False) -> None:
        """Cancel the training; GoTo mails nobody."""
        goto.send(training.cancel_training(organizer_key, event_key, gone_is_success=True))

    def get_start_url(self, goto: GoTo, organizer_key: str, event_key: str) -> str:
        """Return the link at which the organizer signs in and starts the training."""
        return goto.send(training.get_start_url(organizer_key, event_key))

    def create_event(self, goto: GoTo, organizer_key: str, wish: EventWish) -> Created:
        """Schedule a training; with several dates it is one, and a sign-up is for all of them."""
        wanted = training.TrainingReqCreate(
            name=wish.title or "",
            description=wish.description or "",
            time_zone=wish.time_zone or "",
            times=_ranges(wish.times or ()),
        )
        return Created(goto.send(training.schedule_training(organizer_key, wanted)))

    def update_event(self, goto: GoTo, organizer_key: str, event_key: str, wish: EventWish) -> None:
        """Change the times, then the texts: what GoTo may refuse comes first."""
        if wish.times is not None:
            times = training.TrainingTimes(
                time_zone=wish.time_zone or "",
                times=_ranges(wish.times),
                notify_registrants=False,
                notify_trainers=False,
            )
            goto.send(training.update_training_times(organizer_key, event_key, times))
        if wish.title is not None:
            texts = training.TrainingNameDescription(name=wish.title, description=wish.description)
            goto.send(training.update_training_name_description(organizer_key, event_key, texts))

    def resend_confirmation(self, goto: GoTo, organizer_key: str, event_key: str, registrant: RegistrantData) -> None:
        """Refuse: GoToTraining has no call for it."""
        raise StateConflictError("GoTo cannot send the confirmation of a training again.")

    def list_team(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[TeamMemberData]:
        """Return the co-organizers, without the organizer whose training it is."""
        for one in self._list_others(goto, organizer_key, event_key):
            name = storable(f"{one.given_name} {one.surname}".strip())
            yield TeamMemberData("co_organizer", one.organizer_key, name, storable(one.email.lower(), 254))

    def _list_others(self, goto: GoTo, organizer_key: str, event_key: str) -> list[training.Organizer]:
        everybody = goto.send(training.get_organisers_for_training(organizer_key, event_key))
        return [one for one in everybody if one.organizer_key != organizer_key]

    def add_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Add a co-organizer of the same account to those there are. Two calls, as GoTo replaces the whole list."""
        there = [one.organizer_key for one in self._list_others(goto, organizer_key, event_key)]
        if member.member_key not in there:
            self._replace_others(goto, organizer_key, event_key, [*there, member.member_key])

    def remove_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Take a co-organizer out of those there are. Two calls, as GoTo replaces the whole list."""
        there = [one.organizer_key for one in self._list_others(goto, organizer_key, event_key)]
        if member.member_key in there:
            staying = [key for key in there if key != member.member_key]
            self._replace_others(goto, organizer_key, event_key, staying)

    def _replace_others(self, goto: GoTo, organizer_key: str, event_key: str, keys: list[str]) -> None:
        # Those who are replaced are not told (documented).
        wanted = training.TrainingOrganizers(organizers=tuple(keys), notify_organizers=True)
        goto.send(training.update_organisers_for_training(organizer_key, event_key, wanted))

    def list_recordings(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[RecordingData]:
        """Return the online recordings."""
        for one in goto.send(training.get_recordings_for_training(event_key)).recording_list:
            yield RecordingData(storable(one.recording_id, 128), storable(one.name), one.start_date, one.end_date)

    def get_recording_url(self, goto: GoTo, organizer_key: str, event_key: str, recording_key: str) -> str:
        """Return where GoTo redirects to; the client does not follow, so our token stays away from there."""
        return goto.send(training.get_recording_download_by_id(event_key, recording_key)).location

    def list_answers(self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData) -> AnswersData:
        """Return nothing: GoToTraining's API tells of no tests and polls."""
        return AnswersData(polls=(), questions=(), surveys=(), digest="")


TRAINING = TrainingProduct()


def _event(one: training.Training, organizer_key: str) -> EventData:
    return EventData(
        event_key=one.training_key,
        organizer_key=organizer_key,
        title=storable(one.name),
        times=tuple((part.start_date, part.end_date) for part in one.times or ()),
        event_number=storable((one.training_id or "").replace("-", ""), 32),
        description=storable(one.description),
        time_zone=storable(one.time_zone, 64),
        dates="all" if len(one.times or ()) > 1 else "one",
    )


def _ranges(times: Iterable[tuple[datetime, datetime]]) -> tuple[training.DateTimeRange, ...]:
    return tuple(training.DateTimeRange(start_date=start, end_date=end) for start, end in times)


def _registrant(one: training.Registrant) -> RegistrantData:
    return RegistrantData(
        one.registrant_key,
        storable((one.email or "").lower(), 254),
        storable(one.given_name),
        storable(one.surname),
        storable(one.status, 32).upper() or "APPROVED",
        one.registration_date,
        storable(one.join_url),
    )


def _attendee(one: training.Attendee) -> AttendeeData:
    return AttendeeData(
        "",
        storable((one.email or "").lower(), 254),
        storable(one.given_name),
        storable(one.surname),
        tuple((part.join_time, part.leave_time) for part in one.in_session_times or ()),
        (one.time_in_session or 0) * 60,
    )
