"""
What GoToWebinar answers and takes. Times are UTC; attendance is counted in seconds.

Source: GoTo's GoToWebinar v2 specification (documented); what may be missing, added members and spellings:
the GoTo facts on types, webinars, registration and attendance (observed).
"""

from __future__ import annotations

import msgspec

from greenroom.goto._types import Key, Model, Time, UtcTime, Word


class RegistrantStatus(Word):
    """How far a registration is; approving and denying happens in GoTo's portal only."""

    APPROVED = "APPROVED"
    WAITING = "WAITING"
    DENIED = "DENIED"
    CANCELLED = "CANCELLED"


class Experience(Word):
    """What kind of show a webinar is; answers use either case."""

    CLASSIC = "CLASSIC"
    BROADCAST = "BROADCAST"
    SIMULIVE = "SIMULIVE"


class Recurrence(Word):
    """
    How a webinar repeats.

    A sequence is one webinar with several times; a series is several webinars with one recurrence key.
    """

    SINGLE_SESSION = "single_session"
    SEQUENCE = "sequence"
    SERIES = "series"


class ActivityState(Word):
    """Whether a webhook or subscription delivers."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class DateTimeRange(Model, frozen=True, kw_only=True):
    """
    From when to when.

    Attributes:
        start_time, end_time: moments (UTC).
    """

    start_time: Time
    end_time: Time


class Webinar(Model, frozen=True, kw_only=True):
    """
    A webinar as the lists give it; whether it is running is not told here.

    Attributes:
        webinar_key: GoTo's key.
        webinar_id: the nine digits people type.
        organizer_key, account_key: whose it is.
        subject, description: as written by the organizer.
        times: one range, or several of a sequence.
        time_zone: for display; the times do not depend on it.
        locale: such as en_US.
        approval_type: AUTOMATIC or MANUAL.
        registration_url: the public registration page.
        impromptu: started without being scheduled.
        is_password_protected: people need a password that only the portal shows.
        recurrence_type, recurrence_key: how it repeats; the key is shared by a series.
        experience_type: classic, broadcast, simulive.
        status: as GoTo writes it; documented as required and seen missing.
    """

    webinar_key: Key
    webinar_id: Key | None = msgspec.field(name="webinarID", default=None)
    organizer_key: Key | None = None
    account_key: Key | None = None
    subject: str = ""
    description: str = ""
    times: tuple[DateTimeRange, ...] = ()
    time_zone: str = ""
    locale: str = ""
    approval_type: str = ""
    registration_url: str = ""
    impromptu: bool | None = None
    is_password_protected: bool | None = None
    recurrence_type: Recurrence | None = None
    recurrence_key: Key | None = None
    experience_type: Experience | None = None
    status: str | None = None


class WebinarByKey(Model, frozen=True, kw_only=True):
    """
    One webinar in detail.

    Attributes: as of `Webinar`, and
        organizer_email, organizer_name: whose it is.
        in_session: it is running now.
        type: how it repeats.
        recurrence_period: documented like `type`; NEVER has been seen.
        number_of_registrants: people signed up.
        registration_limit: how many may sign up; 0 or None is no limit (assumed).
    """

    webinar_key: Key
    webinar_id: Key | None = msgspec.field(name="webinarID", default=None)
    organizer_key: Key | None = None
    account_key: Key | None = None
    organizer_email: str = ""
    organizer_name: str = ""
    subject: str = ""
    description: str = ""
    times: tuple[DateTimeRange, ...] = ()
    time_zone: str = ""
    locale: str = ""
    registration_url: str = ""
    in_session: bool | None = None
    impromptu: bool | None = None
    type: Recurrence | None = None
    recurrence_period: str | None = None
    recurrence_key: Key | None = None
    number_of_registrants: int | None = None
    registration_limit: int | None = None
    experience_type: Experience | None = None
    is_password_protected: bool | None = None


class CoorganizerDetails(Model, frozen=True, kw_only=True):
    """
    A co-organizer of a running webinar.

    Attributes:
        organizer_key: GoTo's key.
        email: their address.
    """

    organizer_key: Key | None = None
    email: str = ""


class BrokerWebinar(Model, frozen=True, kw_only=True):
    """
    A running webinar.

    Attributes: as of `WebinarByKey`, and
        is_ondemand: a recorded one that may be watched at any time.
        coorganizers: who else runs it.
    """

    webinar_key: Key
    webinar_id: Key | None = msgspec.field(name="webinarID", default=None)
    organizer_key: Key | None = None
    organizer_email: str = ""
    organizer_name: str = ""
    subject: str = ""
    description: str = ""
    times: tuple[DateTimeRange, ...] = ()
    time_zone: str = ""
    registration_url: str = ""
    in_session: bool | None = None
    impromptu: bool | None = None
    is_ondemand: bool | None = None
    number_of_registrants: int | None = None
    experience_type: Experience | None = None
    coorganizers: tuple[CoorganizerDetails, ...] = ()


class CreatedWebinar(Model, frozen=True, kw_only=True):
    """
    What was scheduled.

    Attributes:
        webinar_key: of the webinar, or the first of a series; the others come with the list.
        recurrence_key: shared by a series.
    """

    webinar_key: Key
    recurrence_key: Key | None = None


class CopiedWebinar(Model, frozen=True, kw_only=True):
    """
    The copy.

    Attributes:
        webinar_key: GoTo's key.
    """

    webinar_key: Key


class WebinarStartUrl(Model, frozen=True, kw_only=True):
    """
    The organizer's way in.

    Attributes:
        start_url: starts the webinar after a login.
    """

    start_url: str


class Registrant(Model, frozen=True, kw_only=True, gc=False):
    """
    A person signed up for a webinar, as the list gives them.

    Attributes:
        registrant_key: GoTo's key.
        first_name, last_name, email: who.
        registration_date: when they signed up (UTC).
        status: None when GoTo leaves it out.
        join_url: their own entry link; a secret; None while they wait for approval (assumed).
        time_zone: theirs.
    """

    registrant_key: Key
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    registration_date: Time | None = None
    status: RegistrantStatus | None = None
    join_url: str | None = None
    time_zone: str = ""


class CustomAnswer(Model, frozen=True, kw_only=True):
    """
    What a registrant answered to a question of the organizer's own.

    Attributes:
        question, answer: texts; GoTo gives no keys here.
    """

    question: str = ""
    answer: str = ""


class RegistrantDetailed(Model, frozen=True, kw_only=True):
    """
    A registrant with everything they told.

    Attributes: as of `Registrant`, and
        source: free text of where they came from.
        phone ... questions_and_comments: the standard fields, None when not asked or not told.
        implementation_time_frame, employee_count: older doubles of purchasing_time_frame, number_of_employees.
        type: REGULAR, or LATE for one who registered after the event.
        unsubscribed: wants no mail.
        responses: answers to the organizer's own questions.
    """

    registrant_key: Key
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    registration_date: Time | None = None
    status: RegistrantStatus | None = None
    join_url: str | None = None
    time_zone: str = ""
    source: str | None = None
    phone: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None
    organization: str | None = None
    job_title: str | None = None
    industry: str | None = None
    number_of_employees: str | None = None
    employee_count: str | None = None
    purchasing_role: str | None = None
    purchasing_time_frame: str | None = None
    implementation_time_frame: str | None = None
    questions_and_comments: str | None = None
    type: str | None = None
    unsubscribed: bool | None = None
    responses: tuple[CustomAnswer, ...] = ()


class RegistrantCreated(Model, frozen=True, kw_only=True):
    """
    What registering came to.

    Attributes:
        registrant_key: None if GoTo leaves it out of a duplicate's body: look the address up in the list.
        join_url: their own entry link; a secret; may be missing.
        status: None when GoTo leaves it out.
        already_registered: GoTo had this e-mail address for this webinar (its 409).
    """

    registrant_key: Key | None = None
    join_url: str | None = None
    status: RegistrantStatus | None = None
    already_registered: bool = False


class RegistrationAnswer(Model, frozen=True, kw_only=True):
    """
    One choice of a multiple-choice question.

    Attributes:
        answer_key: GoTo's key; 0 is a valid one.
        answer: its text.
    """

    answer_key: Key
    answer: str = ""


class RegistrationQuestion(Model, frozen=True, kw_only=True):
    """
    A question of the organizer's own.

    Attributes:
        question_key: GoTo's key.
        question: its text.
        required: an answer is needed.
        type: multipleChoice or shortAnswer.
        max_size: characters; 0 for multiple choice.
        answers: the choices.
    """

    question_key: Key
    question: str = ""
    required: bool = False
    type: str = ""
    max_size: int | None = None
    answers: tuple[RegistrationAnswer, ...] = ()


class RegistrationField(Model, frozen=True, kw_only=True):
    """
    A standard field the organizer switched on.

    Attributes:
        field: its name as `RegistrantFields` is sent, such as zipCode.
        required: a value is needed.
        max_size: characters.
        answers: the only values allowed, of a closed list; send the text.
    """

    field: str
    required: bool = False
    max_size: int | None = None
    answers: tuple[str, ...] = ()


class RegistrationFields(Model, frozen=True, kw_only=True):
    """
    What the organizer asks at sign-up.

    Attributes:
        fields: standard ones.
        questions: of their own.
    """

    fields: tuple[RegistrationField, ...]
    questions: tuple[RegistrationQuestion, ...] = ()


class ReportingSession(Model, frozen=True, kw_only=True):
    """
    One ended run of a webinar.

    Attributes:
        session_key, webinar_key: GoTo's keys.
        webinar_id: the nine digits people type.
        webinar_name: its subject.
        start_time, end_time: moments (UTC).
        registrants_attended, registrant_count, total_poll_count: numbers.
        account_key, creating_organizer_key, creating_organizer_name, starting_organizer_key,
            starting_organizer_name: whose it is and who started it.
        time_zone, experience_type: as of `Webinar`.
        webinar_type: GoTo's own number, meaning not told.
        num_reg_link_clicks, num_opened_invitations: numbers.
        include_certificate, followup_email_triggered: what the follow-up mail did.
    """

    session_key: Key
    webinar_key: Key | None = None
    webinar_id: Key | None = msgspec.field(name="webinarID", default=None)
    webinar_name: str = ""
    start_time: Time | None = None
    end_time: Time | None = None
    registrants_attended: int | None = None
    registrant_count: int | None = None
    total_poll_count: int | None = None
    account_key: Key | None = None
    creating_organizer_key: Key | None = None
    creating_organizer_name: str = ""
    starting_organizer_key: Key | None = None
    starting_organizer_name: str = ""
    time_zone: str = ""
    experience_type: Experience | None = None
    webinar_type: int | None = None
    num_reg_link_clicks: int | None = None
    num_opened_invitations: int | None = None
    include_certificate: bool | None = None
    followup_email_triggered: bool | None = None


class Session(Model, frozen=True, kw_only=True):
    """
    One run of a webinar in the older, short form.

    Attributes: as of `ReportingSession`.
    """

    session_key: Key
    webinar_key: Key | None = None
    webinar_id: Key | None = msgspec.field(name="webinarID", default=None)
    start_time: Time | None = None
    end_time: Time | None = None
    registrants_attended: int | None = None


class Attendance(Model, frozen=True, kw_only=True, gc=False):
    """
    One stay in a session; stays of one person may overlap (two devices; assumed).

    Attributes:
        join_time, leave_time: moments (UTC).
    """

    join_time: Time | None = None
    leave_time: Time | None = None


class Attendee(Model, frozen=True, kw_only=True):
    """
    A person's presence in one session; no-shows are not listed.

    Attributes:
        registrant_key: of the person; match by it, then by e-mail address.
        session_key: of the session.
        first_name, last_name, email: who.
        attendance_time_in_seconds: seconds.
        attendance: their stays.
    """

    registrant_key: Key | None = None
    session_key: Key | None = None
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    attendance_time_in_seconds: int | None = None
    attendance: tuple[Attendance, ...] = ()


class PollResponse(Model, frozen=True, kw_only=True):
    """
    How often one answer was chosen.

    Attributes:
        text: the answer.
        percentage: 0 to 100.
    """

    text: str = ""
    percentage: float | None = None


class Poll(Model, frozen=True, kw_only=True):
    """
    A poll or survey question of a session, counted.

    Attributes:
        question: its text.
        number_of_responses: people who answered.
        responses: per answer.
    """

    question: str = ""
    number_of_responses: int | None = None
    responses: tuple[PollResponse, ...] = ()


class PollAnswer(Model, frozen=True, kw_only=True):
    """
    What one attendee answered to a poll or survey question.

    Attributes:
        question: its text.
        answers: what was chosen or written.
        answer: older single form; deprecated by GoTo.
    """

    question: str = ""
    answers: tuple[str, ...] = ()
    answer: str | None = None


class AnswerToAttendeeQuestion(Model, frozen=True, kw_only=True):
    """
    A reply to a question asked in the session.

    Attributes:
        answer: its text.
        answered_by, answerer_role, answerer_email: who replied.
        answer_time: as GoTo writes it; its form is not documented reliably.
    """

    answer: str = ""
    answered_by: str = ""
    answerer_role: str = ""
    answerer_email: str = ""
    answer_time: str | None = None


class AttendeeQuestion(Model, frozen=True, kw_only=True):
    """
    A question asked in the session.

    Attributes:
        question: its text.
        asked_by: address or name of who asked.
        asker_key: their registrant key.
        date_asked: moment (UTC).
        answers: the replies.
    """

    question: str = ""
    asked_by: str = ""
    asker_key: Key | None = None
    date_asked: Time | None = None
    answers: tuple[AnswerToAttendeeQuestion, ...] = ()


class SessionInfoStatistics(Model, frozen=True, kw_only=True):
    """
    Which session the figures are of.

    Attributes:
        session_key: GoTo's key.
        webinar_id: the nine digits people type.
        webinar_name, time_zone, recurrence_period, experience_type: as of `Webinar`.
        start_time, end_time: moments (UTC).
        registration_email_opened_count, registration_link_clicked_count: numbers, which GoTo gives as text.
    """

    session_key: Key | None = None
    webinar_id: Key | None = None
    webinar_name: str = ""
    time_zone: str = ""
    experience_type: Experience | None = None
    recurrence_period: str | None = None
    start_time: Time | None = None
    end_time: Time | None = None
    registration_email_opened_count: Key | None = None
    registration_link_clicked_count: Key | None = None


class AttendanceStatistics(Model, frozen=True, kw_only=True):
    """
    How a session was attended.

    Attributes:
        registrant_count: people signed up.
        percentage_attendance: 0 to 100.
        average_interest_rating: 1 to 100.
        average_attentiveness: 0 to 100.
        average_attendance_time_seconds: seconds.
    """

    registrant_count: int | None = None
    percentage_attendance: float | None = None
    average_interest_rating: float | None = None
    average_attentiveness: float | None = None
    average_attendance_time_seconds: float | None = None


class PollsAndSurveysStatistics(Model, frozen=True, kw_only=True):
    """
    How much people took part.

    Attributes:
        poll_count, questions_asked: numbers.
        survey_count: a number, which GoTo gives with decimals.
        percentage_polls_completed, percentage_surveys_completed: 0 to 100.
    """

    poll_count: int | None = None
    survey_count: float | None = None
    questions_asked: int | None = None
    percentage_polls_completed: float | None = None
    percentage_surveys_completed: float | None = None


class SessionPerformance(Model, frozen=True, kw_only=True):
    """
    The figures of one session.

    Attributes:
        session_info, attendance, polls_and_surveys: None when GoTo leaves them out.
    """

    session_info: SessionInfoStatistics | None = None
    attendance: AttendanceStatistics | None = None
    polls_and_surveys: PollsAndSurveysStatistics | None = None


class Coorganizer(Model, frozen=True, kw_only=True):
    """
    A co-organizer.

    Attributes:
        member_key: GoTo's key.
        external: from outside the account.
        given_name, surname, email: who.
        join_link: their way in; a secret.
    """

    member_key: Key | None = None
    external: bool | None = None
    given_name: str = ""
    surname: str = ""
    email: str = ""
    join_link: str | None = None


class Panelist(Model, frozen=True, kw_only=True):
    """
    A presenter; created and listed ones look alike here.

    Attributes:
        panelist_key: GoTo's key, which the list calls panelistId.
        name: the whole name; first_name and last_name are deprecated by GoTo.
        email: their address.
        join_link: their way in; a secret.
    """

    panelist_key: Key
    name: str = ""
    first_name: str | None = None
    last_name: str | None = None
    email: str = ""
    join_link: str | None = None


class AccessCodes(Model, frozen=True, kw_only=True):
    """
    Codes to dial in with, by role.

    Attributes:
        organizer, panelist, attendee: texts.
    """

    organizer: str | None = None
    panelist: str | None = None
    attendee: str | None = None


class CallNumbers(Model, frozen=True, kw_only=True):
    """
    Telephone numbers of one country.

    Attributes:
        toll, toll_free: numbers.
        access_codes: by role.
    """

    toll: str | None = None
    toll_free: str | None = None
    access_codes: AccessCodes | None = None


class PrivateInfo(Model, frozen=True, kw_only=True):
    """
    What people are told who use the organizer's own conference line.

    Attributes:
        attendee, organizer, panelist: texts by role.
    """

    attendee: str | None = None
    organizer: str | None = None
    panelist: str | None = None


class Audio(Model, frozen=True, kw_only=True):
    """
    How people hear a webinar.

    Attributes:
        type: PSTN, VOIP, Hybrid or Private.
        conf_call_numbers: by country.
        private_info: only for Private.
    """

    type: str = ""
    conf_call_numbers: dict[str, CallNumbers] = {}
    private_info: PrivateInfo | None = None


class Asset(Model, frozen=True, kw_only=True):
    """
    A finished recording.

    Attributes:
        recording_asset_key: GoTo's key.
        name, product_name: texts.
        create_time: moment (UTC).
        creator_key, account_key: whose it is.
        webinar_key: of what; searches tell it only when asked to include it.
        total_reference_count: webinars that use it.
        mp4_download_url, transcript_download_url, recording_share_url: secrets; fetch them when needed.
    """

    recording_asset_key: Key
    name: str = ""
    product_name: str = ""
    create_time: UtcTime | None = None
    creator_key: Key | None = None
    account_key: Key | None = None
    webinar_key: Key | None = None
    total_reference_count: int | None = None
    mp4_download_url: str | None = None
    transcript_download_url: str | None = None
    recording_share_url: str | None = None


class SecretKey(Model, frozen=True, kw_only=True):
    """
    What GoTo signs webhooks with; no call shows it again.

    Attributes:
        id: GoTo's number for it.
        value: the secret.
        valid_from: since when it is used (UTC).
    """

    value: str
    id: Key | None = None
    valid_from: UtcTime | None = None


class Webhook(Model, frozen=True, kw_only=True):
    """
    A webhook.

    Attributes:
        webhook_key: GoTo's key.
        callback_url: where it delivers.
        event_name, event_version, product: what it delivers.
        state: INACTIVE until it is updated to ACTIVE.
        create_time: moment (UTC).
    """

    webhook_key: Key | None = None
    callback_url: str = ""
    event_name: str = ""
    event_version: str = ""
    product: str = ""
    state: ActivityState | None = None
    create_time: UtcTime | None = None


class UserSubscription(Model, frozen=True, kw_only=True):
    """
    One person's subscription to a webhook.

    Attributes:
        user_subscription_key, webhook_key: GoTo's keys.
        callback_url: instead of the webhook's own.
        event_name, event_version, product: what it delivers.
        user_subscription_state: of this subscription.
        activation_state: ACTIVE only if the webhook is, too.
        create_time: moment (UTC).
    """

    user_subscription_key: Key | None = None
    webhook_key: Key | None = None
    callback_url: str | None = None
    event_name: str = ""
    event_version: str = ""
    product: str = ""
    user_subscription_state: ActivityState | None = None
    activation_state: ActivityState | None = None
    create_time: UtcTime | None = None
