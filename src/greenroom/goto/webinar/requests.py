"""
What GoToWebinar is sent.

Source: GoTo's GoToWebinar v2 specification (documented).
"""

from __future__ import annotations

from datetime import date, datetime

from greenroom.goto._types import Body
from greenroom.goto.webinar.models import DateTimeRange


class EmailSettings(Body, frozen=True, kw_only=True):
    """
    Whether GoTo sends one kind of mail.

    Attributes:
        enabled: yes or no.
    """

    enabled: bool


class AttendeeFollowUpEmailSettings(Body, frozen=True, kw_only=True):
    """
    Whether GoTo mails those who came.

    Attributes:
        enabled: yes or no.
        include_certificate: with a certificate of attendance.
    """

    enabled: bool
    include_certificate: bool | None = None


class WebinarEmailSettings(Body, frozen=True, kw_only=True):
    """
    Which mails GoTo sends; they can be set but not read.

    Attributes:
        confirmation_email, reminder_email, absentee_follow_up_email, attendee_follow_up_email: None leaves one alone.
    """

    confirmation_email: EmailSettings | None = None
    reminder_email: EmailSettings | None = None
    absentee_follow_up_email: EmailSettings | None = None
    attendee_follow_up_email: AttendeeFollowUpEmailSettings | None = None


class WebinarReqCreate(Body, frozen=True, kw_only=True):
    """
    A webinar to schedule.

    Attributes:
        subject: at most 128 characters.
        description: at most 2048 characters.
        times: one range; two or more for a series; None for a sequence, which has the recurrence members.
        time_zone: one of GoTo's own ids; the organizer's own when None.
        type: single_session, series or sequence.
        recurrence_start, recurrence_pattern, recurrence_end: of a sequence: its first range, then daily, weekly
            or monthly until a last day.
        locale: such as en_US.
        is_password_protected: only the flag; the password is set in the portal.
        experience_type: CLASSIC, BROADCAST or SIMULIVE.
        recording_asset_key, is_ondemand: of a simulive webinar.
        is_breakout: with breakout rooms.
        email_settings: which mails GoTo sends.
    """

    subject: str
    description: str | None = None
    times: tuple[DateTimeRange, ...] | None = None
    time_zone: str | None = None
    type: str | None = None
    recurrence_start: DateTimeRange | None = None
    recurrence_pattern: str | None = None
    recurrence_end: date | None = None
    locale: str | None = None
    is_password_protected: bool | None = None
    experience_type: str | None = None
    recording_asset_key: str | None = None
    is_ondemand: bool | None = None
    is_breakout: bool | None = None
    email_settings: WebinarEmailSettings | None = None


class WebinarReqUpdate(Body, frozen=True, kw_only=True):
    """
    A webinar's new definition; at least one member, and times replace all there were.

    Attributes: as of `WebinarReqCreate`.
    """

    subject: str | None = None
    description: str | None = None
    times: tuple[DateTimeRange, ...] | None = None
    time_zone: str | None = None
    locale: str | None = None
    email_settings: WebinarEmailSettings | None = None


class CopyWebinar(Body, frozen=True, kw_only=True):
    """
    What the copy has of its own; the rest is as the original.

    Attributes: as of `WebinarReqCreate`.
    """

    subject: str | None = None
    description: str | None = None
    type: str | None = None
    times: tuple[DateTimeRange, ...] | None = None
    time_zone: str | None = None
    locale: str | None = None
    recording_asset_key: str | None = None
    is_ondemand: bool | None = None
    email_settings: WebinarEmailSettings | None = None


class RegistrantQAResponse(Body, frozen=True, kw_only=True):
    """
    An answer to a question of the organizer's own.

    Attributes:
        question_key: from the registration fields.
        response_text: for a short answer.
        answer_key: for multiple choice; 0 is a valid one.
    """

    question_key: str
    response_text: str | None = None
    answer_key: str | int | None = None


class RegistrantFields(Body, frozen=True, kw_only=True):
    """
    Who to register.

    Attributes:
        first_name, last_name, email: always required.
        source: free text of where they came from; it comes back in the webhook.
        address ... purchasing_role: standard fields; of a closed list send the text.
        responses: answers to the organizer's own questions.
    """

    first_name: str
    last_name: str
    email: str
    source: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None
    phone: str | None = None
    organization: str | None = None
    job_title: str | None = None
    questions_and_comments: str | None = None
    industry: str | None = None
    number_of_employees: str | None = None
    purchasing_time_frame: str | None = None
    purchasing_role: str | None = None
    responses: tuple[RegistrantQAResponse, ...] | None = None


class CoorganizerReqCreate(Body, frozen=True, kw_only=True):
    """
    A co-organizer to add.

    Attributes:
        external: from outside the account.
        organizer_key: of an internal one, and nothing else.
        given_name, email: of an external one; the whole name.
    """

    external: bool
    organizer_key: str | None = None
    given_name: str | None = None
    email: str | None = None


class PanelistReqCreate(Body, frozen=True, kw_only=True):
    """
    A panelist to add.

    Attributes:
        name: the whole name.
        email: GoTo sends the invitation there.
    """

    name: str
    email: str


class PstnInfoUpdate(Body, frozen=True, kw_only=True):
    """
    Countries with telephone numbers.

    Attributes:
        toll_free_countries, toll_countries: as GoTo lists them.
    """

    toll_free_countries: tuple[str, ...] | None = None
    toll_countries: tuple[str, ...] | None = None


class PrivateInfoUpdate(Body, frozen=True, kw_only=True):
    """
    What people are told who use the organizer's own conference line.

    Attributes:
        attendee, organizer, panelist: texts by role.
    """

    attendee: str
    organizer: str | None = None
    panelist: str | None = None


class AudioUpdate(Body, frozen=True, kw_only=True):
    """
    How people shall hear a webinar.

    Attributes:
        type: PSTN, VOIP, Hybrid or Private.
        pstn_info: for PSTN and Hybrid.
        private_info: for Private.
    """

    type: str
    pstn_info: PstnInfoUpdate | None = None
    private_info: PrivateInfoUpdate | None = None


class AssetsSearchReq(Body, frozen=True, kw_only=True):
    """
    Which of one's own recordings to find.

    Attributes:
        account_key: required.
        name: part of the name.
        sort_field: CREATETIME (GoTo's default) or NAME.
        sort_order: DESC (GoTo's default) or ASC.
    """

    account_key: str
    name: str | None = None
    sort_field: str | None = None
    sort_order: str | None = None


class AssetsSearchRequestForAdmin(Body, frozen=True, kw_only=True):
    """
    Which of an organizer's recordings to find; needs an admin's token.

    Attributes: as of `AssetsSearchReq`, and
        organizer_key: required.
        from_time, to_time: range of creation.
    """

    organizer_key: str
    name: str | None = None
    sort_field: str | None = None
    sort_order: str | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None


class SecretKeyRequest(Body, frozen=True, kw_only=True):
    """
    A signing secret to make.

    Attributes:
        valid_from: since when it is used; at once when None.
    """

    valid_from: datetime | None = None


class CreateWebhookRequest(Body, frozen=True, kw_only=True):
    """
    A webhook to make; GoTo calls its address with GET and wants a 200.

    Attributes:
        callback_url: https only.
        event_name: registrant.added, registrant.joined, webinar.created, webinar.changed, survey.submitted.
        event_version, product: the only ones there are.
    """

    callback_url: str
    event_name: str
    event_version: str = "1.0.0"
    product: str = "g2w"


class UpdateWebhooksRequest(Body, frozen=True, kw_only=True):
    """
    A webhook to change.

    Attributes:
        webhook_key: which.
        callback_url, state: None leaves them; state is ACTIVE or INACTIVE.
    """

    webhook_key: str
    callback_url: str | None = None
    state: str | None = None


class CreateUserSubscriptionRequest(Body, frozen=True, kw_only=True):
    """
    A subscription of the token's person to make.

    Attributes:
        webhook_key: to which webhook.
        callback_url: instead of the webhook's own.
        user_subscription_state: ACTIVE when None.
    """

    webhook_key: str
    callback_url: str | None = None
    user_subscription_state: str | None = None


class UpdateUserSubscriptionsRequest(Body, frozen=True, kw_only=True):
    """
    A subscription to change.

    Attributes:
        webhook_key, user_subscription_key: which.
        callback_url, user_subscription_state: None leaves them.
    """

    webhook_key: str
    user_subscription_key: str
    callback_url: str | None = None
    user_subscription_state: str | None = None
