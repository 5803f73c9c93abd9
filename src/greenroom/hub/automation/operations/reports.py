"""What became of events: sessions, who was there, what was asked and answered, recordings."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.goto import GotoError
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.lookups import find_event
from greenroom.hub.automation.operations.events import EventInput
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registry import Reply, operation
from greenroom.hub.automation.shapes.attendance import Presence, Session, SessionKey, to_presence, to_session
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.automation.shapes.events import EventId
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events import selectors
from greenroom.hub.events.models import Attendee, Event, EventSession
from greenroom.hub.events.products import can
from greenroom.hub.events.products.base import Ability, Poll
from greenroom.hub.events.services.answers import keep_answers_fresh, read_answers
from greenroom.hub.events.services.recordings import get_recording_url, keep_recordings_fresh, read_recordings

_TAGS = ["Reports"]


class SessionsInput(PageInput, frozen=True, kw_only=True):
    """Of which event, and which page."""

    event: EventId


class AttendeesInput(PageInput, frozen=True, kw_only=True):
    """Of which event or session, and which page."""

    event: EventId
    session_key: Annotated[str, told("Session key", "Only of this session.", choices="ListSessions", max_length=64)] = (
        ""
    )
    email: Annotated[str, told("Email", "Only whoever came under this address.", max_length=254)] = ""


class SessionInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which session of which event."""

    event: EventId
    session_key: SessionKey


class RecordingInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which recording of which event."""

    event: EventId
    recording_key: Annotated[
        str, told("Recording key", "As List recordings tells.", choices="ListRecordings", min_length=1, max_length=128)
    ]


class AnswerCount(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, and how many chose it."""

    answer: Annotated[str, told("Answer", "What could be chosen.")]
    people: Annotated[int, told("People", "How many chose it.")]


class AskedOfAll(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a poll or a survey, with how often each answer was given."""

    question: Annotated[str, told("Question", "What was asked.")]
    answers: Annotated[list[AnswerCount], told("Answers", "What was answered.")]


class AskedByOne(msgspec.Struct, frozen=True, kw_only=True):
    """A question somebody asked in the session."""

    question: Annotated[str, told("Question", "What was asked.")]
    asked_by: Annotated[str, told("Asked by", "Who asked, as GoTo tells.")]
    asked_at: Annotated[datetime | None, told("Asked at", "When, in UTC.")]
    answers: Annotated[list[str], told("Answers", "What was answered.")]


class SessionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and answered in a session."""

    session_key: Annotated[str, told("Session key", "What GoTo calls the session.")]
    polls: Annotated[list[AskedOfAll], told("Polls", "What everybody was asked.")]
    questions: Annotated[list[AskedByOne], told("Questions", "What people asked.")]
    surveys: Annotated[list[AskedOfAll], told("Surveys", "What people were asked at the end.")]
    read_at: Annotated[datetime, told("Read at", "When GoTo was last asked for it, in UTC.")]


class ListedRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording."""

    id: Id
    label: Annotated[str, told("Label", "Its name.")]
    recording_key: Annotated[str, told("Recording key", "What GoTo calls it.")]
    started_at: Annotated[datetime | None, told("Started at", "When it began, in UTC, if GoTo tells.")]
    ended_at: Annotated[datetime | None, told("Ended at", "When it ended or was ready, in UTC, if GoTo tells.")]


class RecordingLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recording can be downloaded for a while."""

    download_url: Annotated[str, told("Download URL", "Works for a while only; follow it, and do not keep it.")]


@operation("ListSessions", "GET", "/events/{event}/sessions", summary="List sessions", verb=Verb.READ, tags=_TAGS)
def list_sessions(caller: Caller, wanted: SessionsInput) -> Reply[list[Session]]:
    """Returns the times an event really took place, page by page."""
    event = find_event(caller, "", wanted.event)
    page, cursor = take_page(EventSession.objects.filter(event=event), wanted, caller, order="started_at")
    return Reply(body=[to_session(one) for one in page], next_cursor=cursor)


@operation("ListAttendees", "GET", "/events/{event}/attendees", summary="List attendees", verb=Verb.READ, tags=_TAGS)
def list_attendees(caller: Caller, wanted: AttendeesInput) -> Reply[list[Presence]]:
    """Returns who was there, with minutes and percent, each session by itself, page by page."""
    event = find_event(caller, "", wanted.event)
    attendees = Attendee.objects.filter(session__event=event).select_related("session", "registrant")
    if wanted.session_key:
        attendees = attendees.filter(session__session_key=wanted.session_key)
    if wanted.email:
        attendees = attendees.filter(email=wanted.email.strip().lower())
    page, cursor = take_page(attendees, wanted, caller)
    return Reply(body=[to_presence(one) for one in page], next_cursor=cursor)


@operation(
    "GetSessionReport",
    "GET",
    "/events/{event}/sessions/{session_key}/report",
    summary="Get polls and questions of a session",
    verb=Verb.READ,
    tags=_TAGS,
)
def get_session_report(caller: Caller, wanted: SessionInput) -> SessionReport:
    """Returns the polls, questions and surveys of a session. GoTo tells them of webinars only."""
    event = find_event(caller, "", wanted.event)
    if not can(event.product, Ability.ANSWERS):
        raise StateConflictError("GoTo tells polls and questions of webinars only.")
    session = EventSession.objects.select_related("event__connection").filter(
        event=event, session_key=wanted.session_key
    )
    found = session.first()
    if found is None:
        raise UnknownObjectError("This event has no such session. List sessions tells which it has.")
    return _report_of(found)


def _report_of(session: EventSession) -> SessionReport:
    answers = selectors.get_answers(session=session)
    if answers is None:
        _ask_goto(lambda: read_answers.call(session_id=session.pk, is_waited_for=True))
        answers = selectors.get_answers(session=session)
    else:
        keep_answers_fresh(session=session)
    assert answers is not None
    return SessionReport(
        session_key=session.session_key,
        polls=[_counted(one) for one in answers.polls],
        questions=[
            AskedByOne(question=one.question, asked_by=one.asked_by, asked_at=one.asked_at, answers=list(one.answers))
            for one in answers.questions
        ],
        surveys=[_counted(one) for one in answers.surveys],
        read_at=answers.read_at,
    )


def _counted(poll: Poll) -> AskedOfAll:
    return AskedOfAll(
        question=poll.question, answers=[AnswerCount(answer=answer, people=people) for answer, people in poll.answers]
    )


@operation("ListRecordings", "GET", "/events/{event}/recordings", summary="List recordings", verb=Verb.READ, tags=_TAGS)
def list_recordings(caller: Caller, wanted: EventInput) -> list[ListedRecording]:
    """Returns the recordings GoTo has of an event."""
    event = _recorded(caller, wanted.event)
    if event.recordings_read_at is None:
        _ask_goto(lambda: read_recordings.call(event_id=event.pk, is_waited_for=True))
    else:
        keep_recordings_fresh(event=event)
    return [
        ListedRecording(
            id=one.recording_key,
            label=one.name or one.recording_key,
            recording_key=one.recording_key,
            started_at=one.started_at,
            ended_at=one.ended_at,
        )
        for one in selectors.list_recordings(event=event)
    ]


@operation(
    "GetRecordingLink",
    "GET",
    "/events/{event}/recordings/{recording_key}/link",
    summary="Get download link of a recording",
    verb=Verb.READ,
    tags=_TAGS,
)
def recording_link(caller: Caller, wanted: RecordingInput) -> RecordingLink:
    """Returns where a recording can be downloaded for a while. It is asked for anew each time, and kept nowhere."""
    event = _recorded(caller, wanted.event)
    return RecordingLink(download_url=get_recording_url(event=event, recording_key=wanted.recording_key))


def _recorded(caller: Caller, named: str) -> Event:
    event = find_event(caller, "", named)
    if not can(event.product, Ability.RECORDINGS):
        raise StateConflictError("GoTo tells recordings of webinars and trainings only.")
    return event


def _ask_goto(ask: Callable[[], None]) -> None:
    """
    Ask GoTo while the caller waits.

    Raises:
        StateConflictError: GoTo says no.
    """
    try:
        ask()
    except GotoError as error:
        raise StateConflictError("GoTo does not tell this now. Try again later.") from error
