"""Webinars: their lists, one of them, making, changing, copying and cancelling them."""

from datetime import date
from typing import Any, cast

from greenroom.sandbox.entities import TimeRange, Webinar
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.rooms import is_over
from greenroom.sandbox.webinar import errors, responses, store
from greenroom.sandbox.webinar.access import (
    organizer_of,
    read_bool,
    read_flag,
    read_instant,
    read_key,
    read_range,
    read_text,
    read_time_range,
    read_time_zone,
    webinar_of,
    webinar_without_organizer,
)
from greenroom.sandbox.webinar.paging import hal_page
from greenroom.sandbox.webinar.paths import BOTH_SIZES, OF_ORGANIZER, RANGE, WEBINAR

LOCALES = ("en_US", "de_DE", "es_ES", "fr_FR", "it_IT", "zh_CN")

EXPERIENCES = ("CLASSIC", "BROADCAST", "SIMULIVE")


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
        subject=read_text(body.get("subject"), "subject", 128, is_required=True),
        description=read_text(body.get("description"), "description", 2048),
        times=_read_times(call, body, recurrence, time_zone),
        time_zone=time_zone,
        locale=_locale(body.get("locale", "en_US")),
        recurrence=cast(store.Recurrence, recurrence),
        experience=cast(Any, experience),
        is_password_protected=read_flag(body, "isPasswordProtected"),
        is_ondemand=read_flag(body, "isOndemand"),
        is_breakout=read_flag(body, "isBreakout"),
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
        changes["subject"] = read_text(body["subject"], "subject", 128, is_required=True)
    if "description" in body:
        changes["description"] = read_text(body["description"], "description", 2048)
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
        subject=read_text(body.get("subject", original.subject), "subject", 128, is_required=True),
        description=read_text(body.get("description", original.description), "description", 2048),
        times=_time_ranges(call, body["times"]) if "times" in body else list(original.times),
        time_zone=read_time_zone(call, body["timeZone"]) if "timeZone" in body else original.time_zone,
        locale=_locale(body.get("locale", original.locale)),
        experience=original.experience,
        recording_asset_key=original.recording_asset_key,
        is_ondemand=read_flag(body, "isOndemand"),
    )
    if len(plan.times) != 1:
        raise errors.bad_request("The sandbox copies to one range of times.")
    organizer = call.core.state.users[original.organizer_key]
    return Answer(201, {"webinarKey": store.create(call.core, organizer, plan)[0].key})


OPERATIONS = (
    Operation(
        "getAllAccountWebinars", "GET", "/accounts/{accountKey}/webinars", get_account_webinars, RANGE + BOTH_SIZES
    ),
    Operation("getWebinars", "GET", OF_ORGANIZER + "/webinars", get_webinars, RANGE + BOTH_SIZES),
    Operation("createWebinar", "POST", OF_ORGANIZER + "/webinars", create_webinar),
    Operation("getInSessionWebinars", "GET", OF_ORGANIZER + "/insessionWebinars", get_in_session_webinars, RANGE),
    Operation("getWebinar", "GET", WEBINAR, get_webinar),
    Operation("updateWebinar", "PUT", WEBINAR, update_webinar, ("notifyParticipants",)),
    Operation("cancelWebinar", "DELETE", WEBINAR, cancel_webinar, ("sendCancellationEmails", "deleteAll")),
    Operation("getWebinarMeetingTimes", "GET", WEBINAR + "/meetingtimes", get_meeting_times),
    Operation("getStartUrl", "GET", "/webinars/{webinarKey}/startUrl", get_start_url),
    Operation("copyWebinar", "PUT", "/webinars/{webinarKey}/copy", copy_webinar),
)
