"""The answers of GoToWebinar, field by field, with the types each call gives its keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    CoOrganizer,
    Panelist,
    Presence,
    Registrant,
    Session,
    Subscription,
    TimeRange,
    Webhook,
    Webinar,
)
from greenroom.sandbox.rooms import attended_seconds
from greenroom.sandbox.times import write_instant, write_instant_ms
from greenroom.sandbox.webinar.fields import asked_fields


def times(ranges: list[TimeRange]) -> list[dict[str, str]]:
    return [{"startTime": write_instant(r.starts_at), "endTime": write_instant(r.ends_at)} for r in ranges]


def registration_url(core: Core, webinar: Webinar) -> str:
    if core.switches.text("registration_url") == "goto":
        return f"https://attendee.gotowebinar.com/register/{webinar.key}"
    return f"{core.public_url}/register/{webinar.key}"


def join_url(core: Core, registrant: Registrant) -> str:
    return f"{core.public_url}/join/{registrant.event_key}/{registrant.number}"


def list_item(core: Core, webinar: Webinar) -> dict[str, Any]:
    """
    A webinar in the lists: keys are text.

    `recurrenceKey` and `webinarId` are in no schema's properties but are there in practice (observed).
    """
    item = {
        "webinarKey": webinar.key,
        "webinarID": webinar.number,
        "webinarId": webinar.number,
        "organizerKey": webinar.organizer_key,
        "accountKey": webinar.account_key,
        "subject": webinar.subject,
        "description": webinar.description,
        "times": times(webinar.times),
        "timeZone": webinar.time_zone,
        "locale": webinar.locale,
        "approvalType": webinar.approval,
        "registrationUrl": registration_url(core, webinar),
        "impromptu": webinar.is_impromptu,
        "isPasswordProtected": webinar.is_password_protected,
        "recurrenceType": webinar.recurrence,
        "experienceType": webinar.experience,
    }
    if webinar.recurrence_key is not None:
        item["recurrenceKey"] = webinar.recurrence_key
    return item


def detail(core: Core, webinar: Webinar) -> dict[str, Any]:
    """A webinar by itself: keys are numbers, but for the account's."""
    organizer = core.state.users[webinar.organizer_key]
    is_number = core.switches.text("detail_webinar_key") == "number"
    body = {
        "webinarKey": int(webinar.key) if is_number else webinar.key,
        "webinarID": webinar.number,
        "subject": webinar.subject,
        "description": webinar.description,
        "organizerKey": int(webinar.organizer_key),
        "organizerEmail": organizer.email,
        "organizerName": organizer.name,
        "accountKey": webinar.account_key,
        "times": times(webinar.times),
        "timeZone": webinar.time_zone,
        "locale": webinar.locale,
        "registrationUrl": registration_url(core, webinar),
        "inSession": webinar.live_session_key is not None,
        "impromptu": webinar.is_impromptu,
        "type": webinar.recurrence,
        # The schema wants one of the three types here, yet NEVER is what integrations see.
        "recurrencePeriod": "NEVER" if webinar.recurrence == "single_session" else webinar.recurrence,
        "experienceType": webinar.experience,
        "isPasswordProtected": webinar.is_password_protected,
        "numberOfRegistrants": core.state.count_registrants(webinar.key),
        "registrationLimit": webinar.registration_limit,
        "approvalType": webinar.approval,
    }
    if webinar.recurrence_key is not None:
        body["recurrenceKey"] = webinar.recurrence_key
    return body


def in_session_item(core: Core, webinar: Webinar) -> dict[str, Any]:
    organizer = core.state.users[webinar.organizer_key]
    return {
        "webinarKey": int(webinar.key),
        "webinarID": webinar.number,
        "organizerKey": int(webinar.organizer_key),
        "organizerEmail": organizer.email,
        "organizerName": organizer.name,
        "subject": webinar.subject,
        "description": webinar.description,
        "times": times(webinar.times),
        "timeZone": webinar.time_zone,
        "registrationUrl": registration_url(core, webinar),
        "inSession": True,
        "impromptu": webinar.is_impromptu,
        "isOndemand": webinar.is_ondemand,
        "experienceType": webinar.experience,
        "numberOfRegistrants": core.state.count_registrants(webinar.key),
        "coorganizers": [
            {"email": person.email, "organizerKey": int(person.member_key)}
            for person in webinar.co_organizers
            if not person.is_external
        ],
    }


class RegistrantRow(Struct, rename="camel", omit_defaults=True):
    """A registrant in the list. A record, because lists of 50,000 are encoded at once."""

    registrant_key: int
    first_name: str
    last_name: str
    email: str
    registration_date: str
    status: str
    time_zone: str
    join_url: str | None = None


def registrant_rows(core: Core, webinar: Webinar, registrants: Sequence[Registrant]) -> list[RegistrantRow]:
    is_waiting_url_absent = core.switches.text("waiting_join_url") == "absent"
    base, zone = f"{core.public_url}/join/{webinar.key}/", webinar.time_zone
    return [
        RegistrantRow(
            int(person.key),
            person.first_name,
            person.last_name,
            person.email,
            _quick_instant(person.registered_at),
            person.status,
            zone,
            None if is_waiting_url_absent and person.status != "APPROVED" else f"{base}{person.number}",
        )
        for person in registrants
    ]


def _quick_instant(instant: datetime) -> str:
    """Write an instant that is UTC and whole seconds already; several times faster than strftime."""
    return instant.isoformat()[:19] + "Z"


def has_join_url(core: Core, registrant: Registrant) -> bool:
    return registrant.status == "APPROVED" or core.switches.text("waiting_join_url") == "present"


def registrant_created(core: Core, registrant: Registrant) -> dict[str, Any]:
    """The answer to a registration: the key is a number; `status` and `asset` are observed."""
    body: dict[str, Any] = {"registrantKey": int(registrant.key)}
    if has_join_url(core, registrant):
        body["joinUrl"] = join_url(core, registrant)
    return body | {"status": registrant.status, "asset": True}


def registrant_detail(core: Core, webinar: Webinar, registrant: Registrant) -> dict[str, Any]:
    """Everything known of a registrant; answers to questions come as texts without keys."""
    body: dict[str, Any] = {
        "registrantKey": int(registrant.key),
        "firstName": registrant.first_name,
        "lastName": registrant.last_name,
        "email": registrant.email,
        "registrationDate": write_instant(registrant.registered_at),
        "status": registrant.status,
        "timeZone": webinar.time_zone,
        "type": "LATE" if registrant.is_late else "REGULAR",
        "unsubscribed": registrant.is_unsubscribed,
    }
    if has_join_url(core, registrant):
        body["joinUrl"] = join_url(core, registrant)
    if registrant.source is not None:
        body["source"] = registrant.source
    questions = {question.key: question.text for question in webinar.questions}
    body["responses"] = [
        {"question": questions[response.question_key], "answer": response.text}
        for response in registrant.responses
        if response.question_key in questions
    ]
    return body | registrant.answers


def attendee_registration(core: Core, webinar: Webinar, registrant: Registrant) -> dict[str, Any]:
    """What the attendee call answers: registration data, not attendance."""
    names = (
        "registrantKey",
        "firstName",
        "lastName",
        "email",
        "registrationDate",
        "status",
        "timeZone",
        "joinUrl",
    )
    body = registrant_detail(core, webinar, registrant)
    return {name: body[name] for name in names if name in body}


def registration_fields(webinar: Webinar) -> dict[str, Any]:
    fields = []
    for standard, is_required in asked_fields(webinar):
        item: dict[str, Any] = {"field": standard.field, "required": is_required, "maxSize": standard.maxSize}
        if standard.answers:
            item["answers"] = standard.answers
        fields.append(item)
    questions = []
    for question in webinar.questions:
        item = {
            "questionKey": question.key,
            "question": question.text,
            "required": question.is_required,
            "type": question.kind,
            "maxSize": question.max_size if question.kind == "shortAnswer" else 0,
        }
        if question.kind == "multipleChoice":
            item["answers"] = [{"answerKey": choice.key, "answer": choice.text} for choice in question.choices]
        questions.append(item)
    return {"fields": fields, "questions": questions}


def session_item(core: Core, session: Session) -> dict[str, Any]:
    """A session in the lists: keys are text."""
    creator = core.state.users[session.organizer_key]
    starter = core.state.users[session.starting_organizer_key]
    return {
        "sessionKey": session.key,
        "webinarKey": session.event_key,
        "webinarID": session.event_number,
        "webinarName": session.event_title,
        "startTime": write_instant(session.started_at),
        "endTime": write_instant(session.ended_at or session.started_at),
        "registrantsAttended": len(core.state.presences_of(session.key)),
        "registrantCount": session.registrant_count,
        "accountKey": session.account_key,
        "creatingOrganizerKey": creator.key,
        "creatingOrganizerName": creator.name,
        "startingOrganizerKey": starter.key,
        "startingOrganizerName": starter.name,
        "timeZone": session.time_zone,
        "experienceType": session.experience,
    }


def attendance(presence: Presence) -> list[dict[str, str]]:
    return [
        {"joinTime": write_instant(stay.joined_at), "leaveTime": write_instant(stay.left_at)}
        for stay in sorted(presence.stays, key=lambda stay: stay.joined_at)
        if stay.left_at is not None
    ]


def attendee(core: Core, session: Session, presence: Presence, *, keys_are_text: bool) -> dict[str, Any]:
    """
    One registrant in one session.

    Args:
        keys_are_text: the list over all sessions has text (observed), the one of a session has numbers (schema).
    """
    registrant_key: str | int = presence.registrant_key if keys_are_text else int(presence.registrant_key)
    session_key: str | int = session.key if keys_are_text else int(session.key)
    return {
        "registrantKey": registrant_key,
        "sessionKey": session_key,
        "firstName": presence.first_name,
        "lastName": presence.last_name,
        "email": presence.email,
        "attendanceTimeInSeconds": attended_seconds(core, session, presence),
        "attendance": attendance(presence),
    }


def performance(core: Core, session: Session) -> dict[str, Any]:
    """Numbers of one session, without its polls; those the sandbox has no source for are zero."""
    seconds = [attended_seconds(core, session, presence) for presence in core.state.presences_of(session.key)]
    registered = session.registrant_count
    return {
        "sessionInfo": {
            "webinarName": session.event_title,
            "webinarId": session.event_number,
            "sessionKey": session.key,
            "timeZone": session.time_zone,
            "experienceType": session.experience,
            "recurrencePeriod": "NEVER",
            "startTime": write_instant(session.started_at),
            "endTime": write_instant(session.ended_at or session.started_at),
            "registrationEmailOpenedCount": "0",
            "registrationLinkClickedCount": "0",
        },
        "attendance": {
            "registrantCount": registered,
            "percentageAttendance": round(100 * len(seconds) / registered, 1) if registered else 0.0,
            "averageInterestRating": 0.0,
            "averageAttentiveness": 0.0,
            "averageAttendanceTimeSeconds": round(sum(seconds) / len(seconds), 1) if seconds else 0.0,
        },
    }


def co_organizer(core: Core, webinar: Webinar, person: CoOrganizer) -> dict[str, Any]:
    return {
        "memberKey": person.member_key,
        "external": person.is_external,
        "givenName": person.first_name,
        "surname": person.last_name,
        "email": person.email,
        "joinLink": f"{core.public_url}/join/{webinar.key}/{person.join_number}",
    }


def panelist(core: Core, webinar: Webinar, person: Panelist) -> dict[str, Any]:
    """A panelist in the list, where the key is a number called panelistId."""
    first_name, _, last_name = person.name.partition(" ")
    return {
        "panelistId": int(person.key),
        "name": person.name,
        "firstName": first_name,
        "lastName": last_name,
        "email": person.email,
        "joinLink": f"{core.public_url}/join/{webinar.key}/{person.join_number}",
    }


def created_panelist(core: Core, webinar: Webinar, person: Panelist) -> dict[str, Any]:
    """A panelist just made, where the same key is text called panelistKey."""
    return {
        "panelistKey": person.key,
        "name": person.name,
        "email": person.email,
        "joinLink": f"{core.public_url}/join/{webinar.key}/{person.join_number}",
    }


def webhook(hook: Webhook) -> dict[str, Any]:
    return {
        "webhookKey": hook.key,
        "callbackUrl": hook.callback_url,
        "eventName": hook.event_name,
        "eventVersion": hook.event_version,
        "product": "g2w",
        "state": "ACTIVE" if hook.is_active else "INACTIVE",
        "createTime": write_instant_ms(hook.created_at),
    }


def subscription(hook: Webhook, item: Subscription) -> dict[str, Any]:
    """A user's subscription; it is activated only when the webhook is active too."""
    is_activated = hook.is_active and item.is_active
    return {
        "userSubscriptionKey": item.key,
        "webhookKey": hook.key,
        "callbackUrl": item.callback_url or hook.callback_url,
        "eventName": hook.event_name,
        "eventVersion": hook.event_version,
        "product": "g2w",
        "userSubscriptionState": "ACTIVE" if item.is_active else "INACTIVE",
        "activationState": "ACTIVE" if is_activated else "INACTIVE",
        "createTime": write_instant_ms(item.created_at),
    }
