"""Writing down which sessions took place and who was there."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.dates import list_dates_without_session
from greenroom.hub.events.facts import about_event, about_session
from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant
from greenroom.hub.events.presence import merge_presence, seconds_of
from greenroom.hub.events.products.base import AttendanceListing, AttendeeData, SessionData
from greenroom.hub.ledger.services import NewFact, append

# How long after an event's end GoTo is asked for its attendance: GoTo does not say when it is complete, so we look
# often at first, and for three days.
SCHEDULE = (
    timedelta(0),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=24),
    timedelta(hours=72),
)
# Attendance that did not change for so long, and was asked for again, is final.
SETTLING_TIME = timedelta(hours=1)


def store_sessions(*, event: Event, found: Iterable[SessionData]) -> list[EventSession]:
    """Write down the sessions of an event and return all of them, also those known before."""
    by_key = {one.session_key: one for one in found}
    EventSession.objects.bulk_create(
        [
            EventSession(event=event, session_key=one.session_key, started_at=one.started_at, ended_at=one.ended_at)
            for one in by_key.values()
        ],
        update_conflicts=True,
        unique_fields=["event", "session_key"],
        update_fields=["started_at", "ended_at"],
    )
    return list(event.sessions.all())


def session_data(session: EventSession) -> SessionData:
    """Return a session in the words of the products."""
    return SessionData(
        session.event.event_key, session.session_key, session.started_at, session.ended_at, session.poll_count
    )


def store_attendance(*, event: Event, session: EventSession, listing: AttendanceListing) -> bool:
    """
    Write down who was in a session, replacing what was known, and return whether anything changed.

    GoTo publishes attendance late and corrects it, so it is read several times; it becomes final when two readings at
    least an hour apart are the same. A constant number of statements whatever the number of people.
    """
    now = clock.now()
    if listing.digest == session.attendance_digest:
        _note_same_answer(event, session)
        return False
    with transaction.atomic():
        people = _merge_devices(session, listing.rows())
        _replace_attendees(event, session, people)
        session.attendance_digest = listing.digest
        session.attendance_changed_at = session.attendance_read_at = now
        session.is_final = False
        session.save(update_fields=["attendance_digest", "attendance_changed_at", "attendance_read_at", "is_final"])
        _append_facts(event, session)
        reached("mirror.attendance_stored")
    return True


def plan_next_reading(*, event: Event) -> None:
    """Set when the event's attendance is looked at next, or close it when there is nothing more to wait for."""
    now = clock.now()
    sessions, dates = list(event.sessions.all()), list(event.times.all())
    # A date without a session may have one that GoTo has not told of yet.
    awaited = [date.ends_at for date in list_dates_without_session(dates=dates, sessions=sessions)]
    ends = [session.ended_at for session in sessions] + [end for end in awaited if end <= now]
    last_end = max(ends, default=event.ends_at or now)
    is_settled = bool(sessions) and last_end not in awaited and all(session.is_final for session in sessions)
    due = None if is_settled else next((last_end + wait for wait in SCHEDULE if last_end + wait > now), None)
    coming = min((date.ends_at for date in dates if date.ends_at > now), default=None)
    with transaction.atomic():
        event.attendance_due_at = min((at for at in (due, coming) if at), default=None)
        event.attendance_read_at = now
        event.save(update_fields=["attendance_due_at", "attendance_read_at"])
        if due is None:
            # Nobody asks GoTo again, so what is known now is the last word.
            for session in sessions:
                _make_final(event, session)
        if event.attendance_due_at is None:
            append([about_event("attendance_closed", event, version=last_end.isoformat())])


def _make_final(event: Event, session: EventSession) -> None:
    if session.attendance_read_at and EventSession.objects.filter(pk=session.pk, is_final=False).update(is_final=True):
        append([about_session("attendance_final", event, session, version=session.attendance_digest)])


def _note_same_answer(event: Event, session: EventSession) -> None:
    now = clock.now()
    EventSession.objects.filter(pk=session.pk).update(attendance_read_at=now)
    if session.attendance_changed_at and now - session.attendance_changed_at >= SETTLING_TIME:
        with transaction.atomic():
            _make_final(event, session)


def _merge_devices(session: EventSession, rows: Iterable[AttendeeData]) -> dict[str, Attendee]:
    """Return one attendee per person; a person with several rows was there on several devices, or came back."""
    grouped: dict[str, list[AttendeeData]] = {}
    for row in rows:
        grouped.setdefault(row.registrant_key or row.email, []).append(row)
    people = {}
    for key, parts in grouped.items():
        joined = [pair for part in parts for pair in part.joined]
        intervals = merge_presence(joined, started_at=session.started_at, ended_at=session.ended_at)
        reported = max(part.reported_seconds for part in parts)
        people[key] = Attendee(
            session=session,
            attendee_key=key,
            email=parts[0].email,
            first_name=parts[0].first_name,
            last_name=parts[0].last_name,
            intervals=intervals,
            # Where GoTo gives a total and no times, the total is all there is, as far as the session lasted.
            attended_seconds=seconds_of(intervals) if joined else min(reported, session.duration_seconds),
            reported_seconds=reported,
        )
    return people


def _replace_attendees(event: Event, session: EventSession, people: dict[str, Attendee]) -> None:
    by_key, by_email = {}, {}
    # Somebody who was gone and signed up anew has two rows; the one that is there comes last and counts.
    registrants = Registrant.objects.filter(event=event).order_by(F("gone_at").asc(nulls_last=True), "pk")
    for pk, key, email in registrants.values_list("pk", "registrant_key", "email"):
        by_key[key] = by_email[email] = pk
    for key, attendee in people.items():
        # By GoTo's key, then by the exact address; never by name.
        attendee.registrant_id = by_key.get(key) or by_email.get(attendee.email)
    session.attendees.all().delete()
    Attendee.objects.bulk_create(people.values(), batch_size=1000)


def _append_facts(event: Event, session: EventSession) -> None:
    attended = session.attendees.filter(attended_seconds__gt=0).select_related("registrant")
    append(
        NewFact(
            kind="attended",
            happened_at=session.ended_at,
            dedupe_key=f"attended:{session.pk}:{one.attendee_key}",
            connection_id=event.connection_id,
            event_id=event.pk,
            session_id=session.pk,
            registrant_id=one.registrant_id,
            user_id=one.registrant.user_id if one.registrant else None,
            email=one.email,
            data={"attended_seconds": one.attended_seconds},
        )
        for one in attended.iterator(chunk_size=2000)
    )
    append([about_session("attendance_read", event, session, version=session.attendance_digest)])
