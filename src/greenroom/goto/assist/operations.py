"""
The operations of GoToAssist Remote Support, all 16.

The published file was made by others from GoTo's 2019 collection: it declares no answers, no statuses and hardly
any parameter, and its operation ids were made up. So the functions have names of our own; `operation_id` of each
`Endpoint` is the file's. Answers whose shape nobody has told come as plain JSON values.

Source of every operation: contract/assist.yaml, entry of that operation id (documented: method, path and purpose);
what is marked assumed: a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from greenroom.goto._operation import Catalog, Endpoint, Operation, Redirect, Reply
from greenroom.goto._paging import Offset, Page
from greenroom.goto.assist.models import Company, Machines, Session, Sessions, SessionStarted, WebChatTranscript
from greenroom.goto.assist.requests import (
    AssociateTicketRequest,
    CreateTicketRequest,
    PartnerSystemLinksRequest,
    StartScreenSharingSessionRequest,
    StartWebchatSessionRequest,
)

CATALOG = Catalog("assist", "/G2A/rest/v1")
RECORDINGS_MAX = 500
_SESSION = "/sessions/{sessionId}"
_RECORDINGS = "/archive/recordings"
_COMPANY_PAGES = Offset("companies", key=("company_id",), size_param="limit", size_max=50)


@CATALOG.operation(
    "SessionsGet",
    "GET",
    "/sessions",
    optional_query=("sessionType", "fromTime", "toTime"),
    rows_in="sessions",
    name="get_sessions",
)
def get_sessions(
    call: Endpoint,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
    *,
    session_type: str = "screen_sharing",
) -> Operation[list[Session]]:
    """List the sessions of a range, running and ended ones; GoTo keeps them at least 30 days."""
    query = {"sessionType": session_type, "fromTime": from_time, "toTime": to_time}
    return call.reading(lambda reply: _sessions(call, reply), query=query)


@CATALOG.operation("SessionsPost2", "POST", "/sessions", name="start_session")
def start_session(
    call: Endpoint, session: StartScreenSharingSessionRequest | StartWebchatSessionRequest
) -> Operation[SessionStarted]:
    """
    Start a screen sharing session, or a web chat. Never repeated by itself.

    The collection has an entry for each, on one path; the published file kept the first.
    """
    return call.returning(SessionStarted, body=session)


@CATALOG.operation("SessionsBySessionIdGet2", "GET", _SESSION, name="get_session")
def get_session(call: Endpoint, session_id: str) -> Operation[Session]:
    """
    Fetch one session.

    Args:
        session_id: its id, or the token its start answered.
    """
    return call.returning(Session, session_id)


@CATALOG.operation("SessionsEventsBySessionIdGet", "GET", _SESSION + "/events", name="get_web_chat_transcript")
def get_web_chat_transcript(call: Endpoint, session_id: str) -> Operation[WebChatTranscript]:
    """Fetch what is told of a web chat."""
    return call.returning(WebChatTranscript, session_id)


@CATALOG.operation(
    "SessionGet", "GET", "/session", optional_query=("sessionType",), success=(302,), name="start_session_in_browser"
)
def start_session_in_browser(call: Endpoint, *, session_type: str = "screen_sharing") -> Operation[Redirect]:
    """
    Find out where a technician starts an attended session in a browser. The address is not followed.

    GoTo asks for no token here; the technician signs in where it leads. Source: that it redirects is observed.
    """
    return call.returning_redirect(query={"sessionType": session_type})


@CATALOG.operation(
    "CompaniesGet",
    "GET",
    "/companies",
    optional_query=("q", "limit", "offset"),
    paging=_COMPANY_PAGES,
    name="get_companies",
)
def get_companies(
    call: Endpoint, *, q: str | None = None, limit: int | None = None, offset: int | None = None
) -> Operation[Page[Company]]:
    """
    List the companies whose machines one may support.

    Args:
        q: part of the name.
        limit: 1 to 50, which is GoTo's default; more is refused.
        offset: how many to skip.

    Source: parameters: the collection's text (documented); the answer's member `companies`: assumed.
    """
    return call.returning_page(Company, query={"q": q, "limit": limit, "offset": offset})


@CATALOG.operation("CompaniesMachinesByCompanyIdGet", "GET", "/companies/{companyId}/machines", name="get_machines")
def get_machines(call: Endpoint, company_id: str) -> Operation[Machines]:
    """List a company's machines that can be helped while nobody sits at them."""
    return call.returning(Machines, company_id)


@CATALOG.operation(
    "ArchiveRecordingsGet",
    "GET",
    _RECORDINGS,
    optional_query=("accountKey", "userKey", "companyId"),
    name="get_recordings",
)
def get_recordings(
    call: Endpoint,
    *,
    account_key: str | None = None,
    user_key: str | None = None,
    company_id: str | None = None,
) -> Operation[Any]:
    """
    List the recordings that can be transcoded or downloaded, in the order they were started; as plain JSON.

    Args:
        account_key, user_key, company_id: whose; at least one.
    """
    if account_key is None and user_key is None and company_id is None:
        raise ValueError("at least one of account_key, user_key and company_id is needed")
    query = {"accountKey": account_key, "userKey": user_key, "companyId": company_id}
    return call.reading(lambda reply: _plain(call, reply), query=query)


@CATALOG.operation(
    "ArchiveRecordingsTranscodeByReadyForTranscodeRecordingIdsPost",
    "POST",
    _RECORDINGS + "/transcode/{readyForTranscodeRecordingIds}",
    success=(204,),
    retryable=True,
    name="transcode_recordings",
)
def transcode_recordings(call: Endpoint, recording_ids: Sequence[str]) -> Operation[None]:
    """
    Have recordings turned into MP4; as good as done when they are already.

    Args:
        recording_ids: at most 500; sent with commas between them (assumed).
    """
    return call.returning_nothing(_joined(recording_ids))


@CATALOG.operation(
    "ArchiveRecordingsUrlsAPIGet",
    "GET",
    _RECORDINGS + "/urls",
    optional_query=("recordingIds",),
    name="get_recording_urls",
)
def get_recording_urls(call: Endpoint, recording_ids: Sequence[str]) -> Operation[Any]:
    """
    Fetch where the files of recordings are: MP4, events, thumbnail; as plain JSON. The links are secrets.

    Links are valid at least 48 hours; recordings that cannot be had yet are left out.

    Source: the file's path ends in `[&{attribute}={readyForDownloadRecordingId}]`, so the parameter's name and
    that it takes commas are assumed.
    """
    return call.reading(lambda reply: _plain(call, reply), query={"recordingIds": _joined(recording_ids)})


@CATALOG.operation(
    "ArchiveRecordingsArchivedByRecordingIDsPut",
    "PUT",
    _RECORDINGS + "/archived/{recordingIDs}",
    name="mark_recordings_archived",
)
def mark_recordings_archived(call: Endpoint, recording_ids: Sequence[str]) -> Operation[None]:
    """
    Mark recordings as archived.

    Args:
        recording_ids: at most 500; sent with commas between them (assumed).
    """
    return call.returning_nothing(_joined(recording_ids))


@CATALOG.operation("SystemLinksGet", "GET", "/systemLinks", optional_query=("systemDomain",), name="get_system_links")
def get_system_links(call: Endpoint, system_domain: str) -> Operation[Any]:
    """List the links between GoToAssist and a domain's ticket system; as plain JSON."""
    return call.reading(lambda reply: _plain(call, reply), query={"systemDomain": system_domain})


@CATALOG.operation("SystemLinksPost", "POST", "/systemLinks", name="create_system_links")
def create_system_links(call: Endpoint, link: PartnerSystemLinksRequest) -> Operation[Any]:
    """Link GoToAssist with a ticket system, for one person; answers plain JSON, or None. Never repeated by itself."""
    return call.reading(lambda reply: _plain(call, reply), body=link)


@CATALOG.operation(
    "UnnammedEndpointGet", "GET", "/", optional_query=("q", "offset", "limit", "userToken"), name="get_tickets"
)
def get_tickets(
    call: Endpoint, user_token: str, *, q: str | None = None, offset: int | None = None, limit: int | None = None
) -> Operation[Any]:
    """
    List a ticket system's tickets; as plain JSON.

    This and the two that follow look like what GoToAssist asks of the partner's own address, not like calls to
    GoTo (assumed); they are here because the published file has them.
    """
    query = {"q": q, "offset": offset, "limit": limit, "userToken": user_token}
    return call.reading(lambda reply: _plain(call, reply), query=query)


@CATALOG.operation("UnnammedEndpointPost", "POST", "/", name="create_ticket")
def create_ticket(call: Endpoint, ticket: CreateTicketRequest) -> Operation[Any]:
    """Make a ticket about a session; answers plain JSON, or None. See `get_tickets`."""
    return call.reading(lambda reply: _plain(call, reply), body=ticket)


@CATALOG.operation("UnnammedEndpointPut", "PUT", "/", name="associate_ticket")
def associate_ticket(call: Endpoint, ticket: AssociateTicketRequest) -> Operation[Any]:
    """Tie a ticket to a session; answers plain JSON, or None. See `get_tickets`."""
    return call.reading(lambda reply: _plain(call, reply), body=ticket)


def _sessions(call: Endpoint, reply: Reply) -> list[Session]:
    """Read a list, bare or as the member `sessions`."""
    if reply.content.lstrip().startswith(b"["):
        return call.decode(list[Session], reply)
    return list(call.decode(Sessions, reply).sessions)


def _plain(call: Endpoint, reply: Reply) -> Any:
    """Read whatever JSON there is; None for no body."""
    anything: Any = Any
    return call.decode(anything, reply) if reply.content.strip() else None


def _joined(recording_ids: Sequence[str]) -> str:
    """Write several ids as one text."""
    if isinstance(recording_ids, str) or not 1 <= len(recording_ids) <= RECORDINGS_MAX:
        raise ValueError(f"recording_ids must be from 1 to {RECORDINGS_MAX} ids")
    return ",".join(recording_ids)
