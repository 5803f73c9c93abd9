"""What may be waited for of people: that they sign up, are decided about, leave, come, stay away, answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.narrowing import EventFilter
from greenroom.hub.automation.registry import Trigger, register_trigger
from greenroom.hub.automation.triggers.items import (
    Build,
    EventItem,
    Mirror,
    RegistrantItem,
    of_each,
    of_event,
    of_registrant,
    sample_events,
    sample_registrants,
)
from greenroom.hub.courses.completion_rule import percent_attended
from greenroom.hub.events.models import Attendee
from greenroom.hub.ledger.models import Fact


class JoinedItem(RegistrantItem, frozen=True, kw_only=True):
    """Somebody who came."""

    session_key: Annotated[str, told("Session key", "What GoTo calls the session they came into.")]
    joined_at: Annotated[datetime, told("Joined at", "When they came, in UTC.")]


class AttendedItem(EventItem, frozen=True, kw_only=True):
    """Somebody who was there; where nobody signs up, there is no registrant key."""

    registrant_key: Annotated[str, told("Registrant key", "What GoTo calls the registrant; empty without a sign-up.")]
    email: Annotated[str, told("Email", "Their address; empty when GoTo does not know it.")]
    first_name: Annotated[str, told("First name", "Their first name.")]
    last_name: Annotated[str, told("Last name", "Their last name.")]
    session_key: Annotated[str, told("Session key", "What GoTo calls the session.")]
    attended_minutes: Annotated[int, told("Minutes attended", "How long they were there, in whole minutes.")]
    attended_percent: Annotated[float, told("Percent attended", "The share of the session they were there, 0 to 100.")]


class SurveyReply(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a survey and what was answered."""

    question: Annotated[str, told("Question", "What was asked.")]
    answers: Annotated[list[str], told("Answers", "What was answered.")]


class SurveyItem(RegistrantItem, frozen=True, kw_only=True):
    """Somebody who sent in a survey."""

    session_key: Annotated[str, told("Session key", "What GoTo calls the session.")]
    survey: Annotated[str, told("Survey", "The survey's title.")]
    replies: Annotated[list[SurveyReply], told("Replies", "What was asked and answered.")]


def _registrant(mirror: Mirror, fact: Fact) -> RegistrantItem | None:
    event, registrant = mirror.event(fact), mirror.registrant(fact)
    return RegistrantItem(**of_registrant(event, registrant)) if event and registrant else None


def _joined(mirror: Mirror, fact: Fact) -> JoinedItem | None:
    event, registrant = mirror.event(fact), mirror.registrant(fact)
    if not event or not registrant:
        return None
    return JoinedItem(
        **of_registrant(event, registrant),
        session_key=fact.data["session_key"],
        joined_at=fact.happened_at,
    )


def _survey(mirror: Mirror, fact: Fact) -> SurveyItem | None:
    event, registrant = mirror.event(fact), mirror.registrant(fact)
    if not event or not registrant or "answers" not in fact.data:  # blanked when a person is erased
        return None
    return SurveyItem(
        **of_registrant(event, registrant),
        session_key=fact.data["session_key"],
        survey=fact.data["survey"],
        replies=[SurveyReply(question=question, answers=list(answers)) for question, answers in fact.data["answers"]],
    )


def _attended(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
    """Make the items of those who were there. One query more, for the names of those who did not sign up."""
    strangers = {(one.session_id, one.email) for one in facts if not one.registrant_id and one.email}
    there = Attendee.objects.filter(
        session__in={session for session, _ in strangers}, email__in={email for _, email in strangers}
    )
    names = {(one.session_id, one.email): (one.first_name, one.last_name) for one in there} if strangers else {}
    mirror = Mirror(facts)
    unknown = ("", "")
    return [
        _attended_item(mirror, fact, names.get((fact.session_id or 0, fact.email or ""), unknown)) for fact in facts
    ]


def _attended_item(mirror: Mirror, fact: Fact, names: tuple[str, str]) -> AttendedItem | None:
    event, session, registrant = mirror.event(fact), mirror.session(fact), mirror.registrant(fact)
    # Somebody who was erased has no address left in the ledger.
    if not event or not session or fact.email is None:
        return None
    seconds = fact.data["attended_seconds"]
    return AttendedItem(
        **of_event(event),
        registrant_key=registrant.registrant_key if registrant else "",
        email=fact.email,
        first_name=registrant.first_name if registrant else names[0],
        last_name=registrant.last_name if registrant else names[1],
        session_key=session.session_key,
        attended_minutes=seconds // 60,
        attended_percent=float(percent_attended(attended_seconds=seconds, total_seconds=session.duration_seconds)),
    )


def _of_people(
    name: str,
    operation_id: str,
    summary: str,
    description: str,
    kinds: tuple[str, ...],
    *,
    samples: Sequence[msgspec.Struct],
    build: Build,
    tag: str = "Registrants",
) -> None:
    register_trigger(
        Trigger(
            name=name,
            operation_id=operation_id,
            summary=summary,
            description=description,
            kinds=kinds,
            data=type(samples[0]),
            filter=EventFilter,
            build=build,
            samples=samples,
            tags=(tag,),
        )
    )


def _samples(status: str = "APPROVED") -> list[RegistrantItem]:
    return [RegistrantItem(**one) for one in sample_registrants(status)]


_registrants = of_each(_registrant)

_of_people(
    "registrant.added",
    "OnRegistrantAdded",
    "When somebody registers",
    "This operation triggers when somebody signs up for an event, at GoTo or here.",
    ("registered",),
    samples=_samples(),
    build=_registrants,
)
_of_people(
    "registrant.approved",
    "OnRegistrantApproved",
    "When a registrant is approved",
    "This operation triggers when the organizer approves somebody who signed up.",
    ("approved",),
    samples=_samples(),
    build=_registrants,
)
_of_people(
    "registrant.denied",
    "OnRegistrantDenied",
    "When a registrant is denied",
    "This operation triggers when the organizer denies somebody who signed up.",
    ("denied",),
    samples=_samples("DENIED"),
    build=_registrants,
)
_of_people(
    "registrant.status_changed",
    "OnRegistrantStatusChanged",
    "When the status of a registrant changes",
    "This operation triggers when the organizer approves or denies somebody who signed up.",
    ("approved", "denied"),
    samples=_samples(),
    build=_registrants,
)
_of_people(
    "registrant.cancelled",
    "OnRegistrantCancelled",
    "When a registrant cancels",
    "This operation triggers when somebody is no longer signed up for an event.",
    ("cancelled",),
    samples=[RegistrantItem(**one | {"join_url": ""}) for one in sample_registrants()],
    build=_registrants,
)
_of_people(
    "registrant.joined",
    "OnRegistrantJoined",
    "When a registrant joins",
    "This operation triggers when somebody who signed up comes into the event: at once where GoTo tells that by a "
    "webhook, else when GoTo has published the attendance.",
    ("joined",),
    samples=[
        JoinedItem(**one, session_key=one["event_key"], joined_at=one["starts_at"]) for one in sample_registrants()
    ],
    build=of_each(_joined),
    tag="Attendance",
)
_of_people(
    "attendance.attended",
    "OnAttended",
    "When somebody attended",
    "This operation triggers when a session is over, for everybody who was there, with the time they stayed.",
    ("attended",),
    samples=[
        AttendedItem(
            **event,
            registrant_key=person["registrant_key"],
            email=person["email"],
            first_name=person["first_name"],
            last_name=person["last_name"],
            session_key=event["event_key"],
            attended_minutes=minutes,
            attended_percent=minutes / 60 * 100,
        )
        for event, person, minutes in zip(sample_events(), sample_registrants(), (60, 45, 30), strict=True)
    ],
    build=_attended,
    tag="Attendance",
)
_of_people(
    "attendance.absent",
    "OnAbsent",
    "When a registrant did not attend",
    "This operation triggers when the attendance of all dates of an event is final, for everybody who signed up and "
    "never came.",
    ("absent",),
    samples=_samples(),
    build=_registrants,
    tag="Attendance",
)
_of_people(
    "survey.submitted",
    "OnSurveySubmitted",
    "When a survey is sent in",
    "This operation triggers when somebody answers the survey of a webinar. GoTo tells it only by webhook.",
    ("survey_submitted",),
    samples=[
        SurveyItem(
            **one,
            session_key=one["event_key"],
            survey="How was it",
            replies=[SurveyReply(question="Would you come again?", answers=["Yes"])],
        )
        for one in sample_registrants()
    ],
    build=of_each(_survey),
    tag="Attendance",
)
