"""The 3 operations of GoToAssist Seeit. All times are milliseconds since 1970 (documented)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import SeeitSession
from greenroom.sandbox.operations import INVALID_TOKEN, Answer, Call, Operation, Product, RefusalError
from greenroom.sandbox.seeit import store

DEFAULT_SIZE, MAX_SIZE = 5, 200  # the maximum is assumed
SORTABLE = (
    "sessionCreateTime",
    "sessionStartTime",
    "sessionJoinTime",
    "sessionEndTime",
    "sessionStatus",
    "sessionNotes",
    "sessionRecorded",
    "sessionDataStatus",
    "sessionDataSize",
    "sessionDataPhotoCount",
    "sessionDataPhotoNotesCount",
    "sessionDataDownloadUrl",
    "sessionDataDownloadUrlExpiration",
    "startUrl",
    "supportKey",
    "technicianEmail",
    "uuid",
)


def refuse(status: int, code: str, description: str) -> RefusalError:
    """Build a refusal. The statuses are documented, the body is assumed."""
    return RefusalError(Answer(status, {"errorCode": code, "description": description}))


def invalid_token(core: Core, operation: Operation) -> Answer:
    """401 for a missing or invalid token (documented); the switch gives the gateway's 403."""
    if core.switches.text("seeit_invalid_token") == "403":
        return INVALID_TOKEN
    return Answer(401, INVALID_TOKEN.body, INVALID_TOKEN.headers)


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _start_url(core: Core, session: SeeitSession) -> str:
    return f"{core.public_url}/seeit/start/{session.uuid}"


def _details(core: Core, session: SeeitSession) -> dict[str, Any]:
    body: dict[str, Any] = {
        "uuid": session.uuid,
        "supportKey": session.support_key,
        "sessionStatus": store.status(session),
        "sessionCreateTime": _milliseconds(session.created_at),
        "sessionRecorded": False,
        "sessionNotes": session.notes,
        "technicianEmail": core.state.users[session.user_key].email,
        **_media(core, session),
    }
    times = {
        "sessionStartTime": session.started_at,
        "sessionJoinTime": session.joined_at,
        "sessionEndTime": session.ended_at,
    }
    body |= {name: _milliseconds(instant) for name, instant in times.items() if instant is not None}
    if session.ended_at is None:
        body["startUrl"] = _start_url(core, session)  # valid until the session is finished (documented)
    return body


def _media(core: Core, session: SeeitSession) -> dict[str, Any]:
    """Photos are there for 72 hours after the end (documented)."""
    until = store.media_until(session)
    if until is None or until <= core.clock.now() or not session.photo_count:
        counts = {"sessionDataPhotoCount": 0, "sessionDataPhotoNotesCount": 0, "sessionDataSize": 0}
        return counts | {"sessionDataStatus": "NO_DATA"}
    return {
        "sessionDataStatus": "AVAILABLE",
        "sessionDataPhotoCount": session.photo_count,
        "sessionDataPhotoNotesCount": 0,
        "sessionDataSize": session.photo_count * 250_000,
        "sessionDataDownloadUrl": f"{core.public_url}/seeit/data/{session.uuid}",
        "sessionDataDownloadUrlExpiration": _milliseconds(until),
    }


def _may_see(call: Call, session: SeeitSession) -> bool:
    return session.user_key == call.user.key or (call.user.is_admin and session.account_key == call.user.account_key)


def _number(call: Call, name: str, default: int, digits: int = 9) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= digits):
        raise refuse(400, "InvalidRequest", f"{name} must be a whole number.")
    return int(text)


def create_session(call: Call) -> Answer:
    session = store.create(call.core, call.user)
    body = {
        "uuid": session.uuid,
        "supportKey": session.support_key,
        "startUrl": _start_url(call.core, session),
    }
    return Answer(201, body)


def get_session(call: Call) -> Answer:
    session = call.core.state.seeit_sessions.get(call.path["uuid"].lower())
    if session is None or not _may_see(call, session) or not store.is_kept(call.core, session):
        raise refuse(404, "NotFound", "There is no data for a session with this uuid.")
    if not store.is_settled(call.core, session):
        raise refuse(409, "NotConsistent", "Session details are not available yet. Please retry later.")
    return Answer(200, _details(call.core, session))


def get_sessions(call: Call) -> Answer:
    core = call.core
    first, last = _number(call, "startTime", 0, 15), _number(call, "endTime", 10**15, 15)
    found = [
        _details(core, session)
        for session in core.state.seeit_sessions
        if _may_see(call, session)
        and store.is_kept(core, session)
        and store.is_settled(core, session)
        and first <= _milliseconds(session.created_at) <= last
    ]
    return _page(call, _sorted(call, found))


def _sorted(call: Call, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort by any member; sessions without it come first. The default is the time of creation (documented)."""
    name, _, order = call.query.get("sort", "sessionCreateTime").partition(",")
    if name not in SORTABLE or order not in ("", "asc", "desc"):
        raise refuse(400, "InvalidRequest", "sort must be a member of the details, and asc or desc.")
    without, having = [i for i in items if name not in i], [i for i in items if name in i]
    having.sort(key=lambda item: item[name])
    ordered = without + having
    return ordered[::-1] if order == "desc" else ordered


def _page(call: Call, items: list[dict[str, Any]]) -> Answer:
    number, size = _number(call, "page", 0), _number(call, "size", DEFAULT_SIZE)
    if not 1 <= size <= MAX_SIZE:
        raise refuse(400, "InvalidRequest", f"size must be between 1 and {MAX_SIZE}.")
    seen = call.seen(items)
    pages = -(-len(seen) // size)
    links = [_link("self", number, size)]
    if number + 1 < pages:
        links.append(_link("next", number + 1, size))
    if number > 0:
        links.append(_link("prev", number - 1, size))
    page = {"number": number, "size": size, "totalElements": len(seen), "totalPages": pages}
    return Answer(200, {"content": list(call.page_of(seen, number, size)), "links": links, "page": page})


def _link(relation: str, number: int, size: int) -> dict[str, str]:
    query = flask.request.args.to_dict() | {"page": str(number), "size": str(size)}
    return {"rel": relation, "href": f"{flask.request.base_url}?{urlencode(query)}"}


PRODUCT = Product(
    name="seeit",
    base_path="/seeit/v1",
    refuse=refuse,
    invalid_token=invalid_token,
    operations=(
        Operation("sessions.get", "GET", "/sessions", get_sessions, ("startTime", "endTime", "page", "size", "sort")),
        Operation("sessions.post", "POST", "/sessions", create_session),
        Operation("sessions.uuid.get", "GET", "/sessions/{uuid}", get_session),
    ),
)
