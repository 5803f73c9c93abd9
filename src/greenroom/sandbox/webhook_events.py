"""The events GoToWebinar pushes, put into the queue for those who subscribed."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Delivery, Poll, Registrant, TimeRange, Webinar
from greenroom.sandbox.times import write_instant, write_instant_ms

EVENT_NAMES = ("registrant.added", "registrant.joined", "webinar.created", "webinar.changed", "survey.submitted")

# REST's name for a registration field -> the event's name for it (GoTo's table of fields of the event).
_EVENT_FIELDS = {
    "phone": "phone",
    "address": "address",
    "city": "city",
    "state": "state",
    "country": "country",
    "zipCode": "zipCode",
    "organization": "organization",
    "jobTitle": "jobTitle",
    "industry": "Industry",
    "questionsAndComments": "comments",
    "numberOfEmployees": "numberOfEmployees",
    "purchasingRole": "purchasingRole",
    "purchasingTimeFrame": "purchasingTimeFrame",
}


def announce_created(core: Core, webinar: Webinar) -> None:
    fields = _webinar_fields(webinar)
    fields |= {
        "recurrenceKey": int(webinar.recurrence_key) if webinar.recurrence_key else None,
        "webinarCreationDate": write_instant(webinar.created_at),
        "status": "NEW",
    }
    _queue(core, webinar.organizer_key, "webinar.created", fields)


def announce_changed(core: Core, webinar: Webinar, status: str) -> None:
    """Tell that a webinar is UPDATED or DELETED."""
    _queue(core, webinar.organizer_key, "webinar.changed", _webinar_fields(webinar) | {"status": status})


def announce_added(core: Core, webinar: Webinar, registrant: Registrant) -> None:
    fields: dict[str, Any] = {
        "firstName": registrant.first_name,
        "lastName": registrant.last_name,
        "email": registrant.email,
    }
    fields |= {_EVENT_FIELDS[name]: text for name, text in registrant.answers.items() if name in _EVENT_FIELDS}
    fields |= {
        "registrationDate": write_instant_ms(registrant.registered_at),
        "status": registrant.status,
        "registrantKey": int(registrant.key),
        **_event_of(webinar),
    }
    if registrant.source is not None:
        fields["registrationSource"] = registrant.source
    if registrant.status == "APPROVED":
        fields["joinUrl"] = f"{core.public_url}/join/{webinar.key}/{registrant.number}"
    fields["responses"] = _responses(webinar, registrant)
    _queue(core, webinar.organizer_key, "registrant.added", fields)


def announce_joined(
    core: Core, webinar: Webinar, registrant: Registrant, session_key: str, joined_at: datetime
) -> None:
    fields = {
        "firstName": registrant.first_name,
        "lastName": registrant.last_name,
        "email": registrant.email,
        "sessionKey": int(session_key),
        "registrantKey": int(registrant.key),
        "joinTime": int(joined_at.timestamp() * 1000),
        **_event_of(webinar),
    }
    _queue(core, webinar.organizer_key, "registrant.joined", fields)


def announce_survey(core: Core, webinar: Webinar, session_key: str, registrant_key: str, poll: Poll) -> None:
    """Tell that an attendee sent the survey in. Assumed: the survey is called by its question here."""
    response = {
        "questionText": poll.question,
        "questionType": "MULTIPLE_CHOICE" if poll.choices else "SHORT_ANSWER",
        "answerText": poll.answers[registrant_key],
    }
    fields: dict[str, Any] = {
        "sessionKey": int(session_key),
        "registrantKey": int(registrant_key),
        "surveyName": poll.question,
        "responses": [response],
        **_event_of(webinar),
    }
    del fields["recurrenceType"]  # not among the fields of this event
    _queue(core, webinar.organizer_key, "survey.submitted", fields)


def _event_of(webinar: Webinar) -> dict[str, Any]:
    return {
        "webinarKey": int(webinar.key),
        "webinarTitle": webinar.subject,
        "experienceType": webinar.experience,
        "recurrenceType": webinar.recurrence,
        "webinarCreatorKey": int(webinar.organizer_key),
    }


def _webinar_fields(webinar: Webinar) -> dict[str, Any]:
    return {
        "accountKey": int(webinar.account_key),
        "organizerKey": int(webinar.organizer_key),
        "webinarKey": int(webinar.key),
        "webinarTitle": webinar.subject,
        "description": webinar.description,
        "experienceType": webinar.experience,
        "recurrenceType": webinar.recurrence,
        "times": [_range(times) for times in webinar.times],
        "timeZone": webinar.time_zone,
    }


def _range(times: TimeRange) -> dict[str, str]:
    return {"startTime": write_instant(times.starts_at), "endTime": write_instant(times.ends_at)}


def _responses(webinar: Webinar, registrant: Registrant) -> list[dict[str, Any]]:
    questions = {question.key: question for question in webinar.questions}
    return [
        {
            "questionText": questions[response.question_key].text,
            "questionType": "MULTIPLE_CHOICE"
            if questions[response.question_key].kind == "multipleChoice"
            else "SHORT_ANSWER",
            "answerText": [response.text],
        }
        for response in registrant.responses
        if response.question_key in questions
    ]


def _queue(core: Core, organizer_key: str, event_name: str, fields: dict[str, Any]) -> None:
    now = core.clock.now()
    for subscription in core.state.subscriptions:
        webhook = core.state.webhooks.get(subscription.webhook_key)
        if webhook is None or webhook.event_name != event_name or subscription.user_key != organizer_key:
            continue
        if not (webhook.is_active and subscription.is_active):
            continue
        # One event instance has one key however many times it is sent; each subscriber gets an instance of its own.
        body = {
            "eventName": event_name,
            "eventVersion": webhook.event_version,
            "product": "g2w",
            "eventKey": uuid4().hex[:16],
            "timestamp": write_instant_ms(now),
            **fields,
        }
        delivery = Delivery(
            key=uuid4().hex,
            client_id=webhook.client_id,
            callback_url=subscription.callback_url or webhook.callback_url,
            event_name=event_name,
            body=msgspec.json.encode(body).decode(),
            created_at=now,
            next_attempt_at=now,
        )
        core.state.deliveries.put(delivery.key, delivery)
