"""Sessions of webinars, who was there, and how it went."""

from typing import Any

from greenroom.sandbox.entities import Session
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.rooms import is_published, published_sessions
from greenroom.sandbox.webinar import errors, responses
from greenroom.sandbox.webinar.access import organizer_of, read_key, read_range, session_of, webinar_of
from greenroom.sandbox.webinar.answers import polls_of, statistics
from greenroom.sandbox.webinar.paging import hal_page
from greenroom.sandbox.webinar.paths import BOTH_SIZES, OF_ORGANIZER, RANGE, SESSION, WEBINAR


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


OPERATIONS = (
    Operation("getOrganizerSessions", "GET", OF_ORGANIZER + "/sessions", get_organizer_sessions, RANGE + BOTH_SIZES),
    Operation("getAllSessions", "GET", WEBINAR + "/sessions", get_sessions, BOTH_SIZES),
    Operation("getAttendeesForAllWebinarSessions", "GET", WEBINAR + "/attendees", get_all_attendees, BOTH_SIZES),
    Operation("getWebinarSession", "GET", SESSION, get_session_attendees),
    Operation("getAttendees", "GET", SESSION + "/attendees", get_session_attendees),
    Operation("getAttendee", "GET", SESSION + "/attendees/{registrantKey}", get_attendee),
    Operation("getPerformance", "GET", SESSION + "/performance", get_session_performance),
    Operation("getPerformanceForAllWebinarSessions", "GET", WEBINAR + "/performance", get_performance),
)
