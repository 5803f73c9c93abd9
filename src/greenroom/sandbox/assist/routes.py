"""
The 16 operations of GoToAssist Remote Support.

GoTo's collection of them has neither answers nor statuses: what the files in `contract/` and the sources they name
do not say is assumed here, in one place each.
"""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from greenroom.sandbox.assist import errors, responses, store
from greenroom.sandbox.entities import AssistRecording, AssistSession, Company, SystemLink, Ticket
from greenroom.sandbox.operations import Answer, Call, Operation, Product
from greenroom.sandbox.times import has_offset, parse_instant, whole_seconds
from greenroom.sandbox.webhook_delivery import is_allowed_callback

SCREEN_SHARING, WEB_CHAT = "screen_sharing", "web_chat"  # the second word is assumed
CALLBACKS = ("createObject", "searchObjects", "associateObject")
MAX_COMPANIES, MAX_IDS = 50, 500


# Reading


def _text(body: dict[str, Any], name: str, *, is_required: bool = False) -> str:
    value = body.get(name)
    if value is None or value == "":
        if is_required:
            raise errors.bad_request(f"{name} is missing.")
        return ""
    if not isinstance(value, str) or len(value) > 2048:
        raise errors.bad_request(f"{name} must be text of at most 2048 characters.")
    return value


def _callback(call: Call, body: dict[str, Any]) -> str | None:
    url = _text(body, "sessionStatusCallbackUrl")
    if not url:
        return None
    if not is_allowed_callback(call.core, url):
        raise errors.bad_request("sessionStatusCallbackUrl must be https.")
    return url


def _session_type(value: object) -> str:
    if value not in (SCREEN_SHARING, WEB_CHAT):
        raise errors.bad_request(f"sessionType must be {SCREEN_SHARING} or {WEB_CHAT}.")
    return str(value)


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise errors.bad_request(f"{name} must be a whole number.")
    return int(text)


def _ids(text: str) -> list[str]:
    ids = [part.strip() for part in text.split(",") if part.strip()]
    if not ids or len(ids) > MAX_IDS:
        raise errors.bad_request(f"Between one and {MAX_IDS} recording ids are needed.")
    return ids


# Sessions


def _session(call: Call) -> AssistSession:
    """Find a session by id or token, of the account's own."""
    key = call.path["sessionId"]
    session = call.core.state.assist_sessions.get(key) or store.by_token(call.core, key)
    if session is None or not _may_see(call, session) or not store.is_kept(call.core, session):
        raise errors.not_found("The session does not exist.")
    return session


def _may_see(call: Call, session: AssistSession) -> bool:
    """One's own sessions; an administrator sees the account's. Assumed."""
    return session.user_key == call.user.key or (call.user.is_admin and session.account_key == call.user.account_key)


def get_sessions(call: Call) -> Answer:
    """Sessions made in a range, oldest first. The times must be written with Z (observed)."""
    kind = _session_type(call.query["sessionType"]) if "sessionType" in call.query else None
    limits = {}
    for name in ("fromTime", "toTime"):
        text = call.query.get(name)
        if text is not None:
            limits[name] = _instant(text, name)
    found = [
        session
        for session in call.core.state.assist_sessions
        if _may_see(call, session)
        and store.is_kept(call.core, session)
        and kind in (None, session.kind)
        and limits.get("fromTime", session.created_at) <= session.created_at <= limits.get("toTime", session.created_at)
    ]
    return Answer(200, {"sessions": [responses.session(call.core, session) for session in call.seen(found)]})


def _instant(text: str, name: str) -> Any:
    try:
        instant = parse_instant(text)
    except (ValueError, OverflowError):
        raise errors.bad_request(f"{name} must be a time such as 2026-09-01T14:00:00Z.") from None
    if has_offset(text):
        raise errors.bad_request(f"{name} must be in UTC, with Z.")
    return instant


def create_session(call: Call) -> Answer:
    """Make a session to be launched: with a machine's uuid an unattended one (documented)."""
    body = call.json_object()
    kind = _session_type(body.get("sessionType"))
    machine_uuid = _text(body, "machineUuid")
    if machine_uuid and (kind != SCREEN_SHARING or not _is_own_machine(call, machine_uuid)):
        raise errors.bad_request("machineUuid names no machine of the account's companies.")
    session = store.new_session(call.core, call.user, call.client_id, is_chat=kind == WEB_CHAT)
    session.callback_url = _callback(call, body)
    session.machine_uuid = machine_uuid
    session.partner_object = _text(body, "partnerObject")
    session.partner_object_url = _text(body, "partnerObjectUrl")
    session.customer_email = _text(body, "customerEmail")
    session.portal_name = _text(body, "portalName")
    parts = (_text(body, "customerFirstName"), _text(body, "customerLastName"))
    session.customer_name = _text(body, "customerName") or " ".join(filter(None, parts))
    return Answer(201, responses.session_created(call.core, store.open_session(call.core, session)))


def _is_own_machine(call: Call, machine_uuid: str) -> bool:
    machine = call.core.state.machines.get(machine_uuid)
    return machine is not None and machine.company_key in {company.key for company in _companies(call)}


def get_session(call: Call) -> Answer:
    return Answer(200, responses.session(call.core, _session(call)))


def get_events(call: Call) -> Answer:
    session = _session(call)
    if session.kind != WEB_CHAT:
        raise errors.not_found("The session is no web chat.")
    return Answer(200, responses.transcript(session))


def start_in_browser(call: Call) -> Answer:
    """Send a technician's browser to a launch page; needs no token (documented), the page asks who it is."""
    if call.query.get("sessionType", SCREEN_SHARING) != SCREEN_SHARING:
        raise errors.bad_request(f"sessionType must be {SCREEN_SHARING}.")
    return Answer(302, headers={"Location": f"{call.core.public_url}/launch.html?token={token_urlsafe(24)}"})


# Companies


def _companies(call: Call) -> list[Company]:
    return [company for company in call.core.state.companies if company.account_key == call.user.account_key]


def get_companies(call: Call) -> Answer:
    wanted = call.query.get("q", "").casefold()
    found = [company for company in _companies(call) if wanted in company.name.casefold()]
    limit, offset = _number(call, "limit", MAX_COMPANIES), _number(call, "offset", 0)
    if not 1 <= limit <= MAX_COMPANIES:
        raise errors.bad_request(f"limit must be between 1 and {MAX_COMPANIES}.")
    seen = call.seen(found)
    shown = [responses.company(company) for company in seen[offset : offset + limit]]
    return Answer(200, {"totalNumCompanies": len(seen), "companies": shown})


def get_machines(call: Call) -> Answer:
    key = call.path["companyId"]
    if key not in {company.key for company in _companies(call)}:
        raise errors.not_found("The company does not exist.")
    return Answer(200, responses.machines([m for m in call.core.state.machines if m.company_key == key]))


# Recordings


def get_recordings(call: Call) -> Answer:
    """At least one of the three keys is needed (documented)."""
    reads: dict[str, Callable[[AssistRecording], str | None]] = {
        "accountKey": lambda item: item.account_key,
        "userKey": lambda item: item.user_key,
        "companyId": lambda item: item.company_key,
    }
    if not set(reads) & set(call.query):
        raise errors.bad_request("One of accountKey, userKey and companyId is needed.")
    found = [
        item
        for item in _recordings(call)
        if all(call.query[name] == read(item) for name, read in reads.items() if name in call.query)
    ]
    return Answer(200, responses.recordings(sorted(found, key=lambda item: (item.started_at, item.key))))


def _recordings(call: Call) -> list[AssistRecording]:
    return [
        item
        for item in call.core.state.assist_recordings
        if item.user_key == call.user.key or (call.user.is_admin and item.account_key == call.user.account_key)
    ]


def transcode(call: Call) -> Answer:
    """204 whatever state the recordings are in (documented)."""
    _mark(call, _ids(call.path["readyForTranscodeRecordingIds"]), "is_transcoded")
    return Answer(204)


def archive(call: Call) -> Answer:
    _mark(call, _ids(call.path["recordingIDs"]), "is_archived")
    return Answer(204)


def _mark(call: Call, ids: list[str], flag: str) -> None:
    for item in _recordings(call):
        if item.key in ids:
            setattr(item, flag, True)
            call.core.state.assist_recordings.put(item.key, item)


def get_download_urls(call: Call) -> Answer:
    """
    Links to recordings; those not ready are left out (documented).

    The published path is a template without a clear form, so ids are taken from wherever they stand: in the path
    after `urls&...=` or in any query parameter.
    """
    texts = [value for name, value in call.path.items() if name == "readyForDownloadRecordingId"]
    ids = _ids(",".join([*texts, *call.query.values()]))
    ready = [item for item in _recordings(call) if item.is_transcoded and item.key in ids]
    return Answer(200, {"recordings": [responses.download(call.core, item) for item in ready]})


# Partner systems and their tickets


def create_system_link(call: Call) -> Answer:
    body = call.json_object()
    callbacks = body.get("supportedCallbacks", {})
    if not _are_callbacks(callbacks):
        raise errors.bad_request(f"supportedCallbacks may have {', '.join(CALLBACKS)}: true or false.")
    url = _text(body, "callbackUrl", is_required=True)
    if not is_allowed_callback(call.core, url):
        raise errors.bad_request("callbackUrl must be https.")
    link = SystemLink(
        key=call.core.state.new_key(),
        account_key=call.user.account_key,
        name=_text(body, "systemName", is_required=True),
        domain=_text(body, "systemDomain") or urlsplit(url).hostname or "",
        user_email=_text(body, "userEmail"),
        user_token=_text(body, "userToken"),
        callback_url=url,
        callbacks=[name for name, is_supported in callbacks.items() if is_supported],
    )
    call.core.state.system_links.put(link.key, link)
    return Answer(201, responses.system_link(link))


def _are_callbacks(told: Any) -> bool:
    """Tell whether it is an object of known callbacks; that they are true or false is assumed."""
    return isinstance(told, dict) and all(name in CALLBACKS and isinstance(told[name], bool) for name in told)


def get_system_links(call: Call) -> Answer:
    domain = call.query.get("systemDomain")
    found = [
        responses.system_link(link)
        for link in call.core.state.system_links
        if link.account_key == call.user.account_key and domain in (None, link.domain)
    ]
    return Answer(200, {"systemLinks": found})


def get_tickets(call: Call) -> Answer:
    wanted, owner = call.query.get("q", "").casefold(), call.query.get("userToken")
    offset, limit = _number(call, "offset", 0), _number(call, "limit", MAX_COMPANIES)
    found = [
        ticket
        for ticket in call.core.state.tickets
        if ticket.account_key == call.user.account_key
        and owner in (None, ticket.user_token)
        and wanted in ticket.title.casefold()
    ]
    seen = call.seen(found)
    shown = [responses.ticket(ticket) for ticket in seen[offset : offset + limit]]
    return Answer(200, {"total": len(seen), "tickets": shown})


def create_ticket(call: Call) -> Answer:
    body = call.json_object()
    session_key = _text(body, "sessionId")
    if session_key:
        call.path["sessionId"] = session_key
        session_key = _session(call).key
    ticket = Ticket(
        key=uuid4().hex[:12],
        account_key=call.user.account_key,
        user_token=_text(body, "userToken", is_required=True),
        title=_text(body, "title", is_required=True),
        body=_text(body, "body"),
        session_key=session_key,
        created_at=whole_seconds(call.core.clock.now()),
    )
    call.core.state.tickets.put(ticket.key, ticket)
    return Answer(201, responses.ticket(ticket))


def associate_ticket(call: Call) -> Answer:
    body = call.json_object()
    _text(body, "userToken", is_required=True)
    call.path["sessionId"] = _text(body, "sessionId", is_required=True)
    session = _session(call)
    session.partner_object = _text(body, "partnerObject", is_required=True)
    call.core.state.assist_sessions.put(session.key, session)
    return Answer(204)


URLS = "/archive/recordings/urls"
ID = "{readyForDownloadRecordingId}"

PRODUCT = Product(
    name="assist",
    base_path="/G2A/rest/v1",
    refuse=errors.refuse,
    operations=(
        Operation("SystemLinksGet", "GET", "/systemLinks", get_system_links, ("systemDomain",)),
        Operation("SystemLinksPost", "POST", "/systemLinks", create_system_link),
        Operation("UnnammedEndpointGet", "GET", "/", get_tickets, ("q", "offset", "limit", "userToken")),
        Operation("UnnammedEndpointPut", "PUT", "/", associate_ticket),
        Operation("UnnammedEndpointPost", "POST", "/", create_ticket),
        Operation(
            "ArchiveRecordingsUrlsAPIGet",
            "GET",
            URLS + "[&{attribute}=" + ID + "]",
            get_download_urls,
            ("recordingId", "recordingIds", "readyForDownloadRecordingId", "readyForDownloadRecordingIds"),
            also=(URLS, URLS + "&{attribute}=" + ID),
        ),
        Operation("CompaniesGet", "GET", "/companies", get_companies, ("q", "limit", "offset")),
        Operation("SessionsGet", "GET", "/sessions", get_sessions, ("sessionType", "fromTime", "toTime")),
        Operation("SessionsPost2", "POST", "/sessions", create_session),
        Operation(
            "ArchiveRecordingsGet", "GET", "/archive/recordings", get_recordings, ("accountKey", "userKey", "companyId")
        ),
        Operation("SessionGet", "GET", "/session", start_in_browser, ("sessionType",), is_public=True),
        Operation("SessionsBySessionIdGet2", "GET", "/sessions/{sessionId}", get_session),
        Operation(
            "ArchiveRecordingsTranscodeByReadyForTranscodeRecordingIdsPost",
            "POST",
            "/archive/recordings/transcode/{readyForTranscodeRecordingIds}",
            transcode,
        ),
        Operation("SessionsEventsBySessionIdGet", "GET", "/sessions/{sessionId}/events", get_events),
        Operation("CompaniesMachinesByCompanyIdGet", "GET", "/companies/{companyId}/machines", get_machines),
        Operation(
            "ArchiveRecordingsArchivedByRecordingIDsPut",
            "PUT",
            "/archive/recordings/archived/{recordingIDs}",
            archive,
        ),
    ),
)
