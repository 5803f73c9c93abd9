"""Reading keys, finding what they name, and telling who may."""

from datetime import datetime
from typing import Any

from greenroom.sandbox.entities import Registrant, Session, TimeRange, User, Webinar
from greenroom.sandbox.operations import Call
from greenroom.sandbox.rooms import is_published
from greenroom.sandbox.times import has_offset, listed_time_zones, parse_instant
from greenroom.sandbox.webinar import errors

MAX_PAGE_SIZE = 200
DEFAULT_PAGE_SIZE = 20


def read_key(text: str, name: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise errors.bad_request(f"{name} is malformed.")
    return text


def organizer_of(call: Call) -> User:
    """Find the organizer of the path: the token's user, or anyone of the account its user administers."""
    key = read_key(call.path["organizerKey"], "organizerKey")
    if key == call.user.key:
        return call.user
    organizer = call.core.state.users.get(key)
    if organizer is None or not call.user.is_admin or organizer.account_key != call.user.account_key:
        raise errors.access_denied()
    return organizer


def webinar_of(call: Call) -> Webinar:
    """Find the organizer's webinar of the path."""
    organizer = organizer_of(call)
    webinar = call.core.state.webinars.get(read_key(call.path["webinarKey"], "webinarKey"))
    if webinar is None or webinar.organizer_key != organizer.key:
        raise errors.webinar_not_found()
    return webinar


def webinar_without_organizer(call: Call) -> Webinar:
    """Find the webinar of a path that names no organizer."""
    webinar = call.core.state.webinars.get(read_key(call.path["webinarKey"], "webinarKey"))
    if webinar is None:
        raise errors.webinar_not_found()
    is_own = webinar.organizer_key == call.user.key
    is_admin = call.user.is_admin and webinar.account_key == call.user.account_key
    is_co_organizer = any(person.member_key == call.user.key for person in webinar.co_organizers)
    if not (is_own or is_admin or is_co_organizer):
        raise errors.access_denied("The webinar belongs to another organizer.")
    return webinar


def registrant_of(call: Call, webinar: Webinar) -> Registrant:
    key = read_key(call.path["registrantKey"], "registrantKey")
    registrant = call.core.state.registrant_of(webinar.key, key)
    if registrant is None:
        raise errors.not_found("Registrant with specified key does not exist.")
    return registrant


def session_of(call: Call, webinar: Webinar) -> Session:
    session = call.core.state.sessions.get(read_key(call.path["sessionKey"], "sessionKey"))
    if session is None or session.event_key != webinar.key or not is_published(call.core, session):
        raise errors.not_found("Session with specified key does not exist.")
    return session


def read_instant(call: Call, value: object, name: str) -> datetime:
    if not isinstance(value, str):
        raise errors.bad_request(f"{name} must be a time such as 2026-09-01T14:00:00Z.")
    try:
        instant = parse_instant(value)
    except (ValueError, OverflowError):
        raise errors.bad_request(f"{name} must be a time such as 2026-09-01T14:00:00Z.") from None
    if has_offset(value) and call.core.switches.text("offsets_in_times") == "refuse":
        raise errors.bad_request(f"{name} must be in UTC, with Z.")
    return instant


def read_range(call: Call) -> tuple[datetime, datetime]:
    """Read fromTime and toTime, both needed."""
    for name in ("fromTime", "toTime"):
        if not call.query.get(name):
            raise errors.bad_request(f"{name} is missing.")
    start = read_instant(call, call.query["fromTime"], "fromTime")
    end = read_instant(call, call.query["toTime"], "toTime")
    if end < start:
        raise errors.bad_request("toTime lies before fromTime.")
    return start, end


def read_time_range(call: Call, value: Any, name: str) -> TimeRange:
    if not isinstance(value, dict):
        raise errors.bad_request(f"{name} must hold objects with startTime and endTime.")
    starts_at = read_instant(call, value.get("startTime"), f"{name}.startTime")
    ends_at = read_instant(call, value.get("endTime"), f"{name}.endTime")
    if ends_at <= starts_at:
        raise errors.bad_request(f"{name}: the end must lie after the start.")
    return TimeRange(starts_at, ends_at)


def read_time_zone(call: Call, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise errors.bad_request("timeZone must be text.")
    if call.core.switches.text("time_zone_ids") == "listed" and value not in listed_time_zones():
        raise errors.bad_request("timeZone is none of the listed time zone ids.")
    return value


def read_number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise errors.bad_request(f"{name} must be a whole number.")
    return int(text)


def read_bool(call: Call, name: str, *, default: bool) -> bool:
    text = call.query.get(name)
    if text is None:
        return default
    if text.lower() not in ("true", "false"):
        raise errors.bad_request(f"{name} must be true or false.")
    return text.lower() == "true"


def read_page(call: Call, size_name: str) -> tuple[int, int]:
    """Read the page number, from 0, and the page's size."""
    size = read_number(call, size_name, DEFAULT_PAGE_SIZE)
    if size < 1:
        raise errors.bad_request(f"{size_name} must be at least 1.")
    if size > MAX_PAGE_SIZE:
        if call.core.switches.text("page_size_above_maximum") == "refuse":
            raise errors.bad_request(f"{size_name} must not be above {MAX_PAGE_SIZE}.")
        size = MAX_PAGE_SIZE
    return read_number(call, "page", 0), size


def read_text(value: object, name: str, limit: int, *, is_required: bool = False) -> str:
    if value is None or value == "":
        if is_required:
            raise errors.bad_request(f"{name} is missing.")
        return ""
    if not isinstance(value, str):
        raise errors.bad_request(f"{name} must be text.")
    if len(value) > limit:
        raise errors.bad_request(f"{name} is longer than {limit} characters.")
    return value


def read_flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise errors.bad_request(f"{name} must be true or false.")
    return value
