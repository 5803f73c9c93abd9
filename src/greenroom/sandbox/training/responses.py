"""The answers of GoToTraining, field by field."""

from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Presence, Recording, Registrant, Session, TimeRange, Training, User
from greenroom.sandbox.rooms import attended_seconds
from greenroom.sandbox.times import write_instant, zone_named


def organizer(user: User) -> dict[str, Any]:
    return {
        "organizerKey": user.key,
        "email": user.email,
        "givenName": user.first_name,
        "surname": user.last_name,
    }


def organizers(core: Core, keys: list[str]) -> list[dict[str, Any]]:
    return [organizer(core.state.users[key]) for key in keys if key in core.state.users]


def times(ranges: list[TimeRange]) -> list[dict[str, str]]:
    return [{"startDate": write_instant(r.starts_at), "endDate": write_instant(r.ends_at)} for r in ranges]


def training(core: Core, item: Training) -> dict[str, Any]:
    return {
        "trainingKey": item.key,
        "trainingId": item.number,
        "name": item.name,
        "description": item.description,
        "timeZone": item.time_zone,
        "times": times(item.times),
        "organizers": organizers(core, item.organizer_keys),
        "registrationSettings": {
            "disableWebRegistration": item.is_web_registration_disabled,
            "disableConfirmationEmail": item.is_confirmation_email_disabled,
        },
    }


def join_url(core: Core, registrant: Registrant) -> str:
    return f"{core.public_url}/join/training/{registrant.event_key}/{registrant.number}"


def confirmation_url(core: Core, registrant: Registrant) -> str:
    base = f"{core.public_url}/registration/confirmation.tmpl"
    return f"{base}?registrant={registrant.key}&training={registrant.event_key}"


def registrant(core: Core, person: Registrant) -> dict[str, Any]:
    return {
        "registrantKey": person.key,
        "givenName": person.first_name,
        "surname": person.last_name,
        "email": person.email,
        "status": person.status,
        "registrationDate": write_instant(person.registered_at),
        "joinUrl": join_url(core, person),
        "confirmationUrl": confirmation_url(core, person),
    }


def registrant_key(core: Core, person: Registrant) -> str | int:
    """The key as registering and its 409 give it."""
    is_number = core.switches.text("training_registrant_key") == "number"
    return int(person.key) if is_number else person.key


def registrant_created(core: Core, person: Registrant) -> dict[str, Any]:
    return {
        "registrantKey": registrant_key(core, person),
        "joinUrl": join_url(core, person),
        "confirmationUrl": confirmation_url(core, person),
    }


def minutes(core: Core, seconds: int) -> int:
    return -(-seconds // 60) if core.switches.text("training_minutes") == "ceil" else seconds // 60


def session(core: Core, item: Session) -> dict[str, Any]:
    ended_at = item.ended_at or item.started_at
    event = core.state.trainings.get(item.event_key)
    keys = event.organizer_keys if event is not None else [item.organizer_key]
    return {
        "sessionKey": item.key,
        "trainingName": item.event_title,
        "sessionStartTime": write_instant(item.started_at),
        "sessionEndTime": write_instant(ended_at),
        "attendanceCount": len(core.state.presences_of(item.key)),
        "duration": minutes(core, int((ended_at - item.started_at).total_seconds())),
        "organizers": organizers(core, keys),
    }


def attendee(core: Core, item: Session, presence: Presence) -> dict[str, Any]:
    return {
        "givenName": presence.first_name,
        "surname": presence.last_name,
        "email": presence.email,
        "timeInSession": minutes(core, attended_seconds(core, item, presence)),
        "inSessionTimes": [
            {
                "joinTime": write_instant(stay.joined_at),
                "leaveTime": write_instant(stay.left_at),
                "timeInPartOfSession": minutes(core, int((stay.left_at - stay.joined_at).total_seconds())),
            }
            for stay in sorted(presence.stays, key=lambda stay: stay.joined_at)
            if stay.left_at is not None
        ],
    }


def no_show(person: Registrant) -> dict[str, Any]:
    """A registrant who did not come: listed at the end with no time (documented)."""
    return {
        "givenName": person.first_name,
        "surname": person.last_name,
        "email": person.email,
        "timeInSession": 0,
        "inSessionTimes": [],
    }


def recording(core: Core, item: Recording, zone: str) -> dict[str, Any]:
    """A recording; its times carry an offset, unlike all other answers (documented by example)."""
    return {
        "recordingId": int(item.key),
        "name": item.name,
        "description": item.description,
        "startDate": item.started_at.astimezone(zone_named(zone)).isoformat(timespec="seconds"),
        "endDate": item.ended_at.astimezone(zone_named(zone)).isoformat(timespec="seconds"),
        "downloadUrl": recording_url(core, item),
    }


def recording_url(core: Core, item: Recording) -> str:
    return f"{core.public_url}/recordings/{item.key}"
