"""Fetching events and who signed up for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.dates import find_date
from greenroom.hub.events.errors import UnknownEventError
from greenroom.hub.events.links import PastedLink
from greenroom.hub.events.models import (
    Attendee,
    Event,
    EventSession,
    EventTime,
    Recording,
    Registrant,
    RegistrationRequest,
    SessionAnswers,
    TeamMember,
)
from greenroom.hub.events.products import Ability, can
from greenroom.hub.events.products.base import Poll, Question
from greenroom.hub.events.registration_form import BASIC_FORM, Answers, RegistrationForm, carry_over
from greenroom.hub.users.models import User

_MOST_DAYS = 30

_Person = TypeVar("_Person", Registrant, Attendee)

OPEN_STATES = (
    RegistrationRequest.State.PENDING,
    RegistrationRequest.State.DELIVERED,
    RegistrationRequest.State.CANCELLING,
)


def list_events(
    *, text: str = "", product: str = "", state: str = "", connection: int | None = None, when: str = ""
) -> QuerySet[Event]:
    """
    Return events with their number of registrants; past ones the newest first, others the soonest first.

    An event without a fixed date may be held at any time: it is to come as long as GoTo has it, and is listed last.
    """
    now = clock.now()
    events = Event.objects.select_related("connection").annotate(
        registrant_count=Count("registrants", filter=Q(registrants__gone_at=None))
    )
    if text:
        events = events.filter(Q(title__icontains=text) | Q(event_number=text) | Q(event_key=text))
    if product:
        events = events.filter(product=product)
    if state:
        events = events.filter(state=state)
    if connection:
        events = events.filter(connection_id=connection)
    if when == "past":
        return events.filter(ends_at__lt=now).order_by("-starts_at", "pk")
    if when == "upcoming":
        any_time = Q(dates=Event.Dates.ANY_TIME, state=Event.State.SCHEDULED)
        events = events.filter(Q(ends_at__gte=now) | Q(state=Event.State.LIVE) | any_time)
    return events.order_by(F("starts_at").asc(nulls_last=True), "pk")


def list_dates(*, events: QuerySet[Event], between: tuple[datetime, datetime]) -> QuerySet[EventTime]:
    """Return the dates of these events that begin in a span of time, in order, with their events. One query."""
    start, end = between
    dates = EventTime.objects.filter(event__in=events.order_by().values("pk"), starts_at__gte=start, starts_at__lt=end)
    return dates.select_related("event").order_by("starts_at", "pk")


def list_choosable_events(
    *, product: str, text: str = "", when: str = "upcoming", between: tuple[datetime, datetime] | None = None
) -> QuerySet[Event]:
    """
    Return the events of active connections an editor may put into a lesson.

    Args:
        when: as in `list_events`.
        between: a span of time in which one of their dates begins.
    """
    events = (
        list_events(text=text, product=product, when=when)
        .filter(connection__state=Connection.State.ACTIVE)
        .exclude(state__in=[Event.State.CANCELLED, Event.State.MISSING])
    )
    if between is None:
        return events
    start, end = between
    return events.filter(
        Exists(EventTime.objects.filter(event=OuterRef("pk"), starts_at__gte=start, starts_at__lt=end))
    )


def list_occurrences(*, event: Event) -> QuerySet[Event]:
    """Return the events of which people pick one, this one among them; only this one where it is not one of several."""
    same = Q(connection=event.connection_id, product=event.product, recurrence_key=event.recurrence_key)
    return Event.objects.filter(same if event.recurrence_key else Q(pk=event.pk)).order_by("starts_at", "pk")


def find_pasted_events(link: PastedLink) -> list[Event]:
    """
    Return the events that a pasted link points to, over all connections; several for a link shared by many dates.

    Raises:
        UnknownEventError: no connected account has it, as far as we know.
    """
    wanted = {
        name: value
        for name, value in (
            ("event_key", link.event_key),
            ("recurrence_key", link.recurrence_key),
            ("event_number", link.event_number),
        )
        if value
    }
    found = list(Event.objects.filter(**wanted).select_related("connection").order_by("starts_at"))
    if not found:
        raise UnknownEventError("None of the connected accounts has this event.")
    return found


@dataclass(frozen=True, slots=True)
class Registration:
    """One person's sign-up for one event: what they asked of us last, and what GoTo has."""

    request: RegistrationRequest | None = None
    registrant: Registrant | None = None

    @property
    def is_open(self) -> bool:
        """Whether the person is signed up, or on the way to it or from it."""
        return self.registrant is not None or (self.request is not None and self.request.state in OPEN_STATES)


def find_registrations(*, user: User, event_ids: Collection[int]) -> dict[int, Registration]:
    """Return a person's sign-ups by event, made at whatever door. Two queries, whatever the number of events."""
    requests: dict[int, RegistrationRequest] = {}
    for request in RegistrationRequest.objects.filter(user=user, event__in=event_ids).order_by("pk"):
        requests[request.event_id] = request
    registrants: dict[int, Registrant] = {}
    for registrant in Registrant.objects.filter(user=user, event__in=event_ids, gone_at=None).order_by("pk"):
        registrants[registrant.event_id] = registrant
    return {
        event_id: Registration(requests.get(event_id), registrants.get(event_id))
        for event_id in requests.keys() | registrants.keys()
    }


def find_registration(*, user: User, event: Event) -> Registration:
    """Return a person's sign-up for one event; empty when there is none."""
    return find_registrations(user=user, event_ids=[event.pk]).get(event.pk, Registration())


def find_given_answers(*, user: User, events: Collection[Event], asked: RegistrationForm) -> Answers | None:
    """Return of what a person answered last at one of these events what this form asks as well. One query."""
    mine = RegistrationRequest.objects.filter(user=user, event__in=events).select_related("event")
    last = mine.order_by("-pk").first()
    if last is None:
        return None
    given_to = RegistrationForm.from_json(last.event.registration_form) if last.event.registration_form else BASIC_FORM
    return carry_over(Answers.from_json(last.answers), to=given_to, asked=asked)


def list_registrants(*, event: Event, text: str = "") -> QuerySet[Registrant]:
    """Return who is signed up, the latest first; those who are gone come last. Join links are not read."""
    registrants = event.registrants.defer("join_url").order_by("gone_at", "-registered_at", "pk")
    return _matching(registrants, text)


def list_attendees(*, event: Event, text: str = "") -> QuerySet[Attendee]:
    """Return who was there, session by session, the longest stay first."""
    attendees = Attendee.objects.filter(session__event=event).select_related("session")
    return _matching(attendees.order_by("-session__started_at", "-attended_seconds", "pk"), text)


def planned_seconds(*, event: Event) -> dict[int, int]:
    """Return how long each session was planned to be, by its id, where it belongs to a date. Two queries."""
    dates = list(event.times.all())
    found = {session.pk: find_date(session=session, dates=dates) for session in event.sessions.all()}
    return {pk: int((date.ends_at - date.starts_at).total_seconds()) for pk, date in found.items() if date}


def person_of_attendee(*, event: Event) -> F | Subquery:
    """
    Return the expression for the user who an attendee of this event is, to annotate `Attendee` with.

    People are tied to attendance by their sign-up; where nobody signs up, by the exact address they sign in
    with. It is null for strangers.
    """
    if can(event.product, Ability.REGISTER):
        return F("registrant__user")
    return Subquery(User.objects.filter(email=OuterRef("email")).values("pk")[:1])


def list_presence(*, event: Event, users: Collection[int] | None = None) -> list[tuple[int, int, int]]:
    """Return user, session and seconds of everybody, or of these people, who was there and signs in here. One query."""
    there = Attendee.objects.filter(session__event=event, attended_seconds__gt=0)
    known = there.annotate(person=person_of_attendee(event=event)).filter(person__isnull=False)
    if users is not None:
        known = known.filter(person__in=users)
    return list(known.values_list("person", "session").annotate(seconds=Sum("attended_seconds")))


def find_attended_sessions(*, user: User, events: Collection[Event]) -> set[int]:
    """Return in which sessions of these events a person was. One query, none without events."""
    if not events:
        return set()
    with_sign_up = [event.pk for event in events if can(event.product, Ability.REGISTER)]
    without = [event.pk for event in events if not can(event.product, Ability.REGISTER)]
    mine = Q(session__event__in=with_sign_up, registrant__user=user) | Q(session__event__in=without, email=user.email)
    return set(Attendee.objects.filter(mine, attended_seconds__gt=0).values_list("session", flat=True))


def find_join_url(*, user: User, event: Event) -> str:
    """Return a person's way in: their own link, or everybody's where nobody signs up; empty while there is none."""
    if not can(event.product, Ability.REGISTER):
        return event.join_url
    mine = Registrant.objects.filter(user=user, event=event, gone_at=None).order_by("-pk")
    return mine.values_list("join_url", flat=True).first() or ""


def _matching(people: QuerySet[_Person], text: str) -> QuerySet[_Person]:
    if not text:
        return people
    return people.filter(Q(first_name__icontains=text) | Q(last_name__icontains=text) | Q(email__icontains=text))


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many signed up for an event, were approved, and came."""

    registered: int
    approved: int
    attended: int


def count_turnout(*, event: Event) -> Turnout:
    """Return how many signed up, were approved and came. Two queries."""
    there = event.registrants.filter(gone_at=None)
    counts = there.aggregate(all=Count("pk"), approved=Count("pk", filter=Q(status=Registrant.Status.APPROVED)))
    came = Attendee.objects.filter(session__event=event, attended_seconds__gt=0)
    return Turnout(counts["all"], counts["approved"], came.values("attendee_key").distinct().count())


def count_registrations_by_day(*, event: Event) -> list[tuple[str, int]]:
    """Return the number of sign-ups on each day from the first to the last, in the viewer's zone; the last 30 days."""
    signed_up = event.registrants.filter(registered_at__isnull=False).annotate(day=TruncDate("registered_at"))
    counts = dict(signed_up.values_list("day").annotate(count=Count("pk")).order_by("-day")[:_MOST_DAYS])
    if not counts:
        return []
    length = min((max(counts) - min(counts)).days + 1, _MOST_DAYS)
    days = [max(counts) - timedelta(days=before) for before in reversed(range(length))]
    return [(f"{day:%-d %b}", counts.get(day, 0)) for day in days]


def list_team(*, event: Event) -> QuerySet[TeamMember]:
    """Return who helps to hold an event, as last read (`team_read_at`), by role and name."""
    return event.team.all()


def list_recordings(*, event: Event) -> QuerySet[Recording]:
    """Return the recordings GoTo has, as last read (`recordings_read_at`), the oldest first."""
    return event.recordings.filter(gone_at=None)


def find_recordings(*, connections: QuerySet[Connection], text: str = "") -> QuerySet[Recording]:
    """Return the recordings of these accounts' events, with the events; of the latest events first."""
    recordings = Recording.objects.filter(gone_at=None, event__connection__in=connections)
    if text:
        recordings = recordings.filter(Q(name__icontains=text) | Q(event__title__icontains=text))
    return recordings.select_related("event__connection").order_by("-event__starts_at", "started_at", "pk")


@dataclass(frozen=True, slots=True)
class ToldAnswers:
    """What was asked and answered in a session, and when that was read."""

    polls: list[Poll]
    questions: list[Question]
    surveys: list[Poll]
    read_at: datetime


def get_answers(*, session: EventSession) -> ToldAnswers | None:
    """Return what was asked and answered in a session; None when it was not read yet. One query."""
    row = SessionAnswers.objects.filter(session=session).first()
    if row is None:
        return None
    return ToldAnswers(
        polls=msgspec.convert(row.polls, list[Poll]),
        questions=msgspec.convert(row.questions, list[Question]),
        surveys=msgspec.convert(row.surveys, list[Poll]),
        read_at=row.read_at,
    )
