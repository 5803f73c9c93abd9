"""
GoToWebinar's operations (version 2), all 53.

Source of every operation: contract/webinar.yaml, entry of the same name (documented). Every call may raise
PermissionDeniedError for an organizer the token may not act for, and BadRequestError for a malformed key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec

from greenroom.goto._operation import Catalog, Endpoint, Operation, Reply
from greenroom.goto._paging import Data, Hal, Page
from greenroom.goto.webinar.models import (
    Asset,
    Attendee,
    AttendeeQuestion,
    Audio,
    BrokerWebinar,
    Coorganizer,
    CopiedWebinar,
    CreatedWebinar,
    DateTimeRange,
    Panelist,
    Poll,
    PollAnswer,
    Registrant,
    RegistrantCreated,
    RegistrantDetailed,
    RegistrationFields,
    ReportingSession,
    SecretKey,
    Session,
    SessionPerformance,
    UserSubscription,
    Webhook,
    Webinar,
    WebinarByKey,
    WebinarStartUrl,
)
from greenroom.goto.webinar.requests import (
    AssetsSearchReq,
    AssetsSearchRequestForAdmin,
    AudioUpdate,
    CoorganizerReqCreate,
    CopyWebinar,
    CreateUserSubscriptionRequest,
    CreateWebhookRequest,
    PanelistReqCreate,
    RegistrantFields,
    SecretKeyRequest,
    UpdateUserSubscriptionsRequest,
    UpdateWebhooksRequest,
    WebinarReqCreate,
    WebinarReqUpdate,
)

Item = TypeVar("Item")

CATALOG = Catalog("webinar", "/G2W/rest/v2")
_ORGANIZER = "/organizers/{organizerKey}"
_WEBINARS = _ORGANIZER + "/webinars"
_WEBINAR = _WEBINARS + "/{webinarKey}"
_REGISTRANTS = _WEBINAR + "/registrants"
_SESSION = _WEBINAR + "/sessions/{sessionKey}"
_ATTENDEE = _SESSION + "/attendees/{registrantKey}"
_COORGANIZER = _WEBINAR + "/coorganizers/{coorganizerKey}"
_PANELIST = _WEBINAR + "/panelists/{panelistKey}"

_RANGE = ("fromTime", "toTime")
_PAGED = ("page", "size")
_LIMITED = ("page", "limit")

_WEBINAR_PAGES = Hal("webinars", key=("webinar_key",))
_SESSION_PAGES = Hal("sessionInfoResources", key=("session_key",))
_ATTENDEE_PAGES = Hal("attendeeParticipationResponses", key=("registrant_key", "email", "session_key"))
_ASSET_PAGES = Hal("recordingAssets", key=("recording_asset_key",))
_WEBHOOKS = Hal("webhooks", key=("webhook_key",))
_SUBSCRIPTIONS = Hal("userSubscriptions", key=("user_subscription_key",))


@CATALOG.operation(
    "getAllAccountWebinars",
    "GET",
    "/accounts/{accountKey}/webinars",
    required_query=_RANGE,
    optional_query=_PAGED,
    paging=_WEBINAR_PAGES,
)
def get_all_account_webinars(
    call: Endpoint,
    account_key: str,
    from_time: datetime,
    to_time: datetime,
    *,
    page: int | None = None,
    size: int | None = None,
) -> Operation[Page[Webinar]]:
    """
    List all webinars of an account with times in a range; needs an account admin's token.

    Raises:
        ResourceNotFoundError: there is no such account.
    """
    query = {"fromTime": from_time, "toTime": to_time, "page": page, "size": size}
    return call.returning_page(Webinar, account_key, query=query)


@CATALOG.operation(
    "getOrganizerSessions",
    "GET",
    _ORGANIZER + "/sessions",
    required_query=_RANGE,
    optional_query=_PAGED,
    paging=_SESSION_PAGES,
)
def get_organizer_sessions(
    call: Endpoint,
    organizer_key: str,
    from_time: datetime,
    to_time: datetime,
    *,
    page: int | None = None,
    size: int | None = None,
) -> Operation[Page[ReportingSession]]:
    """List the ended sessions of all of an organizer's webinars in a range."""
    query = {"fromTime": from_time, "toTime": to_time, "page": page, "size": size}
    return call.returning_page(ReportingSession, organizer_key, query=query)


@CATALOG.operation("getWebinars", "GET", _WEBINARS, required_query=_RANGE, optional_query=_PAGED, paging=_WEBINAR_PAGES)
def get_webinars(
    call: Endpoint,
    organizer_key: str,
    from_time: datetime,
    to_time: datetime,
    *,
    page: int | None = None,
    size: int | None = None,
) -> Operation[Page[Webinar]]:
    """List an organizer's webinars, past and coming, with times in a range; ranges of years are fine."""
    query = {"fromTime": from_time, "toTime": to_time, "page": page, "size": size}
    return call.returning_page(Webinar, organizer_key, query=query)


@CATALOG.operation("createWebinar", "POST", _WEBINARS, success=(201,))
def create_webinar(call: Endpoint, organizer_key: str, webinar: WebinarReqCreate) -> Operation[CreatedWebinar]:
    """
    Schedule a webinar, a series or a sequence. Never repeated by itself: look it up before a second try.

    Raises:
        BadRequestError: GoTo does not take the definition.
    """
    return call.returning(CreatedWebinar, organizer_key, body=webinar)


@CATALOG.operation(
    "getInSessionWebinars",
    "GET",
    _ORGANIZER + "/insessionWebinars",
    required_query=("toTime",),
    optional_query=("fromTime",),
)
def get_in_session_webinars(
    call: Endpoint, organizer_key: str, to_time: datetime, from_time: datetime | None = None
) -> Operation[list[BrokerWebinar]]:
    """
    List the webinars running now that were scheduled in a range.

    Source: `toTime` is flagged as required and described as optional; it is always sent.
    """
    query = {"fromTime": from_time, "toTime": to_time}
    return call.returning(list[BrokerWebinar], organizer_key, query=query)


@CATALOG.operation("getWebinar", "GET", _WEBINAR)
def get_webinar(call: Endpoint, organizer_key: str, webinar_key: str) -> Operation[WebinarByKey]:
    """
    Fetch one webinar.

    Raises:
        ResourceNotFoundError: there is none, or it was cancelled.
    """
    return call.returning(WebinarByKey, organizer_key, webinar_key)


@CATALOG.operation("updateWebinar", "PUT", _WEBINAR, optional_query=("notifyParticipants",), success=(202,))
def update_webinar(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    webinar: WebinarReqUpdate,
    *,
    notify_participants: bool | None = None,
) -> Operation[None]:
    """
    Replace a webinar's definition, of a whole series or sequence; GoTo may take a moment (assumed).

    Raises:
        BadRequestError: it is running or over, or GoTo does not take the definition.
    """
    query = {"notifyParticipants": notify_participants}
    return call.returning_nothing(organizer_key, webinar_key, query=query, body=webinar)


@CATALOG.operation(
    "cancelWebinar", "DELETE", _WEBINAR, optional_query=("sendCancellationEmails", "deleteAll"), success=(204,)
)
def cancel_webinar(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    *,
    send_cancellation_emails: bool | None = None,
    delete_all: bool | None = None,
    gone_is_success: bool = False,
) -> Operation[None]:
    """
    Cancel a webinar; of a series all, unless `delete_all` is False. People are told only when asked for.

    Raises:
        ConflictError: it is running.
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    query = {"sendCancellationEmails": send_cancellation_emails, "deleteAll": delete_all}
    return call.returning_nothing(organizer_key, webinar_key, query=query, gone_is_success=gone_is_success)


@CATALOG.operation(
    "getAttendeesForAllWebinarSessions",
    "GET",
    _WEBINAR + "/attendees",
    optional_query=_PAGED,
    paging=_ATTENDEE_PAGES,
)
def get_attendees_for_all_webinar_sessions(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    *,
    page: int | None = None,
    size: int | None = None,
) -> Operation[Page[Attendee]]:
    """
    List who attended, one row per registrant and session; no-shows have no row.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning_page(Attendee, organizer_key, webinar_key, query={"page": page, "size": size})


@CATALOG.operation("getCoorganizers", "GET", _WEBINAR + "/coorganizers")
def get_coorganizers(call: Endpoint, organizer_key: str, webinar_key: str) -> Operation[list[Coorganizer]]:
    """
    List a webinar's co-organizers.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(list[Coorganizer], organizer_key, webinar_key)


@CATALOG.operation("createCoorganizers", "POST", _WEBINAR + "/coorganizers", success=(201,))
def create_coorganizers(
    call: Endpoint, organizer_key: str, webinar_key: str, coorganizers: Sequence[CoorganizerReqCreate]
) -> Operation[list[Coorganizer]]:
    """
    Add co-organizers; GoTo invites them by mail. Never repeated by itself.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(list[Coorganizer], organizer_key, webinar_key, body=list(coorganizers))


@CATALOG.operation("deleteCoorganizer", "DELETE", _COORGANIZER, optional_query=("external",), success=(204,))
def delete_coorganizer(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    coorganizer_key: str,
    *,
    external: bool | None = None,
    gone_is_success: bool = False,
) -> Operation[None]:
    """
    Remove a co-organizer; one from outside the account needs `external=True`.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(
        organizer_key,
        webinar_key,
        coorganizer_key,
        query={"external": external},
        gone_is_success=gone_is_success,
    )


@CATALOG.operation(
    "resendCoorganizerInvitation",
    "POST",
    _COORGANIZER + "/resendInvitation",
    optional_query=("external",),
    success=(204,),
)
def resend_coorganizer_invitation(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    coorganizer_key: str,
    *,
    external: bool | None = None,
) -> Operation[None]:
    """
    Mail a co-organizer the invitation again; one from outside the account needs `external=True`.

    Raises:
        ResourceNotFoundError: there is no such co-organizer.
    """
    query = {"external": external}
    return call.returning_nothing(organizer_key, webinar_key, coorganizer_key, query=query)


@CATALOG.operation("getWebinarMeetingTimes", "GET", _WEBINAR + "/meetingtimes")
def get_webinar_meeting_times(call: Endpoint, organizer_key: str, webinar_key: str) -> Operation[list[DateTimeRange]]:
    """
    List a webinar's times.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(list[DateTimeRange], organizer_key, webinar_key)


@CATALOG.operation("getPanelists", "GET", _WEBINAR + "/panelists")
def get_panelists(call: Endpoint, organizer_key: str, webinar_key: str) -> Operation[list[Panelist]]:
    """
    List a webinar's panelists.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(list[Panelist], organizer_key, webinar_key)


@CATALOG.operation("createPanelists", "POST", _WEBINAR + "/panelists", success=(201,))
def create_panelists(
    call: Endpoint, organizer_key: str, webinar_key: str, panelists: Sequence[PanelistReqCreate]
) -> Operation[list[Panelist]]:
    """
    Add panelists; GoTo invites them by mail. Never repeated by itself.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(list[Panelist], organizer_key, webinar_key, body=list(panelists))


@CATALOG.operation("getAudioInformation", "GET", _WEBINAR + "/audio")
def get_audio_information(call: Endpoint, organizer_key: str, webinar_key: str) -> Operation[Audio]:
    """
    Fetch how people hear a webinar.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(Audio, organizer_key, webinar_key)


@CATALOG.operation(
    "updateAudioInformation",
    "POST",
    _WEBINAR + "/audio",
    optional_query=("notifyParticipants",),
    success=(204,),
)
def update_audio_information(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    audio: AudioUpdate,
    *,
    notify_participants: bool | None = None,
) -> Operation[None]:
    """
    Change how people hear a webinar.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    query = {"notifyParticipants": notify_participants}
    return call.returning_nothing(organizer_key, webinar_key, query=query, body=audio)


@CATALOG.operation("getPerformanceForAllWebinarSessions", "GET", _WEBINAR + "/performance")
def get_performance_for_all_webinar_sessions(
    call: Endpoint, organizer_key: str, webinar_key: str
) -> Operation[dict[str, SessionPerformance]]:
    """
    Fetch the figures of all sessions of a webinar, by session key.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(dict[str, SessionPerformance], organizer_key, webinar_key)


@CATALOG.operation("getStartUrl", "GET", "/webinars/{webinarKey}/startUrl")
def get_start_url(call: Endpoint, webinar_key: str) -> Operation[WebinarStartUrl]:
    """
    Fetch the link an organizer starts the webinar with, after a login.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(WebinarStartUrl, webinar_key)


@CATALOG.operation("copyWebinar", "PUT", "/webinars/{webinarKey}/copy", success=(201,), retryable=False)
def copy_webinar(call: Endpoint, webinar_key: str, changes: CopyWebinar) -> Operation[CopiedWebinar]:
    """
    Make a webinar like another; registration settings may not come along (observed).

    It is a PUT that makes something new each time, so it is never repeated by itself.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(CopiedWebinar, webinar_key, body=changes)


@CATALOG.operation(
    "createRegistrant",
    "POST",
    _REGISTRANTS,
    optional_query=("resendConfirmation",),
    success=(201,),
    retryable=True,
)
def create_registrant(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    registrant: RegistrantFields,
    *,
    resend_confirmation: bool | None = None,
) -> Operation[RegistrantCreated]:
    """
    Register a person, or find out that they are registered already: both are values, so it may be repeated.

    Each registration makes GoTo send its confirmation mail, unless the organizer switched that off.

    Raises:
        BadRequestError: a required field is missing.
        PermissionDeniedError: also when the webinar is full (observed).
        ResourceNotFoundError: there is no such webinar.

    Source: documented; the body of a 409 has key and link (observed).
    """
    return call.reading(
        lambda reply: _registered(call, reply),
        organizer_key,
        webinar_key,
        query={"resendConfirmation": resend_confirmation},
        body=registrant,
        headers={"accept": "application/json"},  # with GoTo's own media type only name and e-mail are kept
        accepts=_is_conflict,
    )


@CATALOG.operation(
    "getAllRegistrantsForWebinar",
    "GET",
    _REGISTRANTS,
    optional_query=_LIMITED,
    paging=Data(key=("registrant_key",)),
)
def get_all_registrants_for_webinar(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    *,
    page: int | None = None,
    limit: int | None = None,
) -> Operation[Page[Registrant]]:
    """
    List a webinar's registrants: all in one answer, unless a page or limit is given or it is iterated.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning_page(Registrant, organizer_key, webinar_key, query={"page": page, "limit": limit})


@CATALOG.operation("deleteRegistrant", "DELETE", _REGISTRANTS + "/{registrantKey}", success=(204,))
def delete_registrant(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    registrant_key: str,
    *,
    gone_is_success: bool = False,
) -> Operation[None]:
    """
    Remove a registrant of a webinar to come.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(organizer_key, webinar_key, registrant_key, gone_is_success=gone_is_success)


@CATALOG.operation("getRegistrant", "GET", _REGISTRANTS + "/{registrantKey}")
def get_registrant(
    call: Endpoint, organizer_key: str, webinar_key: str, registrant_key: str
) -> Operation[RegistrantDetailed]:
    """
    Fetch a registrant with everything they told; the list has less.

    Raises:
        ResourceNotFoundError: there is no such registrant.
    """
    return call.returning(RegistrantDetailed, organizer_key, webinar_key, registrant_key)


@CATALOG.operation("getRegistrationFields", "GET", _REGISTRANTS + "/fields")
def get_registration_fields(call: Endpoint, organizer_key: str, webinar_key: str) -> Operation[RegistrationFields]:
    """
    Fetch what the organizer asks at sign-up.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning(RegistrationFields, organizer_key, webinar_key)


@CATALOG.operation("getAllSessions", "GET", _WEBINAR + "/sessions", optional_query=_PAGED, paging=_SESSION_PAGES)
def get_all_sessions(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    *,
    page: int | None = None,
    size: int | None = None,
) -> Operation[Page[ReportingSession]]:
    """
    List a webinar's ended sessions.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    query = {"page": page, "size": size}
    return call.returning_page(ReportingSession, organizer_key, webinar_key, query=query)


@CATALOG.operation("getWebinarSession", "GET", _SESSION)
def get_webinar_session(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str
) -> Operation[list[Attendee] | Session]:
    """
    Fetch one session: its attendees, as the specification says, or, as its name says, the session.

    Raises:
        ResourceNotFoundError: there is no such session.

    Source: documented; that it may be an object: older clients (assumed).
    """
    return call.reading(lambda reply: _session(call, reply), organizer_key, webinar_key, session_key)


@CATALOG.operation("getAttendees", "GET", _SESSION + "/attendees")
def get_attendees(call: Endpoint, organizer_key: str, webinar_key: str, session_key: str) -> Operation[list[Attendee]]:
    """
    List who attended a session; no-shows are not in it.

    Raises:
        ResourceNotFoundError: there is no such session.
    """
    return call.returning(list[Attendee], organizer_key, webinar_key, session_key)


@CATALOG.operation("getAttendee", "GET", _ATTENDEE)
def get_attendee(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str, registrant_key: str
) -> Operation[Registrant]:
    """
    Fetch an attendee's registration; their attendance is not in it.

    Raises:
        ResourceNotFoundError: there is no such attendee.
    """
    return call.returning(Registrant, organizer_key, webinar_key, session_key, registrant_key)


@CATALOG.operation("getAttendeePollAnswers", "GET", _ATTENDEE + "/polls")
def get_attendee_poll_answers(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str, registrant_key: str
) -> Operation[list[PollAnswer]]:
    """
    List what one attendee answered in polls.

    Raises:
        ResourceNotFoundError: there is no such attendee.
    """
    return call.returning(list[PollAnswer], organizer_key, webinar_key, session_key, registrant_key)


@CATALOG.operation("getAttendeeQuestions", "GET", _ATTENDEE + "/questions")
def get_attendee_questions(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str, registrant_key: str
) -> Operation[list[AttendeeQuestion]]:
    """
    List what one attendee asked.

    Raises:
        ResourceNotFoundError: there is no such attendee.
    """
    return call.returning(list[AttendeeQuestion], organizer_key, webinar_key, session_key, registrant_key)


@CATALOG.operation("getAttendeeSurveyAnswers", "GET", _ATTENDEE + "/surveys")
def get_attendee_survey_answers(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str, registrant_key: str
) -> Operation[list[PollAnswer]]:
    """
    List what one attendee answered in surveys.

    Raises:
        ResourceNotFoundError: there is no such attendee.
    """
    return call.returning(list[PollAnswer], organizer_key, webinar_key, session_key, registrant_key)


@CATALOG.operation("getPerformance", "GET", _SESSION + "/performance")
def get_performance(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str
) -> Operation[SessionPerformance]:
    """
    Fetch the figures of one session.

    Raises:
        ResourceNotFoundError: there is no such session.
    """
    return call.returning(SessionPerformance, organizer_key, webinar_key, session_key)


@CATALOG.operation("getPolls", "GET", _SESSION + "/polls")
def get_polls(call: Endpoint, organizer_key: str, webinar_key: str, session_key: str) -> Operation[list[Poll]]:
    """
    List a session's polls, counted.

    Raises:
        ResourceNotFoundError: there is no such session.
    """
    return call.returning(list[Poll], organizer_key, webinar_key, session_key)


@CATALOG.operation("getQuestions", "GET", _SESSION + "/questions")
def get_questions(
    call: Endpoint, organizer_key: str, webinar_key: str, session_key: str
) -> Operation[list[AttendeeQuestion]]:
    """
    List what was asked in a session.

    Raises:
        ResourceNotFoundError: there is no such session.
    """
    return call.returning(list[AttendeeQuestion], organizer_key, webinar_key, session_key)


@CATALOG.operation("getSurveys", "GET", _SESSION + "/surveys")
def get_surveys(call: Endpoint, organizer_key: str, webinar_key: str, session_key: str) -> Operation[list[Poll]]:
    """
    List a session's survey questions, counted.

    Raises:
        ResourceNotFoundError: there is no such session.
    """
    return call.returning(list[Poll], organizer_key, webinar_key, session_key)


@CATALOG.operation("resendPanelistInvitation", "POST", _PANELIST + "/resendInvitation", success=(204,))
def resend_panelist_invitation(
    call: Endpoint, organizer_key: str, webinar_key: str, panelist_key: str
) -> Operation[None]:
    """
    Mail a panelist the invitation again.

    Raises:
        ResourceNotFoundError: there is no such panelist.
    """
    return call.returning_nothing(organizer_key, webinar_key, panelist_key)


@CATALOG.operation("deleteWebinarPanelist", "DELETE", _PANELIST, success=(204,))
def delete_webinar_panelist(
    call: Endpoint,
    organizer_key: str,
    webinar_key: str,
    panelist_key: str,
    *,
    gone_is_success: bool = False,
) -> Operation[None]:
    """
    Remove a panelist.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(organizer_key, webinar_key, panelist_key, gone_is_success=gone_is_success)


@CATALOG.operation(
    "searchAssets",
    "POST",
    "/recordingassets/search",
    optional_query=(*_PAGED, "includes"),
    paging=_ASSET_PAGES,
    retryable=True,
)
def search_assets(
    call: Endpoint,
    search: AssetsSearchReq,
    *,
    page: int | None = None,
    size: int | None = None,
    includes: Sequence[str] | None = None,
) -> Operation[Page[Asset]]:
    """
    Find one's own finished recordings. It is a POST that changes nothing.

    Args:
        includes: recordingShareUrl, webinarKey: members that are left out otherwise.
    """
    query = {"page": page, "size": size, "includes": includes}
    return call.returning_page(Asset, query=query, body=search)


@CATALOG.operation(
    "searchAssetsForAdmin",
    "POST",
    "/accounts/{accountKey}/recordingassets/search",
    optional_query=(*_PAGED, "includes"),
    paging=_ASSET_PAGES,
    retryable=True,
)
def search_assets_for_admin(
    call: Endpoint,
    account_key: str,
    search: AssetsSearchRequestForAdmin,
    *,
    page: int | None = None,
    size: int | None = None,
    includes: Sequence[str] | None = None,
) -> Operation[Page[Asset]]:
    """Find an organizer's finished recordings; needs an admin's token. Otherwise as `search_assets`."""
    query = {"page": page, "size": size, "includes": includes}
    return call.returning_page(Asset, account_key, query=query, body=search)


@CATALOG.operation(
    "getRecordingAssets",
    "GET",
    "/webinars/{webinarKey}/recordingAssets",
    optional_query=_LIMITED,
    paging=Data(key=("recording_asset_key",)),
)
def get_recording_assets(
    call: Endpoint, webinar_key: str, *, page: int | None = None, limit: int | None = None
) -> Operation[Page[Asset]]:
    """
    List a webinar's finished recordings.

    Raises:
        ResourceNotFoundError: there is no such webinar.
    """
    return call.returning_page(Asset, webinar_key, query={"page": page, "limit": limit})


@CATALOG.operation("createSecretKey", "POST", "/webhooks/secretkey")
def create_secret_key(call: Endpoint, request: SecretKeyRequest) -> Operation[SecretKey]:
    """
    Make a new secret that webhooks are signed with, for the whole OAuth client. Keep it: no call shows it again.
    """
    return call.returning(SecretKey, body=request)


@CATALOG.operation("createWebhooks", "POST", "/webhooks")
def create_webhooks(call: Endpoint, webhooks: Sequence[CreateWebhookRequest]) -> Operation[list[Webhook]]:
    """
    Make webhooks; they are INACTIVE, and take some seconds until they can be activated (observed).

    Raises:
        BadRequestError: an address is not https, or does not answer a GET with 200.
    """
    return call.reading(lambda reply: list(call.read_page(_WEBHOOKS, Webhook, reply)), body=list(webhooks))


@CATALOG.operation("updateWebhooks", "PUT", "/webhooks", success=(204,))
def update_webhooks(call: Endpoint, webhooks: Sequence[UpdateWebhooksRequest]) -> Operation[None]:
    """
    Change webhooks: activate, deactivate, or move them.

    Raises:
        ResourceNotFoundError: there is no such webhook, or not yet.
    """
    return call.returning_nothing(body=list(webhooks))


@CATALOG.operation("getWebhooks", "GET", "/webhooks", required_query=("product",))
def get_webhooks(call: Endpoint, product: str = "g2w") -> Operation[list[Webhook]]:
    """List the webhooks of the token's person."""
    return call.reading(lambda reply: _whole(call, _WEBHOOKS, Webhook, reply), query={"product": product})


@CATALOG.operation("deleteWebhooks", "DELETE", "/webhooks", success=(202,))
def delete_webhooks(call: Endpoint, webhook_keys: Sequence[str], *, gone_is_success: bool = False) -> Operation[None]:
    """
    Delete webhooks.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(body=list(webhook_keys), gone_is_success=gone_is_success)


@CATALOG.operation("getWebhook", "GET", "/webhooks/{webhookKey}")
def get_webhook(call: Endpoint, webhook_key: str) -> Operation[Webhook]:
    """
    Fetch one webhook.

    Raises:
        ResourceNotFoundError: there is none, or not yet.
    """
    return call.returning(Webhook, webhook_key)


@CATALOG.operation("createUserSubscriptions", "POST", "/userSubscriptions")
def create_user_subscriptions(
    call: Endpoint, subscriptions: Sequence[CreateUserSubscriptionRequest]
) -> Operation[list[UserSubscription]]:
    """
    Subscribe the token's person to webhooks; ACTIVE at once unless asked otherwise.

    Raises:
        BadRequestError: an address is not https, or does not answer a GET with 200.
    """
    return call.reading(
        lambda reply: list(call.read_page(_SUBSCRIPTIONS, UserSubscription, reply)), body=list(subscriptions)
    )


@CATALOG.operation("updateUserSubscriptions", "PUT", "/userSubscriptions", success=(204,))
def update_user_subscriptions(
    call: Endpoint, subscriptions: Sequence[UpdateUserSubscriptionsRequest]
) -> Operation[None]:
    """
    Change subscriptions: activate, deactivate, or move them.

    Raises:
        ResourceNotFoundError: there is no such subscription.
    """
    return call.returning_nothing(body=list(subscriptions))


@CATALOG.operation("getUserSubscriptions", "GET", "/userSubscriptions", required_query=("product",))
def get_user_subscriptions(call: Endpoint, product: str = "g2w") -> Operation[list[UserSubscription]]:
    """List the subscriptions of the token's person."""
    return call.reading(lambda reply: _whole(call, _SUBSCRIPTIONS, UserSubscription, reply), query={"product": product})


@CATALOG.operation("deleteUserSubscriptions", "DELETE", "/userSubscriptions", success=(202,))
def delete_user_subscriptions(
    call: Endpoint, user_subscription_keys: Sequence[str], *, gone_is_success: bool = False
) -> Operation[None]:
    """
    Delete subscriptions.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(body=list(user_subscription_keys), gone_is_success=gone_is_success)


@CATALOG.operation("getUserSubscription", "GET", "/userSubscriptions/{userSubscriptionsKey}")
def get_user_subscription(call: Endpoint, user_subscription_key: str) -> Operation[UserSubscription]:
    """
    Fetch one subscription.

    Raises:
        ResourceNotFoundError: there is none.
    """
    return call.returning(UserSubscription, user_subscription_key)


def _is_conflict(reply: Reply) -> bool:
    """Tell a known e-mail address; a registration conflicts for no other documented reason."""
    return reply.status == 409


def _registered(call: Endpoint, reply: Reply) -> RegistrantCreated:
    """Read a registration; a duplicate without a readable body is one all the same."""
    if reply.status != 409:
        created = call.decode(RegistrantCreated, reply)
    else:
        created = call.decode_or(RegistrantCreated(), reply)
    return msgspec.structs.replace(created, already_registered=reply.status == 409)


def _session(call: Endpoint, reply: Reply) -> list[Attendee] | Session:
    if reply.content.lstrip().startswith(b"{"):
        return call.decode(Session, reply)
    return call.decode(list[Attendee], reply)


def _whole(call: Endpoint, rule: Hal, item: type[Item], reply: Reply) -> list[Item]:
    """Read a list that is not cut into pages; an empty one is not there at all."""
    return list(call.read_page(replace(rule, is_whole=True), item, reply))
