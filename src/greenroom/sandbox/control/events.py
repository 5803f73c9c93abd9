"""Webinars and trainings, with what GoTo's API cannot set, and who was there."""

from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from greenroom.sandbox import rooms
from greenroom.sandbox.control.body import Body, ControlError, only, read_at, read_instant, read_whole, user_of
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    AskedQuestion,
    Choice,
    Event,
    FieldSetting,
    Poll,
    Presence,
    Question,
    Recording,
    Registrant,
    Session,
    Stay,
    TimeRange,
    Training,
    Webinar,
)
from greenroom.sandbox.registering import RegistrationError, decide_on, register_person
from greenroom.sandbox.seed_people import generated_people
from greenroom.sandbox.times import write_instant_ms
from greenroom.sandbox.training import responses as training_responses
from greenroom.sandbox.training import store as training_store
from greenroom.sandbox.webhook_events import announce_survey
from greenroom.sandbox.webinar import responses as webinar_responses
from greenroom.sandbox.webinar import store as webinar_store
from greenroom.sandbox.webinar.fields import InvalidFieldError, check_settings

MAX_GENERATED = 100_000_000
EVENT_MEMBERS = (
    "organizer_key",
    "organizer",
    "title",
    "description",
    "starts_at",
    "duration_minutes",
    "times",
    "time_zone",
    "approval",
    "limit",
    "registrants",
)


def read_times(core: Core, body: Body) -> list[TimeRange]:
    """Read `times` [[from, to], ...], or `starts_at` (an hour from now) and `duration_minutes` (60)."""
    if "times" in body:
        ranges = [TimeRange(read_instant(a, "times"), read_instant(b, "times")) for a, b in body["times"]]
        if not ranges or any(r.ends_at <= r.starts_at for r in ranges):
            raise ControlError(400, "times must hold pairs whose end lies after the start.")
        return ranges
    default = core.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    starts_at = read_instant(body["starts_at"], "starts_at") if "starts_at" in body else default
    return [TimeRange(starts_at, starts_at + timedelta(minutes=read_whole(body, "duration_minutes", 60) or 60))]


def _approval(body: Body) -> Any:
    approval = body.get("approval", "AUTOMATIC")
    if approval not in ("AUTOMATIC", "MANUAL"):
        raise ControlError(400, "approval must be AUTOMATIC or MANUAL.")
    return approval


def create_webinars(core: Core, body: Body) -> Body:
    """Create a webinar with anything the API of GoTo cannot set: fields, questions, approval, limit, people."""
    only(body, *EVENT_MEMBERS, "type", "fields", "questions", "experience", "generated_registrants")
    kind = body.get("type", "single_session")
    if kind not in ("single_session", "series", "sequence"):
        raise ControlError(400, "type must be single_session, series or sequence.")
    plan = webinar_store.WebinarPlan(
        subject=str(body.get("title", "A webinar")),
        description=str(body.get("description", "")),
        times=read_times(core, body),
        time_zone=body.get("time_zone"),
        recurrence=cast(webinar_store.Recurrence, kind),
        approval=_approval(body),
        registration_limit=read_whole(body, "limit", 0),
        fields=_fields(body.get("fields", [])),
        questions=_questions(core, body.get("questions", [])),
        generated=min(read_whole(body, "generated_registrants", 0), MAX_GENERATED),
    )
    webinars = webinar_store.create(core, user_of(core, body), plan)
    for webinar in webinars:
        add_people(core, webinar, body.get("registrants", 0))
    return {
        "key": webinars[0].key,
        "keys": [webinar.key for webinar in webinars],
        "recurrence_key": webinars[0].recurrence_key,
        "webinar": webinar_responses.detail(core, webinars[0]),
    }


def _fields(items: list[Any]) -> list[FieldSetting]:
    """Read names, or objects of name and is_required."""
    try:
        settings = [
            FieldSetting(item) if isinstance(item, str) else msgspec.convert(item, FieldSetting) for item in items
        ]
        check_settings(settings)
    except (msgspec.ValidationError, InvalidFieldError) as error:
        raise ControlError(400, str(error)) from None
    return settings


def _questions(core: Core, items: list[Any]) -> list[Question]:
    """Read objects of text, is_required and, for a multiple choice, choices (texts)."""
    questions = []
    for item in items:
        if not isinstance(item, dict) or not item.get("text"):
            raise ControlError(400, "A question needs text.")
        only(item, "text", "is_required", "choices", "max_size")
        choices = [Choice(number, str(text)) for number, text in enumerate(item.get("choices", []))]
        questions.append(
            Question(
                key=core.state.new_number(),
                text=str(item["text"]),
                kind="multipleChoice" if choices else "shortAnswer",
                is_required=bool(item.get("is_required", False)),
                max_size=0 if choices else read_whole(item, "max_size", 128),
                choices=choices,
            )
        )
    return questions


def create_training(core: Core, body: Body) -> Body:
    only(body, *EVENT_MEMBERS, "co_organizer_keys")
    organizer = user_of(core, body)
    training = training_store.schedule(
        core,
        organizer,
        name=str(body.get("title", "A training")),
        description=str(body.get("description", "")),
        times=read_times(core, body),
        time_zone=body.get("time_zone") or organizer.time_zone,
        organizer_keys=[str(key) for key in body.get("co_organizer_keys", [])],
        approval=_approval(body),
        registration_limit=read_whole(body, "limit", 0),
    )
    add_people(core, training, body.get("registrants", 0))
    return {"key": training.key, "training": training_responses.training(core, training)}


def add_people(core: Core, event: Webinar | Training, people: object) -> list[Registrant]:
    """Register a number of generated people quickly, or the ones listed."""
    if isinstance(people, int) and not isinstance(people, bool) and people >= 0:
        first = core.state.count_registrants(event.key)
        names = generated_people(people, first=first)
        webinar_store.register_many(core, event, names, timedelta(days=14))
        return []
    if not isinstance(people, list):
        raise ControlError(400, "registrants must be a number or a list of people.")
    return [_register(core, event, person) for person in people]


def _register(core: Core, event: Webinar | Training, person: Any) -> Registrant:
    if not isinstance(person, dict) or not person.get("email"):
        raise ControlError(400, "A person needs an email.")
    try:
        return register_person(core, event, person)
    except RegistrationError as error:
        raise ControlError(400 if error.is_invalid else 409, str(error)) from error


def event_of(core: Core, kind: str, key: str) -> Webinar | Training:
    event: Webinar | Training | None = (
        core.state.webinars.get(key) if kind == "webinars" else core.state.trainings.get(key)
    )
    if event is None:
        raise ControlError(404, f"There is no such event among the {kind}.")
    return event


def add_registrants(core: Core, body: Body, kind: str, key: str) -> Body:
    only(body, "registrants")
    event = event_of(core, kind, key)
    added = add_people(core, event, body.get("registrants"))
    return {
        "total": core.state.count_registrants(event.key),
        "registrants": [{"key": r.key, "email": r.email, "join_path": _join_path(event, r)} for r in added],
    }


def _join_path(event: Event, registrant: Registrant) -> str:
    middle = "" if isinstance(event, Webinar) else "training/"
    return f"/join/{middle}{event.key}/{registrant.number}"


def person_of(core: Core, event: Event, email: object) -> Registrant:
    registrant = core.state.registrant_by_email(event.key, str(email))
    if registrant is None:
        raise ControlError(404, "Nobody with this e-mail address is registered.")
    return registrant


def decide(core: Core, body: Body, kind: str, key: str) -> Body:
    """Approve or deny a registrant, as the organizer does on the portal."""
    only(body, "email", "status")
    event = event_of(core, kind, key)
    if body.get("status") not in ("APPROVED", "DENIED"):
        raise ControlError(400, "status must be APPROVED or DENIED.")
    registrant = person_of(core, event, body.get("email"))
    decide_on(core, event, registrant, body["status"])
    return {"email": registrant.email, "status": registrant.status}


def launch(core: Core, body: Body, kind: str, key: str) -> Body:
    only(body, "at")
    event = event_of(core, kind, key)
    session = rooms.launch(core, event, organizer_key=event.organizer_key, at=read_at(body))
    return {"session_key": session.key, "started_at": write_instant_ms(session.started_at)}


def end(core: Core, body: Body, kind: str, key: str) -> Body:
    only(body, "at")
    session = rooms.end(core, event_of(core, kind, key), at=read_at(body))
    return session_summary(core, session.key)


def session_summary(core: Core, session_key: str) -> Body:
    session = core.state.sessions[session_key]
    return {
        "session_key": session.key,
        "started_at": write_instant_ms(session.started_at),
        "ended_at": write_instant_ms(session.ended_at) if session.ended_at else None,
        "people": [presence_told(core, session_key, p) for p in core.state.presences_of(session_key)],
    }


def presence_told(core: Core, session_key: str, presence: Presence) -> Body:
    return {
        "email": presence.email,
        "is_in_room": presence.is_in_room,
        "attended_seconds": rooms.attended_seconds(core, core.state.sessions[session_key], presence),
        "stays": [
            [write_instant_ms(s.joined_at), write_instant_ms(s.left_at) if s.left_at else None] for s in presence.stays
        ],
    }


def move_person(core: Core, body: Body, kind: str, key: str) -> Body:
    """Let a registrant come in or go out."""
    only(body, "email", "action", "at", "device")
    event = event_of(core, kind, key)
    registrant = person_of(core, event, body.get("email"))
    action, device = body.get("action"), str(body.get("device", ""))
    if action == "join":
        presence = rooms.enter(core, event, registrant, at=read_at(body), device=device)
    elif action == "leave":
        presence = rooms.leave(core, event, registrant.key, at=read_at(body), device=device or None)
    else:
        raise ControlError(400, "action must be join or leave.")
    return presence_told(core, presence.session_key, presence)


def write_attendance(core: Core, body: Body, kind: str, key: str) -> Body:
    """Write a session that is over, with who was there and when."""
    only(body, "started_at", "ended_at", "people")
    event = event_of(core, kind, key)
    started_at, ended_at = (
        read_instant(body.get("started_at"), "started_at"),
        read_instant(body.get("ended_at"), "ended_at"),
    )
    if ended_at < started_at:
        raise ControlError(400, "ended_at lies before started_at.")
    stays = {}
    for person in body.get("people", []):
        only(person, "email", "intervals")
        their_stays = [read_stay(pair, started_at, ended_at) for pair in person.get("intervals", [[None, None]])]
        stays[person_of(core, event, person.get("email")).key] = their_stays
    session = rooms.record_session(core, event, started_at=started_at, ended_at=ended_at, stays=stays)
    return session_summary(core, session.key)


def read_stay(pair: Any, started_at: datetime, ended_at: datetime) -> Stay:
    """Read one interval; null is the session's own start or end."""
    if not isinstance(pair, list) or len(pair) != 2:
        raise ControlError(400, "An interval is a pair of times.")
    joined_at = started_at if pair[0] is None else read_instant(pair[0], "intervals")
    left_at = ended_at if pair[1] is None else read_instant(pair[1], "intervals")
    if not started_at <= joined_at <= left_at <= ended_at:
        raise ControlError(400, "Intervals must lie inside the session, each leave after its join.")
    return Stay(joined_at, left_at)


def add_recording(core: Core, body: Body, kind: str, key: str) -> Body:
    only(body, "name", "started_at", "ended_at", "description")
    event = event_of(core, kind, key)
    recording = Recording(
        key=core.state.new_key(),
        event_key=event.key,
        name=str(body.get("name") or event.title),
        started_at=read_instant(body.get("started_at"), "started_at"),
        ended_at=read_instant(body.get("ended_at"), "ended_at"),
        description=str(body.get("description", "")),
    )
    core.state.recordings.put(recording.key, recording)
    return {"key": recording.key}


def _session(core: Core, event: Event, body: Body) -> Session:
    """The session a body names by `session_key`, or the event's latest."""
    sessions = core.state.sessions_of(event.key)
    found = [s for s in sessions if body.get("session_key") in (None, s.key)]
    if not found:
        raise ControlError(404, "The event has no such session.")
    return found[-1]


def _attendee(core: Core, session: Session, email: object) -> Presence:
    for presence in core.state.presences_of(session.key):
        if presence.email.lower() == str(email).lower():
            return presence
    raise ControlError(404, "Nobody with this e-mail address was in the session.")


def add_poll(core: Core, body: Body, key: str) -> Body:
    """Write a poll or a line of the survey, with what attendees answered."""
    only(body, "session_key", "kind", "question", "choices", "answers")
    event = event_of(core, "webinars", key)
    session = _session(core, event, body)
    kind = body.get("kind", "poll")
    if kind not in ("poll", "survey") or not body.get("question"):
        raise ControlError(400, "question is needed; kind must be poll or survey.")
    answers: dict[str, list[str]] = {}
    for item in body.get("answers", []):
        only(item, "email", "answers")
        given = [str(text) for text in item.get("answers", [])]
        if not given:
            raise ControlError(400, "answers must hold at least one text for each person.")
        answers[_attendee(core, session, item.get("email")).registrant_key] = given
    choices = [str(choice) for choice in body.get("choices", [])]
    poll = Poll(core.state.new_key(), session.key, kind, str(body["question"]), choices, answers)
    core.state.polls.put(poll.key, poll)
    if kind == "survey" and isinstance(event, Webinar):
        for registrant_key in answers:
            announce_survey(core, event, session.key, registrant_key, poll)
    return {"key": poll.key, "session_key": session.key}


def add_question(core: Core, body: Body, key: str) -> Body:
    """Write a question an attendee asked; with `answer` the webinar's organizer answered it."""
    only(body, "session_key", "email", "question", "at", "answer")
    event = event_of(core, "webinars", key)
    session = _session(core, event, body)
    if not body.get("question"):
        raise ControlError(400, "question is needed.")
    asked_at = read_at(body) or session.started_at
    question = AskedQuestion(
        key=core.state.new_key(),
        session_key=session.key,
        registrant_key=_attendee(core, session, body.get("email")).registrant_key,
        text=str(body["question"]),
        asked_at=asked_at,
    )
    if body.get("answer"):
        question.answer = str(body["answer"])
        question.answered_by_key = event.organizer_key
        question.answered_at = asked_at + timedelta(minutes=1)
    core.state.questions.put(question.key, question)
    return {"key": question.key, "session_key": session.key}
