"""
GoToAssist Seeit's operations, all 3.

The only host ever published is the old one, here as `BASE_URL`; whether the product is still served, and where, is
unconfirmed. A client for it alone: `GoTo(token, base_url=seeit.BASE_URL)`.

Source of every operation: contract/seeit.yaml, entry of the same name (documented).
"""

from __future__ import annotations

from datetime import datetime

from greenroom.goto._operation import Catalog, Endpoint, Operation
from greenroom.goto._paging import Content, Page
from greenroom.goto.seeit.models import Session, SessionDetails

BASE_URL = "https://api.citrixonline.com"
CATALOG = Catalog("seeit", "/seeit/v1")


@CATALOG.operation(
    "sessions.get",
    "GET",
    "/sessions",
    optional_query=("startTime", "endTime", "page", "size", "sort"),
    paging=Content(key=("uuid",)),
)
def sessions_get(
    call: Endpoint,
    *,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
) -> Operation[Page[SessionDetails]]:
    """
    List the sessions of the last 90 days.

    Args:
        start_time, end_time: range of creation; sent as milliseconds since 1970.
        page, size: from 0; 5 sessions each unless told. The largest size is not documented.
        sort: a member's name as GoTo writes it, with `,asc` or `,desc`; by creation when None.
    """
    query = {
        "startTime": _milliseconds(start_time),
        "endTime": _milliseconds(end_time),
        "page": page,
        "size": size,
        "sort": sort,
    }
    return call.returning_page(SessionDetails, query=query)


@CATALOG.operation("sessions.post", "POST", "/sessions", success=(201,))
def sessions_post(call: Endpoint) -> Operation[Session]:
    """Make a session. Never repeated by itself."""
    return call.returning(Session)


@CATALOG.operation("sessions.uuid.get", "GET", "/sessions/{uuid}")
def sessions_uuid_get(call: Endpoint, uuid: str) -> Operation[SessionDetails]:
    """
    Fetch one session.

    Raises:
        ResourceNotFoundError: there is none, or it is older than 90 days.
        ConflictError: it was made a moment ago and cannot be read yet; ask again.
    """
    return call.returning(SessionDetails, uuid)


def _milliseconds(moment: datetime | None) -> int | None:
    """Write a moment as Seeit reads it."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("times sent to GoTo need a time zone")
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000
