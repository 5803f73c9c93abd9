"""Polls, surveys and questions of a session, as a whole and per attendee."""

from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import AskedQuestion, Poll, Presence, Session
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.times import write_instant
from greenroom.sandbox.webinar import errors
from greenroom.sandbox.webinar.access import read_key, session_of, webinar_of
from greenroom.sandbox.webinar.paths import SESSION


def polls_of(core: Core, session_key: str, kind: str) -> list[Poll]:
    return [poll for poll in core.state.polls if poll.session_key == session_key and poll.kind == kind]


def questions_of(core: Core, session_key: str) -> list[AskedQuestion]:
    found = [question for question in core.state.questions if question.session_key == session_key]
    return sorted(found, key=lambda question: question.asked_at)


def statistics(core: Core, session: Session) -> dict[str, Any]:
    """Count for the performance calls; percentages are of the attendees."""
    polls, surveys = polls_of(core, session.key, "poll"), polls_of(core, session.key, "survey")
    return {
        "pollCount": len(polls),
        "surveyCount": float(len(surveys)),
        "questionsAsked": len(questions_of(core, session.key)),
        "percentagePollsCompleted": _completed(core, session, polls),
        "percentageSurveysCompleted": _completed(core, session, surveys),
    }


def _completed(core: Core, session: Session, polls: list[Poll]) -> float:
    possible = len(polls) * len(core.state.presences_of(session.key))
    return round(100 * sum(len(poll.answers) for poll in polls) / possible, 1) if possible else 0.0


def _whole(poll: Poll) -> dict[str, Any]:
    """A poll with the share of each answer among those who answered."""
    total = len(poll.answers)
    given = [text for texts in poll.answers.values() for text in texts]
    texts = poll.choices or list(dict.fromkeys(given))
    return {
        "question": poll.question,
        "numberOfResponses": total,
        "responses": [
            {"text": text, "percentage": round(100 * given.count(text) / total, 1) if total else 0.0} for text in texts
        ],
    }


def _of_attendee(polls: list[Poll], registrant_key: str) -> list[dict[str, Any]]:
    return [
        {"question": poll.question, "answers": poll.answers[registrant_key], "answer": poll.answers[registrant_key][0]}
        for poll in polls
        if poll.answers.get(registrant_key)
    ]


def _asked(core: Core, session: Session, question: AskedQuestion) -> dict[str, Any]:
    presence = core.state.presence_of(session.key, question.registrant_key)
    presenter = core.state.users.get(question.answered_by_key or "")
    answers = []
    if question.answer is not None and presenter is not None and question.answered_at is not None:
        answers.append(
            {
                "answer": question.answer,
                "answeredBy": presenter.name,
                "answererRole": "ORGANIZER",
                "answererEmail": presenter.email,
                "answerTime": write_instant(question.answered_at),
            }
        )
    return {
        "question": question.text,
        "askedBy": presence.email if presence is not None else "",
        "askerKey": question.registrant_key,
        "dateAsked": write_instant(question.asked_at),
        "answers": answers,
    }


def _attendee_of(call: Call) -> tuple[Session, Presence]:
    session = session_of(call, webinar_of(call))
    presence = call.core.state.presence_of(session.key, read_key(call.path["registrantKey"], "registrantKey"))
    if presence is None:
        raise errors.not_found("Attendee with specified key does not exist.")
    return session, presence


def get_polls(call: Call) -> Answer:
    session = session_of(call, webinar_of(call))
    return Answer(200, [_whole(poll) for poll in polls_of(call.core, session.key, "poll")])


def get_surveys(call: Call) -> Answer:
    session = session_of(call, webinar_of(call))
    return Answer(200, [_whole(poll) for poll in polls_of(call.core, session.key, "survey")])


def get_questions(call: Call) -> Answer:
    session = session_of(call, webinar_of(call))
    return Answer(200, [_asked(call.core, session, item) for item in questions_of(call.core, session.key)])


def get_attendee_polls(call: Call) -> Answer:
    session, presence = _attendee_of(call)
    return Answer(200, _of_attendee(polls_of(call.core, session.key, "poll"), presence.registrant_key))


def get_attendee_surveys(call: Call) -> Answer:
    session, presence = _attendee_of(call)
    return Answer(200, _of_attendee(polls_of(call.core, session.key, "survey"), presence.registrant_key))


def get_attendee_questions(call: Call) -> Answer:
    session, presence = _attendee_of(call)
    asked = questions_of(call.core, session.key)
    own = [_asked(call.core, session, item) for item in asked if item.registrant_key == presence.registrant_key]
    return Answer(200, own)


ATTENDEE = SESSION + "/attendees/{registrantKey}"
OPERATIONS = (
    Operation("getPolls", "GET", SESSION + "/polls", get_polls),
    Operation("getSurveys", "GET", SESSION + "/surveys", get_surveys),
    Operation("getQuestions", "GET", SESSION + "/questions", get_questions),
    Operation("getAttendeePollAnswers", "GET", ATTENDEE + "/polls", get_attendee_polls),
    Operation("getAttendeeSurveyAnswers", "GET", ATTENDEE + "/surveys", get_attendee_surveys),
    Operation("getAttendeeQuestions", "GET", ATTENDEE + "/questions", get_attendee_questions),
)
