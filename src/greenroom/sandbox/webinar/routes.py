"""The operations of GoToWebinar: webinars, registrants, sessions, attendance, presenters."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

import msgspec

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import CoOrganizer, Panelist, Registrant, Session, TimeRange, Webinar
from greenroom.sandbox.operations import Answer, Call, Operation, Product, RefusalError
from greenroom.sandbox.rooms import is_over, is_published, published_sessions
from greenroom.sandbox.webinar import errors, responses, store
from greenroom.sandbox.webinar.access import (
    organizer_of,
    read_bool,
    read_instant,
    read_key,
    read_page,
    read_range,
    read_time_range,
    read_time_zone,
    registrant_of,
    session_of,
    webinar_of,
    webinar_without_organizer,
)
from greenroom.sandbox.webinar.answers import OPERATIONS as ANSWER_OPERATIONS
from greenroom.sandbox.webinar.answers import polls_of, statistics
from greenroom.sandbox.webinar.audio import OPERATIONS as AUDIO_OPERATIONS
from greenroom.sandbox.webinar.fields import InvalidFieldError
from greenroom.sandbox.webinar.paging import HAL_JSON, hal_page
from greenroom.sandbox.webinar.recordings import OPERATIONS as RECORDING_OPERATIONS
from greenroom.sandbox.webinar.webhooks import OPERATIONS as WEBHOOK_OPERATIONS

LOCALES = ("en_US", "de_DE", "es_ES", "fr_FR", "it_IT", "zh_CN")
EXPERIENCES = ("CLASSIC", "BROADCAST", "SIMULIVE")
STREAMED_AT_ONCE = 1000
NAMES_ONLY_TYPE = "application/vnd.citrix.g2wapi-v1.1+json"


# Lists


def get_account_webinars(call: Call) -> Answer:
    account_key = read_key(call.path["accountKey"], "accountKey")
    if account_key != call.user.account_key or not call.user.is_admin:
        raise errors.access_denied("Only an administrator of the account can list its webinars.")
    return _list_webinars(call, [w for w in call.core.state.webinars if w.account_key == account_key])


def get_webinars(call: Call) -> Answer:
    organizer = organizer_of(call)
    return _list_webinars(call, [w for w in call.core.state.webinars if w.organizer_key == organizer.key])


def _list_webinars(call: Call, webinars: list[Webinar]) -> Answer:
    start, end = read_range(call)
    only_first = call.core.switches.text("range_matching") == "first"

    def in_range(webinar: Webinar) -> bool:
        candidates = webinar.times[:1] if only_first else webinar.times
        return any(times.starts_at <= end and times.ends_at >= start for times in candidates)

    found = sorted(filter(in_range, webinars), key=lambda w: (w.times[0].starts_at, w.key))
    return hal_page(call, "webinars", found, lambda w: responses.list_item(call.core, w))


def get_in_session_webinars(call: Call) -> Answer:
    organizer = organizer_of(call)
    # Flagged as required in the specification, optional in its text; the sandbox needs neither.
    start = read_instant(call, call.query["fromTime"], "fromTime") if "fromTime" in call.query else None
    end = read_instant(call, call.query["toTime"], "toTime") if "toTime" in call.query else None
    live = []
    for webinar in call.core.state.webinars:
        session = call.core.state.sessions.get(webinar.live_session_key) if webinar.live_session_key else None
        if session is None or webinar.organizer_key != organizer.key:
            continue
        if (end is None or session.started_at <= end) and (start is None or start <= call.core.clock.now()):
            live.append(responses.in_session_item(call.core, webinar))
    return Answer(200, live)


def get_organizer_sessions(call: Call) -> Answer:
    organizer = organizer_of(call)
    start, end = read_range(call)
    found = [
        session
        for session in call.core.state.sessions
        if session.organizer_key == organizer.key
        and session.product == "webinar"
        and is_published(call.core, session)
        and session.started_at <= end
        and session.ended_at is not None
        and session.ended_at >= start
    ]
    return _list_sessions(call, found)


def get_sessions(call: Call) -> Answer:
    return _list_sessions(call, published_sessions(call.core, webinar_of(call).key))


def _list_sessions(call: Call, sessions: list[Session]) -> Answer:
    ordered = sorted(sessions, key=lambda session: (session.started_at, session.key))
    return hal_page(call, "sessionInfoResources", ordered, lambda s: _session_item(call, s))


def _session_item(call: Call, session: Session) -> dict[str, Any]:
    polls = polls_of(call.core, session.key, "poll")
    return responses.session_item(call.core, session) | {"totalPollCount": len(polls)}


# One webinar


def get_webinar(call: Call) -> Answer:
    return Answer(200, responses.detail(call.core, webinar_of(call)))


def get_meeting_times(call: Call) -> Answer:
    return Answer(200, responses.times(webinar_of(call).times))


def get_start_url(call: Call) -> Answer:
    webinar = webinar_without_organizer(call)
    return Answer(200, {"startUrl": f"{call.core.public_url}/host/webinar/{webinar.key}"})


def create_webinar(call: Call) -> Answer:
    organizer = organizer_of(call)
    webinars = store.create(call.core, organizer, _read_plan(call, organizer.time_zone))
    body = {"webinarKey": webinars[0].key}
    if webinars[0].recurrence_key is not None:
        body["recurrenceKey"] = webinars[0].recurrence_key
    return Answer(201, body)


def _read_plan(call: Call, default_zone: str) -> store.WebinarPlan:
    body = call.json_object()
    recurrence = body.get("type", "single_session")
    if recurrence not in ("single_session", "series", "sequence"):
        raise errors.bad_request("type must be single_session, series or sequence.")
    time_zone = read_time_zone(call, body["timeZone"]) if body.get("timeZone") else default_zone
    experience = str(body.get("experienceType", "CLASSIC")).upper()
    if experience not in EXPERIENCES:
        raise errors.bad_request("experienceType must be CLASSIC, BROADCAST or SIMULIVE.")
    if experience == "SIMULIVE" and not body.get("recordingAssetKey"):
        raise errors.bad_request("A simulive webinar needs recordingAssetKey.")
    if experience == "SIMULIVE" and recurrence == "sequence":
        raise errors.bad_request("A simulive webinar cannot be a sequence.")
    return store.WebinarPlan(
        subject=_text(body.get("subject"), "subject", 128, is_required=True),
        description=_text(body.get("description"), "description", 2048),
        times=_read_times(call, body, recurrence, time_zone),
        time_zone=time_zone,
        locale=_locale(body.get("locale", "en_US")),
        recurrence=cast(store.Recurrence, recurrence),
        experience=cast(Any, experience),
        is_password_protected=_flag(body, "isPasswordProtected"),
        is_ondemand=_flag(body, "isOndemand"),
        is_breakout=_flag(body, "isBreakout"),
        recording_asset_key=body.get("recordingAssetKey"),
    )


def _read_times(call: Call, body: dict[str, Any], recurrence: str, time_zone: str) -> list[TimeRange]:
    """A sequence has recurrenceStart, pattern and end instead of times (the specification's prose)."""
    if recurrence == "sequence" and "recurrenceStart" in body:
        first = read_time_range(call, body["recurrenceStart"], "recurrenceStart")
        pattern = body.get("recurrencePattern")
        if pattern not in ("daily", "weekly", "monthly"):
            raise errors.bad_request("recurrencePattern must be daily, weekly or monthly.")
        try:
            last_day = date.fromisoformat(str(body.get("recurrenceEnd")))
        except ValueError:
            raise errors.bad_request("recurrenceEnd must be a date such as 2026-09-30.") from None
        times = store.sequence_times(first, pattern, last_day, time_zone)
        if not times:
            raise errors.bad_request("recurrenceEnd lies before recurrenceStart.")
        return times
    times = _time_ranges(call, body.get("times"))
    if recurrence == "series" and len(times) < 2:
        raise errors.bad_request("A series needs two or more times.")
    if recurrence == "single_session" and len(times) != 1:
        raise errors.bad_request("A single webinar has one range of times.")
    if times[0].ends_at <= call.core.clock.now():
        raise errors.bad_request("times must lie in the future.")
    return times


def _time_ranges(call: Call, value: object) -> list[TimeRange]:
    if not isinstance(value, list) or not value:
        raise errors.bad_request("times is missing.")
    return sorted((read_time_range(call, item, "times") for item in value), key=lambda times: times.starts_at)


def _text(value: object, name: str, limit: int, *, is_required: bool = False) -> str:
    if value is None or value == "":
        if is_required:
            raise errors.bad_request(f"{name} is missing.")
        return ""
    if not isinstance(value, str):
        raise errors.bad_request(f"{name} must be text.")
    if len(value) > limit:
        raise errors.bad_request(f"{name} is longer than {limit} characters.")
    return value


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise errors.bad_request(f"{name} must be true or false.")
    return value


def _locale(value: object) -> str:
    if value not in LOCALES:
        raise errors.bad_request(f"locale must be one of {', '.join(LOCALES)}.")
    return str(value)


def update_webinar(call: Call) -> Answer:
    webinar = webinar_of(call)
    body = call.json_object()
    read_bool(call, "notifyParticipants", default=False)
    if not set(body) & {"subject", "description", "times", "timeZone", "locale", "emailSettings"}:
        raise errors.bad_request("At least one field to change is needed.")
    if webinar.live_session_key is not None or is_over(call.core, webinar):
        raise errors.bad_request("The webinar is running or over.")
    changes: dict[str, Any] = {}
    if "subject" in body:
        changes["subject"] = _text(body["subject"], "subject", 128, is_required=True)
    if "description" in body:
        changes["description"] = _text(body["description"], "description", 2048)
    if "timeZone" in body:
        changes["time_zone"] = read_time_zone(call, body["timeZone"])
    if "locale" in body:
        changes["locale"] = _locale(body["locale"])
    times = _time_ranges(call, body["times"]) if "times" in body else None
    if times is not None and webinar.recurrence == "single_session" and len(times) != 1:
        raise errors.bad_request("A single webinar has one range of times.")
    store.update(call.core, webinar, changes, times)
    return Answer(202)


def cancel_webinar(call: Call) -> Answer:
    webinar = webinar_of(call)
    read_bool(call, "sendCancellationEmails", default=False)
    with_series = read_bool(call, "deleteAll", default=True)
    members = store.series_of(call.core, webinar) if with_series else [webinar]
    if any(member.live_session_key is not None for member in members):
        raise errors.refuse(409, "WebinarInSession", "The webinar is in session.")
    store.cancel(call.core, webinar, with_series=with_series)
    return Answer(204)


def copy_webinar(call: Call) -> Answer:
    original = webinar_without_organizer(call)
    body = call.json_object()
    plan = store.WebinarPlan(
        subject=_text(body.get("subject", original.subject), "subject", 128, is_required=True),
        description=_text(body.get("description", original.description), "description", 2048),
        times=_time_ranges(call, body["times"]) if "times" in body else list(original.times),
        time_zone=read_time_zone(call, body["timeZone"]) if "timeZone" in body else original.time_zone,
        locale=_locale(body.get("locale", original.locale)),
        experience=original.experience,
        recording_asset_key=original.recording_asset_key,
        is_ondemand=_flag(body, "isOndemand"),
    )
    if len(plan.times) != 1:
        raise errors.bad_request("The sandbox copies to one range of times.")
    organizer = call.core.state.users[original.organizer_key]
    return Answer(201, {"webinarKey": store.create(call.core, organizer, plan)[0].key})


# Registrants


def get_registrants(call: Call) -> Answer:
    webinar = webinar_of(call)
    people = call.core.state.registrants_of(webinar.key)
    if "page" not in call.query and "limit" not in call.query:
        if call.core.state.has_crowd(webinar.key):
            return Answer(200, _stream_of_registrants(call.core, webinar, people))
        return Answer(200, msgspec.json.encode(responses.registrant_rows(call.core, webinar, people)))
    people = call.seen(people)
    number, limit = read_page(call, "limit")
    shown = call.page_of(people, number, limit)
    body = {
        "data": responses.registrant_rows(call.core, webinar, shown),
        "total": len(people),
        "page": number,
        "limit": limit,
        "pageSize": len(shown),
    }
    return Answer(200, body)


def _stream_of_registrants(core: Core, webinar: Webinar, people: Sequence[Registrant]) -> Iterator[bytes]:
    """The bare array piece by piece: in constant memory, and holding the lock for one piece at a time."""
    yield b"["
    for first in range(0, len(people), STREAMED_AT_ONCE):
        with core.lock:
            rows = responses.registrant_rows(core, webinar, people[first : first + STREAMED_AT_ONCE])
        yield (b"," if first else b"") + msgspec.json.encode(rows)[1:-1]
    yield b"]"


def get_registrant(call: Call) -> Answer:
    webinar = webinar_of(call)
    return Answer(200, responses.registrant_detail(call.core, webinar, registrant_of(call, webinar)))


def get_registration_fields(call: Call) -> Answer:
    return Answer(200, responses.registration_fields(webinar_of(call)))


def create_registrant(call: Call) -> Answer:
    webinar = webinar_of(call)
    read_bool(call, "resendConfirmation", default=False)
    body = call.json_object()
    if NAMES_ONLY_TYPE in call.accept:
        # With this media type GoTo drops everything but names and address (documented).
        body = {name: body[name] for name in ("firstName", "lastName", "email") if name in body}
    try:
        registrant = store.register(call.core, webinar, body)
    except InvalidFieldError as error:
        raise errors.bad_request(str(error)) from None
    except store.DuplicateRegistrantError as error:
        raise _duplicate(call, error) from None
    except store.WebinarFullError:
        raise errors.refuse(403, "RegistrationLimitReached", "The registration limit has been reached.") from None
    except store.RegistrationClosedError:
        raise errors.refuse(403, "RegistrationClosed", "Registration for this webinar is closed.") from None
    return Answer(201, responses.registrant_created(call.core, registrant), content_type=HAL_JSON)


def _duplicate(call: Call, error: store.DuplicateRegistrantError) -> RefusalError:
    existing = error.registrant
    members: dict[str, Any] = {"registrantKey": int(existing.key)}
    if responses.has_join_url(call.core, existing):
        members["joinUrl"] = responses.join_url(call.core, existing)
    return errors.refuse(409, "DuplicateRegistrant", "The user is already registered.", **members)


def delete_registrant(call: Call) -> Answer:
    webinar = webinar_of(call)
    registrant = registrant_of(call, webinar)
    if webinar.live_session_key is not None or is_over(call.core, webinar):
        raise errors.bad_request("Registrants can be deleted before the webinar only.")
    call.core.state.remove_registrant(registrant)
    return Answer(204)


# Attendance


def get_all_attendees(call: Call) -> Answer:
    """One row per registrant and session."""
    webinar = webinar_of(call)
    rows = [
        (session, presence)
        for session in published_sessions(call.core, webinar.key)
        for presence in call.core.state.presences_of(session.key)
    ]
    return hal_page(
        call,
        "attendeeParticipationResponses",
        rows,
        lambda row: responses.attendee(call.core, row[0], row[1], keys_are_text=True),
    )


def get_session_attendees(call: Call) -> Answer:
    session = session_of(call, webinar_of(call))
    rows = [
        responses.attendee(call.core, session, presence, keys_are_text=False)
        for presence in call.core.state.presences_of(session.key)
    ]
    return Answer(200, rows)


def get_attendee(call: Call) -> Answer:
    webinar = webinar_of(call)
    session = session_of(call, webinar)
    key = read_key(call.path["registrantKey"], "registrantKey")
    registrant = call.core.state.registrant_of(webinar.key, key)
    if registrant is None or call.core.state.presence_of(session.key, key) is None:
        raise errors.not_found("Attendee with specified key does not exist.")
    return Answer(200, responses.attendee_registration(call.core, webinar, registrant))


def get_session_performance(call: Call) -> Answer:
    return Answer(200, _performance(call, session_of(call, webinar_of(call))))


def get_performance(call: Call) -> Answer:
    sessions = published_sessions(call.core, webinar_of(call).key)
    return Answer(200, {session.key: _performance(call, session) for session in sessions})


def _performance(call: Call, session: Session) -> dict[str, Any]:
    return responses.performance(call.core, session) | {"pollsAndSurveys": statistics(call.core, session)}


# Presenters


def get_co_organizers(call: Call) -> Answer:
    webinar = webinar_of(call)
    return Answer(200, [responses.co_organizer(call.core, webinar, person) for person in webinar.co_organizers])


def create_co_organizers(call: Call) -> Answer:
    webinar = webinar_of(call)
    people = [_read_co_organizer(call, webinar, item) for item in call.json_list()]
    if not people:
        raise errors.bad_request("The request body is empty.")
    webinar.co_organizers.extend(people)
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(201, [responses.co_organizer(call.core, webinar, person) for person in people])


def _read_co_organizer(call: Call, webinar: Webinar, item: object) -> CoOrganizer:
    if not isinstance(item, dict) or not isinstance(item.get("external"), bool):
        raise errors.bad_request("external is missing.")
    if item["external"]:
        name = _text(item.get("givenName"), "givenName", 128, is_required=True)
        email = _text(item.get("email"), "email", 128, is_required=True)
        # The whole name is sent as givenName (documented).
        return CoOrganizer(call.core.state.new_key(), True, name, "", email, call.core.state.new_number())
    user = call.core.state.users.get(str(item.get("organizerKey")))
    if user is None or user.account_key != webinar.account_key:
        raise errors.bad_request("organizerKey is no organizer of this account.")
    if user.key == webinar.organizer_key or any(person.member_key == user.key for person in webinar.co_organizers):
        raise errors.bad_request("This organizer presents the webinar already.")
    return CoOrganizer(user.key, False, user.first_name, user.last_name, user.email, call.core.state.new_number())


def _co_organizer_of(call: Call, webinar: Webinar) -> CoOrganizer:
    key = read_key(call.path["coorganizerKey"], "coorganizerKey")
    is_external = read_bool(call, "external", default=False)
    for person in webinar.co_organizers:
        if person.member_key == key and person.is_external == is_external:
            return person
    raise errors.not_found("Co-organizer with specified key does not exist.")


def delete_co_organizer(call: Call) -> Answer:
    webinar = webinar_of(call)
    webinar.co_organizers.remove(_co_organizer_of(call, webinar))
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(204)


def resend_co_organizer_invitation(call: Call) -> Answer:
    _co_organizer_of(call, webinar_of(call))
    return Answer(204)


def get_panelists(call: Call) -> Answer:
    webinar = webinar_of(call)
    return Answer(200, [responses.panelist(call.core, webinar, person) for person in webinar.panelists])


def create_panelists(call: Call) -> Answer:
    webinar = webinar_of(call)
    people = []
    for item in call.json_list():
        if not isinstance(item, dict):
            raise errors.bad_request("The request body must hold objects with name and email.")
        name = _text(item.get("name"), "name", 128, is_required=True)
        email = _text(item.get("email"), "email", 128, is_required=True)
        people.append(Panelist(call.core.state.new_key(), name, email, call.core.state.new_number()))
    if not people:
        raise errors.bad_request("The request body is empty.")
    webinar.panelists.extend(people)
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(201, [responses.created_panelist(call.core, webinar, person) for person in people])


def _panelist_of(call: Call, webinar: Webinar) -> Panelist:
    key = read_key(call.path["panelistKey"], "panelistKey")
    for person in webinar.panelists:
        if person.key == key:
            return person
    raise errors.not_found("Panelist with specified key does not exist.")


def delete_panelist(call: Call) -> Answer:
    webinar = webinar_of(call)
    webinar.panelists.remove(_panelist_of(call, webinar))
    call.core.state.webinars.put(webinar.key, webinar)
    return Answer(204)


def resend_panelist_invitation(call: Call) -> Answer:
    _panelist_of(call, webinar_of(call))
    return Answer(204)


RANGE = ("fromTime", "toTime")
# The size of a page is `limit` in some calls and `size` in others; GoTo ignores the other one in silence (documented).
BOTH_SIZES = ("page", "size", "limit")
OF_ORGANIZER = "/organizers/{organizerKey}"
WEBINAR = "/organizers/{organizerKey}/webinars/{webinarKey}"
SESSION = WEBINAR + "/sessions/{sessionKey}"

PRODUCT = Product(
    name="webinar",
    base_path="/G2W/rest/v2",
    licences=("G2W",),
    refuse=errors.refuse,
    operations=(
        Operation(
            "getAllAccountWebinars", "GET", "/accounts/{accountKey}/webinars", get_account_webinars, RANGE + BOTH_SIZES
        ),
        Operation(
            "getOrganizerSessions", "GET", OF_ORGANIZER + "/sessions", get_organizer_sessions, RANGE + BOTH_SIZES
        ),
        Operation("getWebinars", "GET", OF_ORGANIZER + "/webinars", get_webinars, RANGE + BOTH_SIZES),
        Operation("createWebinar", "POST", OF_ORGANIZER + "/webinars", create_webinar),
        Operation("getInSessionWebinars", "GET", OF_ORGANIZER + "/insessionWebinars", get_in_session_webinars, RANGE),
        Operation("getWebinar", "GET", WEBINAR, get_webinar),
        Operation("updateWebinar", "PUT", WEBINAR, update_webinar, ("notifyParticipants",)),
        Operation("cancelWebinar", "DELETE", WEBINAR, cancel_webinar, ("sendCancellationEmails", "deleteAll")),
        Operation("getAttendeesForAllWebinarSessions", "GET", WEBINAR + "/attendees", get_all_attendees, BOTH_SIZES),
        Operation("getCoorganizers", "GET", WEBINAR + "/coorganizers", get_co_organizers),
        Operation("createCoorganizers", "POST", WEBINAR + "/coorganizers", create_co_organizers),
        Operation(
            "deleteCoorganizer",
            "DELETE",
            WEBINAR + "/coorganizers/{coorganizerKey}",
            delete_co_organizer,
            ("external",),
        ),
        Operation(
            "resendCoorganizerInvitation",
            "POST",
            WEBINAR + "/coorganizers/{coorganizerKey}/resendInvitation",
            resend_co_organizer_invitation,
            ("external",),
        ),
        Operation("getWebinarMeetingTimes", "GET", WEBINAR + "/meetingtimes", get_meeting_times),
        Operation("getPanelists", "GET", WEBINAR + "/panelists", get_panelists),
        Operation("createPanelists", "POST", WEBINAR + "/panelists", create_panelists),
        Operation("getPerformanceForAllWebinarSessions", "GET", WEBINAR + "/performance", get_performance),
        Operation("getStartUrl", "GET", "/webinars/{webinarKey}/startUrl", get_start_url),
        Operation("copyWebinar", "PUT", "/webinars/{webinarKey}/copy", copy_webinar),
        Operation("getAllRegistrantsForWebinar", "GET", WEBINAR + "/registrants", get_registrants, BOTH_SIZES),
        Operation("createRegistrant", "POST", WEBINAR + "/registrants", create_registrant, ("resendConfirmation",)),
        Operation("getRegistrationFields", "GET", WEBINAR + "/registrants/fields", get_registration_fields),
        Operation("getRegistrant", "GET", WEBINAR + "/registrants/{registrantKey}", get_registrant),
        Operation("deleteRegistrant", "DELETE", WEBINAR + "/registrants/{registrantKey}", delete_registrant),
        Operation("getAllSessions", "GET", WEBINAR + "/sessions", get_sessions, BOTH_SIZES),
        Operation("getWebinarSession", "GET", SESSION, get_session_attendees),
        Operation("getAttendees", "GET", SESSION + "/attendees", get_session_attendees),
        Operation("getAttendee", "GET", SESSION + "/attendees/{registrantKey}", get_attendee),
        Operation("getPerformance", "GET", SESSION + "/performance", get_session_performance),
        Operation(
            "resendPanelistInvitation",
            "POST",
            WEBINAR + "/panelists/{panelistKey}/resendInvitation",
            resend_panelist_invitation,
        ),
        Operation("deleteWebinarPanelist", "DELETE", WEBINAR + "/panelists/{panelistKey}", delete_panelist),
        *ANSWER_OPERATIONS,
        *AUDIO_OPERATIONS,
        *RECORDING_OPERATIONS,
        *WEBHOOK_OPERATIONS,
    ),
)
