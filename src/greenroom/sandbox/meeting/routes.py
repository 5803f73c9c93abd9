"""The 26 operations of GoToMeeting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, cast

from greenroom.sandbox.entities import Group, HostPass, Meeting, MeetingKind, Presence, Session, Stay, User
from greenroom.sandbox.groups import groups_of, users_in
from greenroom.sandbox.meeting import errors, responses, store
from greenroom.sandbox.operations import Answer, Call, Operation, Product
from greenroom.sandbox.people import PRODUCTS, add_person, is_email, remove_person, with_meetings
from greenroom.sandbox.rooms import is_published
from greenroom.sandbox.times import has_offset, parse_instant

HOST_PASS_LIFETIME = timedelta(minutes=10)  # assumed
MAX_GROUP_SIZE = 50
KINDS = ("immediate", "scheduled", "recurring")
LONG_AGO, FAR_AHEAD = parse_instant("2000-01-01T00:00:00Z"), parse_instant("9000-01-01T00:00:00Z")

Row = Callable[[Session, Presence, Stay], dict[str, Any]]


# Finding


def _key(call: Call, name: str) -> str:
    """A key of the path; one that is none is looked up like any other and not found."""
    text = call.path[name]
    return text if text.isascii() and text.isdigit() and len(text) <= 19 else ""


def _check_admin(call: Call) -> None:
    if not call.user.is_admin:
        raise errors.access_denied("This call is for administrators only.")


def _organizer(call: Call) -> User:
    """Find the organizer of the path: oneself, or for an administrator anyone of the account."""
    key = _key(call, "organizerKey")
    if key == call.user.key:
        return call.user
    _check_admin(call)
    organizer = call.core.state.users.get(key)
    if organizer is None or organizer.account_key != call.user.account_key:
        raise errors.no_such_organizer()
    return organizer


def _group(call: Call) -> Group:
    """Find the group of the path. Assumed: an unknown one is a 400, the only status all group calls declare."""
    _check_admin(call)
    for group in groups_of(call.core, call.user.account_key):
        if group.key == _key(call, "groupKey"):
            return group
    raise errors.refuse(400, "NoSuchGroup", "The group does not exist.")


def _small_group(call: Call) -> tuple[Group, set[str]]:
    """Find the group and the keys of its organizers, at most 50 of them (documented)."""
    group = _group(call)
    keys = {user.key for user in users_in(call.core, group)}
    if len(keys) > MAX_GROUP_SIZE:
        raise errors.refuse(400, "GroupTooLarge", f"The group has more than {MAX_GROUP_SIZE} organizers.")
    return group, keys


def _may_manage(call: Call, organizer_key: str, account_key: str) -> bool:
    return organizer_key == call.user.key or (call.user.is_admin and account_key == call.user.account_key)


def _meeting(call: Call) -> Meeting:
    """Find a meeting; somebody else's is not found: 403 is not among the statuses declared for it."""
    meeting = call.core.state.meetings.get(_key(call, "meetingId"))
    if meeting is None or not _may_manage(call, meeting.organizer_key, meeting.account_key):
        raise errors.no_such_meeting()
    return meeting


# Reading


def _instant(call: Call, value: object, name: str) -> datetime:
    try:
        instant = parse_instant(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None or not isinstance(value, str):
        raise errors.invalid_request(f"{name} must be a time such as 2026-09-01T14:00:00Z.")
    if has_offset(value) and call.core.switches.text("offsets_in_times") == "refuse":
        raise errors.invalid_request(f"{name} must be in UTC, with Z.")
    return instant


def _range(call: Call, *, is_required: bool = True) -> tuple[datetime, datetime]:
    for name in ("startDate", "endDate"):
        if is_required and not call.query.get(name):
            raise errors.invalid_request(f"{name} is missing.")
    start = _instant(call, call.query["startDate"], "startDate") if call.query.get("startDate") else LONG_AGO
    end = _instant(call, call.query["endDate"], "endDate") if call.query.get("endDate") else FAR_AHEAD
    if end < start:
        raise errors.invalid_request("endDate lies before startDate.")
    return start, end


def _flag(call: Call, name: str) -> bool:
    text = call.query.get(name, "false").lower()
    if text not in ("true", "false"):
        raise errors.invalid_request(f"{name} must be true or false.")
    return text == "true"


def _text(body: dict[str, Any], name: str, limit: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise errors.invalid_request(f"{name} is missing.")
    if len(value) > limit:
        raise errors.invalid_request(f"{name} is longer than {limit} characters.")
    return value


def _plan(call: Call) -> dict[str, Any]:
    """Read a whole definition: every member is needed, `timezonekey` as an empty text (documented)."""
    body = call.json_object()
    subject = _text(body, "subject", 100)
    if "<" in subject or ">" in subject:
        raise errors.invalid_request("subject must have &lt; and &gt; for < and >.")
    if body.get("meetingtype") not in KINDS:
        raise errors.invalid_request("meetingtype must be immediate, scheduled or recurring.")
    if not isinstance(body.get("passwordrequired"), bool):
        raise errors.invalid_request("passwordrequired must be true or false.")
    if body.get("timezonekey") != "":
        raise errors.invalid_request("timezonekey must be sent as an empty text.")
    starts_at, ends_at = (_instant(call, body.get(name), name) for name in ("starttime", "endtime"))
    if ends_at <= starts_at:
        raise errors.invalid_request("endtime must lie after starttime.")
    if body["meetingtype"] == "scheduled" and ends_at <= call.core.clock.now():
        raise errors.invalid_request("endtime must lie in the future.")
    return {
        "subject": subject,
        "kind": cast(MeetingKind, body["meetingtype"]),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "audio": _text(body, "conferencecallinfo", 255),
        "is_password_required": body["passwordrequired"],
    }


# Meetings


def create_meeting(call: Call) -> Answer:
    meeting = store.schedule(call.core, call.user, **_plan(call))
    return Answer(201, [responses.created(call.core, meeting)])


def get_meeting(call: Call) -> Answer:
    return Answer(200, [responses.detail(_meeting(call))])


def update_meeting(call: Call) -> Answer:
    meeting = _meeting(call)
    plan = _plan(call)
    if meeting.live_session_key is not None:
        raise errors.refuse(400, "MeetingInSession", "The meeting is in session.")  # assumed
    for name, value in plan.items():
        setattr(meeting, name, value)
    call.core.state.meetings.put(meeting.key, meeting)
    return Answer(204)


def delete_meeting(call: Call) -> Answer:
    meeting = _meeting(call)
    if meeting.live_session_key is not None:
        raise errors.refuse(400, "MeetingInSession", "The meeting is in session.")  # assumed
    store.cancel(call.core, meeting)
    return Answer(204)


def start_meeting(call: Call) -> Answer:
    """Give a link that starts the meeting without a sign-in, once."""
    meeting = _meeting(call)
    expires_at = call.core.clock.now() + HOST_PASS_LIFETIME
    host_pass = HostPass(token_urlsafe(24), call.user.key, meeting.key, expires_at)
    call.core.state.host_passes.put(host_pass.token, host_pass)
    return Answer(200, {"hostURL": f"{call.core.public_url}/host/meeting/{meeting.key}?token={host_pass.token}"})


def get_attendees_of_meeting(call: Call) -> Answer:
    """Every session of a meeting, or the one whose key stands in its place (as GoTo's 2019 collection has it)."""
    key = _key(call, "meetingId")
    meeting = call.core.state.meetings.get(key)
    sessions = [
        session
        for session in call.core.state.sessions
        if session.product == "meeting"
        and key in (session.event_key, session.key)
        and _may_manage(call, session.organizer_key, session.account_key)
    ]
    if not sessions and (meeting is None or not _may_manage(call, meeting.organizer_key, meeting.account_key)):
        raise errors.no_such_meeting()
    return _rows(call, sessions, lambda *row: responses.attendee_of_meeting(call.core, *row))


def _rows(call: Call, sessions: list[Session], write: Row) -> Answer:
    """One row per join, in the order of the joins."""
    joins = [
        (session, presence, stay)
        for session in sessions
        if is_published(call.core, session)
        for presence in call.core.state.presences_of(session.key)
        for stay in presence.stays
    ]
    joins.sort(key=lambda join: (join[2].joined_at, join[1].registrant_key))
    return Answer(200, [write(*join) for join in joins])


# Lists


def get_upcoming(call: Call) -> Answer:
    return _upcoming(call, call.user)


def get_upcoming_of_organizer(call: Call) -> Answer:
    return _upcoming(call, _organizer(call))


def _upcoming(call: Call, organizer: User) -> Answer:
    meetings = store.upcoming(call.core, {organizer.key})
    return Answer(200, [responses.upcoming(call.core, meeting) for meeting in meetings])


def get_historical(call: Call) -> Answer:
    return _historical(call, call.user)


def get_historical_of_organizer(call: Call) -> Answer:
    return _historical(call, _organizer(call))


def _historical(call: Call, organizer: User) -> Answer:
    sessions = store.held(call.core, {organizer.key}, *_range(call))
    return Answer(200, [responses.historical(call.core, session) for session in sessions])


def get_history(call: Call) -> Answer:
    """The deprecated list. Assumed: without history=true there is nothing to list."""
    if not _flag(call, "history"):
        return Answer(200, [])
    sessions = store.held(call.core, {call.user.key}, *_range(call))
    return Answer(200, [responses.history(call.core, session) for session in sessions])


def get_meetings_of_organizer(call: Call) -> Answer:
    """The deprecated list: `scheduled=true` for what comes, `history=true` and dates for what was."""
    organizer = _organizer(call)
    is_history, is_scheduled = _flag(call, "history"), _flag(call, "scheduled")
    meetings = store.upcoming(call.core, {organizer.key}) if is_scheduled or not is_history else []
    if is_history:
        keys = {session.event_key for session in store.held(call.core, {organizer.key}, *_range(call))}
        meetings += [m for m in call.core.state.meetings if m.key in keys and m not in meetings]
    return Answer(200, [responses.of_organizer(meeting) for meeting in meetings])


def get_attendees_of_organizer(call: Call) -> Answer:
    """Everybody who was in an organizer's meetings; for administrators, also where it is themselves (documented)."""
    _check_admin(call)
    organizer = _organizer(call)
    sessions = store.held(call.core, {organizer.key}, *_range(call))
    return _rows(call, sessions, lambda *row: responses.attendee_of_organizer(call.core, *row))


# Groups


def get_groups(call: Call) -> Answer:
    _check_admin(call)
    groups = groups_of(call.core, call.user.account_key)
    return Answer(200, [responses.group(call.core, group) for group in groups])


def get_organizers_of_group(call: Call) -> Answer:
    return Answer(200, [responses.organizer(call.core, user) for user in users_in(call.core, _group(call))])


def create_organizer_in_group(call: Call) -> Answer:
    return _create_organizer(call, _group(call).key)


def get_attendees_of_group(call: Call) -> Answer:
    group, keys = _small_group(call)
    sessions = store.held(call.core, keys, *_range(call, is_required=False))
    return _rows(call, sessions, lambda *row: responses.attendee_of_group(call.core, group, *row))


def get_upcoming_of_group(call: Call) -> Answer:
    group, keys = _small_group(call)
    meetings = store.upcoming(call.core, keys)
    return Answer(200, [responses.upcoming_of_group(call.core, group, meeting) for meeting in meetings])


def get_historical_of_group(call: Call) -> Answer:
    group, keys = _small_group(call)
    sessions = store.held(call.core, keys, *_range(call))
    return Answer(200, [responses.historical_of_group(call.core, group, session) for session in sessions])


def get_history_of_group(call: Call) -> Answer:
    """The deprecated list of a group. Assumed: `history` must be true, it lists nothing else."""
    group, keys = _small_group(call)
    if not _flag(call, "history"):
        raise errors.invalid_request("history must be true.")
    sessions = store.held(call.core, keys, *_range(call))
    return Answer(200, [responses.history_of_group(call.core, group, session) for session in sessions])


# Organizers


def get_organizers(call: Call) -> Answer:
    _check_admin(call)
    users = [user for user in call.core.state.users if user.account_key == call.user.account_key]
    if email := call.query.get("email", "").lower():
        users = [user for user in users if user.email.lower() == email]
        if not users:
            raise errors.no_such_organizer()
    return Answer(200, [responses.organizer(call.core, user) for user in users])


def get_organizer(call: Call) -> Answer:
    return Answer(200, [responses.organizer(call.core, _organizer(call))])


def create_organizer(call: Call) -> Answer:
    _check_admin(call)
    return _create_organizer(call, None)


def _create_organizer(call: Call, group_key: str | None) -> Answer:
    body = call.json_object()
    email = _text(body, "organizerEmail", 128)
    first_name, last_name = _text(body, "firstName", 128), _text(body, "lastName", 128)
    if not is_email(email):
        raise errors.invalid_request("organizerEmail must be an e-mail address.")
    if call.core.state.user_by_email(email) is not None:
        raise errors.refuse(409, "OrganizerExists", "There is an organizer with this e-mail address.")
    user = add_person(
        call.core,
        call.user.account_key,
        email=email,
        first_name=first_name,
        last_name=last_name,
        products=[_product(body)],
        group_key=group_key,
    )
    return Answer(201, [responses.organizer_short(user)])


def _product(body: dict[str, Any]) -> str:
    product = body.get("productType")
    if product not in PRODUCTS:
        raise errors.invalid_request(f"productType must be one of {', '.join(PRODUCTS)}.")
    return str(product)


def update_organizer(call: Call) -> Answer:
    """Add one product, or suspend: take all away (documented)."""
    _check_admin(call)
    organizer = _organizer(call)
    body = call.json_object()
    if "status" in body:
        if body["status"] != "suspended":
            raise errors.invalid_request("status can only be suspended.")
        organizer.products = []
    else:
        organizer.products = with_meetings([*organizer.products, _product(body)])
    call.core.state.users.put(organizer.key, organizer)
    return Answer(204)


def delete_organizer(call: Call) -> Answer:
    _check_admin(call)
    organizer = _organizer(call)
    if organizer.key == call.user.key:
        raise errors.access_denied("Nobody can delete themselves.")  # assumed
    remove_person(call.core, organizer)
    return Answer(204)


def delete_organizer_by_email(call: Call) -> Answer:
    """As `delete_organizer`; what cannot be done is a 400, the only refusal it declares."""
    _check_admin(call)
    user = call.core.state.user_by_email(call.query.get("email", ""))
    if user is None or user.account_key != call.user.account_key:
        raise errors.invalid_request("email names no organizer of the account.")
    if user.key == call.user.key:
        raise errors.invalid_request("Nobody can delete themselves.")  # assumed
    remove_person(call.core, user)
    return Answer(204)


RANGE = ("startDate", "endDate")
GROUP, MEETING, ORGANIZER = "/groups/{groupKey}", "/meetings/{meetingId}", "/organizers/{organizerKey}"
IN_GROUP, OF_ORGANIZER = "groups.groupKey.", "organizers.organizerKey."

PRODUCT = Product(
    name="meeting",
    base_path="/G2M/rest",
    refuse=errors.refuse,
    licences=("G2M", "G2W", "G2T"),
    operations=(
        Operation("groups.get", "GET", "/groups", get_groups),
        Operation(IN_GROUP + "attendees.get", "GET", GROUP + "/attendees", get_attendees_of_group, RANGE),
        Operation(
            IN_GROUP + "historicalMeetings.get", "GET", GROUP + "/historicalMeetings", get_historical_of_group, RANGE
        ),
        Operation(IN_GROUP + "meetings.get", "GET", GROUP + "/meetings", get_history_of_group, ("history", *RANGE)),
        Operation(IN_GROUP + "organizers.get", "GET", GROUP + "/organizers", get_organizers_of_group),
        Operation(IN_GROUP + "organizers.post", "POST", GROUP + "/organizers", create_organizer_in_group),
        Operation(IN_GROUP + "upcomingMeetings.get", "GET", GROUP + "/upcomingMeetings", get_upcoming_of_group),
        Operation("historicalMeetings.get", "GET", "/historicalMeetings", get_historical, RANGE),
        Operation("meetings.get", "GET", "/meetings", get_history, ("history", *RANGE)),
        Operation("meetings.post", "POST", "/meetings", create_meeting),
        Operation("meetings.meetingId.delete", "DELETE", MEETING, delete_meeting),
        Operation("meetings.meetingId.get", "GET", MEETING, get_meeting),
        Operation("meetings.meetingId.put", "PUT", MEETING, update_meeting),
        Operation("meetings.meetingId.attendees.get", "GET", MEETING + "/attendees", get_attendees_of_meeting),
        Operation("meetings.meetingId.start.get", "GET", MEETING + "/start", start_meeting),
        Operation("organizers.delete", "DELETE", "/organizers", delete_organizer_by_email, ("email",)),
        Operation("organizers.get", "GET", "/organizers", get_organizers, ("email",)),
        Operation("organizers.post", "POST", "/organizers", create_organizer),
        Operation(OF_ORGANIZER + "delete", "DELETE", ORGANIZER, delete_organizer),
        Operation(OF_ORGANIZER + "get", "GET", ORGANIZER, get_organizer),
        Operation(OF_ORGANIZER + "put", "PUT", ORGANIZER, update_organizer),
        Operation(OF_ORGANIZER + "attendees.get", "GET", ORGANIZER + "/attendees", get_attendees_of_organizer, RANGE),
        Operation(
            OF_ORGANIZER + "historicalMeetings.get",
            "GET",
            ORGANIZER + "/historicalMeetings",
            get_historical_of_organizer,
            RANGE,
        ),
        Operation(
            OF_ORGANIZER + "meetings.get",
            "GET",
            ORGANIZER + "/meetings",
            get_meetings_of_organizer,
            ("scheduled", "history", *RANGE),
        ),
        Operation(
            OF_ORGANIZER + "upcomingMeetings.get", "GET", ORGANIZER + "/upcomingMeetings", get_upcoming_of_organizer
        ),
        Operation("upcomingMeetings.get", "GET", "/upcomingMeetings", get_upcoming),
    ),
)
