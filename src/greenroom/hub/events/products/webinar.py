"""GoToWebinar."""

import hashlib
import re
from collections.abc import Collection, Iterable, Sized
from datetime import datetime, timedelta

from greenroom.goto import GoTo, ResourceNotFoundError, webinar
from greenroom.hub.core import clock
from greenroom.hub.core.errors import TemporarilyUnavailableError, UnknownObjectError
from greenroom.hub.core.texts import storable
from greenroom.hub.events.products.base import (
    Ability,
    AnswersData,
    AttendanceListing,
    AttendeeData,
    Created,
    EventData,
    EventWish,
    Poll,
    Question,
    RecordingData,
    Registered,
    RegistrantData,
    RegistrantListing,
    SessionData,
    TeamMemberData,
    Words,
)
from greenroom.hub.events.registration_form import Answers, FormField, FormQuestion, RegistrationForm


class WebinarProduct:
    """GoToWebinar, API version 2."""

    code = "webinar"
    words = Words("Webinar", "Webinars")
    abilities = frozenset(
        {
            Ability.REGISTER,
            Ability.APPROVE_LATER,
            Ability.CREATE,
            Ability.DESCRIPTION,
            Ability.PICK_A_DATE,
            Ability.UPDATE,
            Ability.CANCEL,
            Ability.CANCELLATION_MAILS,
            Ability.RESEND_CONFIRMATION,
            Ability.CO_ORGANIZERS,
            Ability.GUEST_ORGANIZERS,
            Ability.PANELISTS,
            Ability.RECORDINGS,
            Ability.ANSWERS,
        }
    )
    tells_when_live = True
    sends_webhooks = True
    longest_date: timedelta | None = None
    registrant_lag = timedelta(0)

    def for_one_run(self) -> "WebinarProduct":
        """Return itself: no answer is used twice."""
        return self

    def list_events(self, goto: GoTo, organizer_key: str, since: datetime, until: datetime) -> Iterable[EventData]:
        """Yield the organizer's webinars whose dates fall into the window, past and future."""
        for one in goto.iterate(webinar.get_webinars(organizer_key, from_time=since, to_time=until)):
            yield EventData(
                event_key=one.webinar_key,
                organizer_key=one.organizer_key or organizer_key,
                title=storable(one.subject),
                times=_times(one.times),
                event_number=_digits(one.webinar_id),
                recurrence_key=storable(one.recurrence_key, 64),
                description=storable(one.description),
                time_zone=storable(one.time_zone, 64),
                registration_url=storable(one.registration_url),
                needs_approval=(one.approval_type or "").upper() == "MANUAL",
                dates=_dates(one.times, one.recurrence_key),
            )

    def get_event(self, goto: GoTo, organizer_key: str, event_key: str) -> EventData | None:
        """Return one webinar. A cancelled one is unknown to GoTo. Its approval mode is not told."""
        try:
            one = goto.send(webinar.get_webinar(organizer_key, event_key))
        except ResourceNotFoundError:
            return None
        return EventData(
            event_key=one.webinar_key,
            organizer_key=one.organizer_key or organizer_key,
            title=storable(one.subject),
            times=_times(one.times),
            event_number=_digits(one.webinar_id),
            recurrence_key=storable(one.recurrence_key, 64),
            description=storable(one.description),
            time_zone=storable(one.time_zone, 64),
            registration_url=storable(one.registration_url),
            dates=_dates(one.times, one.recurrence_key),
        )

    def list_live_keys(self, goto: GoTo, organizer_key: str) -> Collection[str]:
        """Return the webinars in session."""
        # The text says `toTime` may be left out, the specification requires it: sending it suits both.
        soon = clock.now() + timedelta(days=1)
        found = goto.send(webinar.get_in_session_webinars(organizer_key, to_time=soon))
        return {one.webinar_key for one in found if one.in_session is not False}

    def get_registration_form(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrationForm:
        """Return the fields and questions that the organizer has switched on."""
        asked = goto.send(webinar.get_registration_fields(organizer_key, event_key))
        return RegistrationForm(
            fields=tuple(
                FormField(one.field, bool(one.required), one.max_size or 0, tuple(map(storable, one.answers or ())))
                for one in asked.fields
            ),
            questions=tuple(
                FormQuestion(
                    one.question_key,
                    storable(one.question),
                    bool(one.required),
                    one.max_size or 0,
                    tuple((answer.answer_key, storable(answer.answer)) for answer in one.answers or ()),
                )
                for one in asked.questions
            ),
        )

    def list_registrants(self, goto: GoTo, organizer_key: str, event_key: str) -> RegistrantListing:
        """Return everybody in one plain array: without paging parameters GoTo sends all of them."""
        asked_at = clock.now()
        answer = goto.fetch(webinar.get_all_registrants_for_webinar(organizer_key, event_key))
        return RegistrantListing(
            hashlib.sha256(answer.content).hexdigest(), lambda: map(_registrant, answer.rows()), asked_at
        )

    def get_registrant(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> RegistrantData:
        """Return one registrant."""
        return _registrant(goto.send(webinar.get_registrant(organizer_key, event_key, registrant_key)))

    def register(self, goto: GoTo, organizer_key: str, event_key: str, answers: Answers) -> Registered:
        """Sign a person up with all their answers."""
        created = goto.send(webinar.create_registrant(organizer_key, event_key, _wanted(answers)))
        if created.registrant_key and (created.join_url or not created.already_registered):
            return Registered(
                created.registrant_key,
                (created.status or "").upper(),
                created.join_url or "",
                created.already_registered,
            )
        return self._look_up(goto, organizer_key, event_key, answers.email)

    def _look_up(self, goto: GoTo, organizer_key: str, event_key: str, email: str) -> Registered:
        # A duplicate's answer should hold key and join link; where one is missing, the list has them.
        for one in goto.iterate(webinar.get_all_registrants_for_webinar(organizer_key, event_key)):
            if (one.email or "").lower() == email:
                return Registered(one.registrant_key, (one.status or "").upper(), one.join_url or "", True)
        raise TemporarilyUnavailableError("GoTo knows this registrant already but does not list them yet.", 60)

    def cancel_registration(self, goto: GoTo, organizer_key: str, event_key: str, registrant_key: str) -> None:
        """Delete the registrant; one who is gone already counts as deleted."""
        goto.send(webinar.delete_registrant(organizer_key, event_key, registrant_key, gone_is_success=True))

    def list_sessions(
        self, goto: GoTo, organizer_key: str, event_keys: Collection[str], since: datetime, until: datetime
    ) -> Iterable[SessionData]:
        """Yield the organizer's sessions in the window that belong to these webinars. One call per 200 sessions."""
        for one in goto.iterate(webinar.get_organizer_sessions(organizer_key, from_time=since, to_time=until)):
            if one.webinar_key and one.webinar_key in event_keys and one.start_time and one.end_time:
                yield SessionData(one.webinar_key, one.session_key, one.start_time, one.end_time, one.total_poll_count)

    def list_attendance(
        self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData
    ) -> AttendanceListing:
        """Return the session's attendees; those who did not come are not among them."""
        answer = goto.fetch(webinar.get_attendees(organizer_key, event_key, session.session_key))
        return AttendanceListing(hashlib.sha256(answer.content).hexdigest(), lambda: map(_attendee, answer.rows()))

    def cancel_event(self, goto: GoTo, organizer_key: str, event_key: str, *, tell_registrants: bool = False) -> None:
        """Cancel the webinar, and have GoTo mail its registrants if wanted. Of dates to pick from, the others stay."""
        mails = tell_registrants or None
        goto.send(
            webinar.cancel_webinar(
                organizer_key, event_key, send_cancellation_emails=mails, delete_all=False, gone_is_success=True
            )
        )

    def get_start_url(self, goto: GoTo, organizer_key: str, event_key: str) -> str:
        """Return the link at which the organizer signs in and starts the webinar."""
        return goto.send(webinar.get_start_url(event_key)).start_url

    def create_event(self, goto: GoTo, organizer_key: str, wish: EventWish) -> Created:
        """Schedule a webinar; with several dates each of them is one, and the key is that of the first."""
        dates = _ranges(wish.times or ())
        wanted = webinar.WebinarReqCreate(
            subject=wish.title or "",
            description=wish.description or "",
            times=dates,
            time_zone=wish.time_zone,
            type="series" if len(dates) > 1 else None,
        )
        return Created(goto.send(webinar.create_webinar(organizer_key, wanted)).webinar_key)

    def update_event(self, goto: GoTo, organizer_key: str, event_key: str, wish: EventWish) -> None:
        """
        Change the webinar, and with it the other dates that people pick from.

        GoTo replaces the whole definition (documented), so what stays is read and sent along; but not the times of
        one date, which would take the others away.
        """
        title, description, times, zone = wish.title, wish.description, wish.times, wish.time_zone
        if title is None or times is None:
            now = goto.send(webinar.get_webinar(organizer_key, event_key))
            if title is None:
                title, description = now.subject, now.description
            if times is None and now.type != webinar.Recurrence.SERIES:
                times, zone = _times(now.times), now.time_zone
        wanted = webinar.WebinarReqUpdate(
            subject=title, description=description, times=None if times is None else _ranges(times), time_zone=zone
        )
        goto.send(webinar.update_webinar(organizer_key, event_key, wanted, notify_participants=False))

    def resend_confirmation(self, goto: GoTo, organizer_key: str, event_key: str, registrant: RegistrantData) -> None:
        """Register the person once more, which has GoTo mail them again (documented); it has no call just for that."""
        again = webinar.RegistrantFields(
            first_name=registrant.first_name, last_name=registrant.last_name, email=registrant.email
        )
        goto.send(webinar.create_registrant(organizer_key, event_key, again, resend_confirmation=True))

    def list_team(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[TeamMemberData]:
        """Return co-organizers, from the account and from outside, and panelists. Two calls."""
        for role in ("co_organizer", "panelist"):
            yield from self._list_role(goto, organizer_key, event_key, role)

    def _list_role(self, goto: GoTo, organizer_key: str, event_key: str, role: str) -> Iterable[TeamMemberData]:
        if role == "panelist":
            for panelist in goto.send(webinar.get_panelists(organizer_key, event_key)):
                email = storable(panelist.email.lower(), 254)
                yield TeamMemberData(role, panelist.panelist_key, storable(panelist.name), email)
            return
        for one in goto.send(webinar.get_coorganizers(organizer_key, event_key)):
            name = storable(f"{one.given_name} {one.surname}".strip())
            yield TeamMemberData(role, one.member_key or "", name, storable(one.email.lower(), 254))

    def add_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Add a panelist or a co-organizer; one with a key is of the account, one without from outside. Two calls."""
        if any(_is_same(member, one) for one in self._list_role(goto, organizer_key, event_key, member.role)):
            return
        if member.role == "panelist":
            panelist = webinar.PanelistReqCreate(name=member.name, email=member.email)
            goto.send(webinar.create_panelists(organizer_key, event_key, [panelist]))
        else:
            goto.send(webinar.create_coorganizers(organizer_key, event_key, [_co_organizer(member)]))

    def remove_team_member(self, goto: GoTo, organizer_key: str, event_key: str, member: TeamMemberData) -> None:
        """Take a panelist or a co-organizer off. One call, or two for a co-organizer from outside the account."""
        key = member.member_key
        if member.role == "panelist":
            goto.send(webinar.delete_webinar_panelist(organizer_key, event_key, key, gone_is_success=True))
            return
        try:
            goto.send(webinar.delete_coorganizer(organizer_key, event_key, key))
        except ResourceNotFoundError:
            outside = webinar.delete_coorganizer(organizer_key, event_key, key, external=True, gone_is_success=True)
            goto.send(outside)

    def list_recordings(self, goto: GoTo, organizer_key: str, event_key: str) -> Iterable[RecordingData]:
        """Return the finished recordings; of when they are GoTo tells only when they were ready. One call per 200."""
        for one in goto.iterate(webinar.get_recording_assets(event_key)):
            yield RecordingData(storable(one.recording_asset_key, 128), storable(one.name), ended_at=one.create_time)

    def get_recording_url(self, goto: GoTo, organizer_key: str, event_key: str, recording_key: str) -> str:
        """Return the link GoTo gives with the list of recordings, for want of a call for one."""
        for one in goto.iterate(webinar.get_recording_assets(event_key)):
            if one.recording_asset_key == recording_key and one.mp4_download_url:
                return one.mp4_download_url
        raise UnknownObjectError("GoTo no longer has this recording.")

    def list_answers(self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData) -> AnswersData:
        """Return what was asked in a session; GoTo tells shares and totals, from which the counts are made."""
        key = session.session_key
        polls = None if session.poll_count == 0 else goto.fetch(webinar.get_polls(organizer_key, event_key, key))
        questions = goto.fetch(webinar.get_questions(organizer_key, event_key, key))
        surveys = goto.fetch(webinar.get_surveys(organizer_key, event_key, key))
        told = b"\0".join([polls.content if polls else b"", questions.content, surveys.content])
        return AnswersData(
            polls=tuple(_poll(one) for one in polls.value) if polls else (),
            questions=tuple(_question(one) for one in questions.value),
            surveys=tuple(_poll(one) for one in surveys.value),
            digest=hashlib.sha256(told).hexdigest(),
        )


WEBINAR = WebinarProduct()


def _wanted(answers: Answers) -> webinar.RegistrantFields:
    responses = [
        *(webinar.RegistrantQAResponse(question_key=key, response_text=text) for key, text in answers.texts.items()),
        *(webinar.RegistrantQAResponse(question_key=key, answer_key=chosen) for key, chosen in answers.choices.items()),
    ]
    given = {_snake(name): value for name, value in answers.fields.items() if value}
    return webinar.RegistrantFields(**given, responses=tuple(responses) or None)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _times(times: Iterable[webinar.DateTimeRange]) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((one.start_time, one.end_time) for one in times or ())


def _ranges(times: Iterable[tuple[datetime, datetime]]) -> tuple[webinar.DateTimeRange, ...]:
    return tuple(webinar.DateTimeRange(start_time=start, end_time=end) for start, end in times)


def _dates(times: Sized | None, recurrence_key: str | None) -> str:
    """
    Tell what one sign-up covers.

    One webinar with many dates has one list of registrants; webinars that share a recurrence key have one each. GoTo's
    help pages use its two words for these the other way round, so they are not looked at (observed). Whether others
    with the key are listed is not looked at either: it depends on the window that was asked for.
    """
    if times and len(times) > 1:
        return "all"
    return "pick_one" if recurrence_key else "one"


def _digits(number: str | None) -> str:
    return storable((number or "").replace("-", ""), 32)


def _registrant(one: webinar.Registrant | webinar.RegistrantDetailed) -> RegistrantData:
    return RegistrantData(
        one.registrant_key,
        storable((one.email or "").lower(), 254),
        storable(one.first_name),
        storable(one.last_name),
        storable(one.status, 32).upper() or "APPROVED",
        one.registration_date,
        storable(one.join_url),
    )


def _attendee(one: webinar.Attendee) -> AttendeeData:
    return AttendeeData(
        one.registrant_key or "",
        storable((one.email or "").lower(), 254),
        storable(one.first_name),
        storable(one.last_name),
        tuple((part.join_time, part.leave_time) for part in one.attendance or ()),
        one.attendance_time_in_seconds or 0,
    )


def _is_same(wanted: TeamMemberData, there: TeamMemberData) -> bool:
    """Tell whether somebody is on the team already: by key, or by address where there is no key yet."""
    return wanted.member_key == there.member_key if wanted.member_key else wanted.email == there.email


def _co_organizer(member: TeamMemberData) -> webinar.CoorganizerReqCreate:
    if member.member_key:
        return webinar.CoorganizerReqCreate(external=False, organizer_key=member.member_key)
    return webinar.CoorganizerReqCreate(external=True, given_name=member.name, email=member.email)


def _poll(one: webinar.Poll) -> Poll:
    total = one.number_of_responses or 0
    answers = ((storable(each.text), round(total * (each.percentage or 0) / 100)) for each in one.responses)
    return Poll(storable(one.question), tuple(answers))


def _question(one: webinar.AttendeeQuestion) -> Question:
    answers = tuple(storable(each.answer) for each in one.answers)
    return Question(storable(one.question), storable(one.asked_by), one.date_asked, answers)
