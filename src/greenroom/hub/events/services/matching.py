"""
Whose attendance it is: by GoTo's registrant key, then by the exact address, never by name.

What neither tells, a person decides (`AttendeeMatch`); that counts first, and whatever GoTo corrects later.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.events.facts import about_join, about_session
from greenroom.hub.events.models import Attendee, AttendeeMatch, Event, EventSession, Registrant
from greenroom.hub.events.selectors import person_of_attendee
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User

# What took place longer ago is history: it was there when its account was connected.
_NEWS = timedelta(days=4)


class Matcher:
    """Finds the sign-up of an attendee among those of one event. Two queries, made once."""

    def __init__(self, event: Event) -> None:
        """Read the event's sign-ups, and what people decided about its attendees."""
        self._decided = dict(AttendeeMatch.objects.filter(event=event).values_list("attendee_key", "registrant_id"))
        self._by_key: dict[str, int] = {}
        self._by_email: dict[str, int] = {}
        # Somebody who was gone and signed up anew has two rows; the one that is there comes last and counts.
        registrants = Registrant.objects.filter(event=event).order_by(F("gone_at").asc(nulls_last=True), "pk")
        for pk, key, email in registrants.values_list("pk", "registrant_key", "email"):
            self._by_key[key] = self._by_email[email] = pk

    def find(self, attendee_key: str, email: str) -> int | None:
        """Return the id of the sign-up, or None where nothing ties the attendee to one."""
        if attendee_key in self._decided:
            return self._decided[attendee_key]
        return self._by_key.get(attendee_key) or (self._by_email.get(email) if email else None)


def match_attendee(*, event: Event, attendee_key: str, registrant: Registrant | None, actor: User) -> int:
    """
    Decide whose attendance it is, or that it is nobody's of ours; at once and for whatever GoTo corrects later.

    Returns:
        In how many sessions this attendee was.

    Raises:
        UnknownObjectError: nobody with this key was there.
        InvalidInputError: the sign-up is for another event.
    """
    if registrant and registrant.event_id != event.pk:
        raise InvalidInputError("Choose somebody who signed up for this event.")
    attendees = Attendee.objects.filter(session__event=event, attendee_key=attendee_key)
    with transaction.atomic():
        if not (count := attendees.update(registrant=registrant)):
            raise UnknownObjectError("GoTo does not list this attendee any more.")
        now = clock.now()
        AttendeeMatch.objects.update_or_create(
            event=event,
            attendee_key=attendee_key,
            defaults={"registrant": registrant, "decided_by": actor, "decided_at": now},
        )
        _tell(event, attendees, version=f"matched:{now.isoformat()}")
    return count


def forget_match(*, event: Event, attendee_key: str) -> int:
    """
    Take back what a person decided about an attendee, whose attendance is then whose key or address says.

    Returns:
        In how many sessions this attendee was.

    Raises:
        UnknownObjectError: nobody decided about them, or somebody has taken it back already.
    """
    attendees = Attendee.objects.filter(session__event=event, attendee_key=attendee_key)
    with transaction.atomic():
        if not AttendeeMatch.objects.filter(event=event, attendee_key=attendee_key).delete()[0]:
            raise UnknownObjectError("Nothing was decided about this attendee.")
        matcher, found = Matcher(event), list(attendees)
        for one in found:
            one.registrant_id = matcher.find(one.attendee_key, one.email)
        Attendee.objects.bulk_update(found, ["registrant"])
        _tell(event, attendees, version=f"forgotten:{clock.now().isoformat()}")
    return len(found)


def match_newcomers(*, event: Event) -> int:
    """
    Give attendance that was nobody's to those who have turned up in the list of registrants since.

    One query while everybody is matched. In the caller's transaction.
    """
    unmatched = list(Attendee.objects.filter(session__event=event, registrant=None))
    if not unmatched:
        return 0
    matcher = Matcher(event)
    for one in unmatched:
        one.registrant_id = matcher.find(one.attendee_key, one.email)
    if not (found := [one for one in unmatched if one.registrant_id]):
        return 0
    Attendee.objects.bulk_update(found, ["registrant"], batch_size=1000)
    _tell(event, Attendee.objects.filter(pk__in=[one.pk for one in found]), version=f"found:{clock.now().isoformat()}")
    return len(found)


def _tell(event: Event, attendees: QuerySet[Attendee], *, version: str) -> None:
    """Append that these people attended, and that the sessions they were in have been looked at again."""
    sessions = {one.session_id: one.session for one in attendees.select_related("session")}
    append(attended_facts(event, attendees))
    append([about_session("attendance_read", event, session, version=version) for session in sessions.values()])


def attended_facts(event: Event, attendees: QuerySet[Attendee]) -> Iterable[NewFact]:
    """
    Make the fact that somebody attended, for each of these who did; one more for who is matched later.

    And the fact that they came, of those of whom that is not known. Three queries.
    """
    were_there = attendees.filter(attended_seconds__gt=0).select_related("registrant", "session")
    came = {(fact.registrant_id, fact.data["session_key"]) for fact in _joined(event)}
    for one in were_there.annotate(person=person_of_attendee(event=event)).iterator(chunk_size=2000):
        yield NewFact(
            kind="attended",
            happened_at=one.session.ended_at,
            dedupe_key=f"attended:{one.session_id}:{_short(one.attendee_key)}:{one.registrant_id or ''}",
            connection_id=event.connection_id,
            event_id=event.pk,
            session_id=one.session_id,
            registrant_id=one.registrant_id,
            user_id=one.person,
            email=one.registrant.email if one.registrant else one.email,
            data={"attended_seconds": one.attended_seconds},
        )
        if one.registrant and is_news(one.session) and (one.registrant_id, one.session.session_key) not in came:
            yield about_join(event, one.registrant, session_key=one.session.session_key, joined_at=_joined_at(one))


def _joined(event: Event) -> QuerySet[Fact]:
    return Fact.objects.filter(event_id=event.pk, kind=Fact.Kind.JOINED).only("registrant_id", "data")


def _joined_at(one: Attendee) -> datetime:
    """Return when somebody came; the session's begin where GoTo gives a total and no times."""
    return one.session.started_at + timedelta(seconds=one.intervals[0][0] if one.intervals else 0)


def is_news(session: EventSession) -> bool:
    """Whether a session ended so lately that people want to be told of it."""
    return clock.now() - session.ended_at <= _NEWS


def _short(attendee_key: str) -> str:
    """Name an attendee without their address, which may be the key and could never be taken out of the ledger."""
    return hashlib.sha256(attendee_key.encode()).hexdigest()[:16]
