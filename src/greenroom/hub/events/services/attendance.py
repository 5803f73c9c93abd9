"""Writing down which sessions took place and who was there."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from greenroom.goto import UnreadableRow
from greenroom.hub.core import clock
from greenroom.hub.core.bulk import in_batches, upsert
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.events.dates import list_dates_without_session
from greenroom.hub.events.facts import about_event, about_past_session, about_session
from greenroom.hub.events.models import Attendee, Event, EventSession, Listing
from greenroom.hub.events.presence import merge_presence, seconds_of
from greenroom.hub.events.products.base import AttendanceListing, AttendeeData, SessionData
from greenroom.hub.events.services.doubts import Place, Verdict, judge
from greenroom.hub.events.services.matching import Matcher, attended_facts, is_news
from greenroom.hub.events.services.setting_aside import set_aside
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import append, append_select

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
# A list that names nobody is asked for for longer: if it were only late, everybody would count as absent.
SETTLING_TIME_OF_NOBODY = timedelta(hours=20)
_LONGEST_KEY = 254
_CLOCKS_DIFFER = timedelta(minutes=5)


def store_sessions(*, event: Event, found: Iterable[SessionData]) -> list[EventSession]:
    """
    Write down the sessions of an event and return all of them, also those known before.

    One whose begin or end GoTo has corrected is no longer final: presence is measured on the session's own length.
    """
    told = {one.session_key: one for one in found}
    if not told:
        return list(event.sessions.all())
    known = list(event.sessions.all())
    moved = [session.pk for session in known if _has_moved(session, told.get(session.session_key))]
    with transaction.atomic():
        EventSession.objects.bulk_create(
            [
                EventSession(
                    event=event,
                    session_key=one.session_key,
                    started_at=one.started_at,
                    ended_at=one.ended_at,
                    poll_count=one.poll_count,
                )
                for one in told.values()
            ],
            update_conflicts=True,
            unique_fields=["event", "session_key"],
            update_fields=["started_at", "ended_at", "poll_count"],
        )
        if moved:
            # Shares of it are others now, though GoTo may list the same people.
            EventSession.objects.filter(pk__in=moved).update(is_final=False, attendance_digest="")
        stored = list(event.sessions.all())
        known_keys = {session.session_key for session in known}
        _tell_of_sessions(event, [one for one in stored if one.session_key not in known_keys])
        reached("mirror.sessions_stored")
    return stored


def _tell_of_sessions(event: Event, new: Iterable[EventSession]) -> None:
    """
    Append that sessions began and ended of which nobody knew while they ran. Two queries, when there are new ones.

    Some products do not tell while they run, and nobody may have looked. What ended days ago is history and no news.
    """
    untold = [session for session in new if is_news(session)]
    if not untold:
        return
    # One that took place after its plan may have been closed; who signed up since is read, and then by the real end.
    Event.objects.filter(pk=event.pk, registrants_due_at=None).update(registrants_due_at=clock.now())
    seen = Fact.objects.filter(event_id=event.pk, kind=Fact.Kind.SESSION_STARTED)
    began = list(seen.values_list("happened_at", flat=True))
    for session in untold:
        if not any(session.started_at - _CLOCKS_DIFFER <= at <= session.ended_at + _CLOCKS_DIFFER for at in began):
            append(about_past_session(event, session))


def _has_moved(session: EventSession, told: SessionData | None) -> bool:
    return told is not None and (session.started_at, session.ended_at) != (told.started_at, told.ended_at)


def session_data(session: EventSession) -> SessionData:
    """Return a session in the words of the products."""
    return SessionData(
        session.event.event_key, session.session_key, session.started_at, session.ended_at, session.poll_count
    )


def store_attendance(
    *,
    event: Event,
    session: EventSession,
    listing: AttendanceListing,
    take_set_aside: Callable[[], Sequence[UnreadableRow]] = tuple,
) -> bool:
    """
    Write down who was in a session, and return whether anything changed.

    GoTo publishes attendance late and corrects it, so it is read several times; it becomes final when two readings at
    least an hour apart are the same, or the better part of a day when nobody was there. An answer that lacks many is
    held. A constant number of statements whatever the number of people.

    Args:
        take_set_aside: gives the rows that could not be read, once the others were; see `store_registrants`.
    """
    digest = listing.digest
    if digest == session.attendance_digest:
        _note_same_answer(event, session)
        return False
    people, unreadable = _merge_devices(session, listing.rows()), take_set_aside()
    with transaction.atomic():
        # The watch and a run of sync may have asked at the same moment.
        if EventSession.objects.select_for_update().get(pk=session.pk).attendance_digest == digest:
            return False
        set_aside(place=place_of_attendance(event, session), rows=unreadable)
        verdict, has_changed = _write_attendees(event, session, people, may_lack=bool(unreadable))
        is_same = bool(session.attendance_digest) and not has_changed and verdict is not Verdict.HELD
        session.attendance_digest = digest if verdict is not Verdict.HELD else ""
        if is_same:
            # Such as where a list names also who stayed away, and one of them is signed off.
            session.save(update_fields=["attendance_digest"])
            _note_same_answer(event, session)
            return False
        session.attendance_changed_at = session.attendance_read_at = clock.now()
        session.is_final = False
        session.save(update_fields=["attendance_digest", "attendance_changed_at", "attendance_read_at", "is_final"])
        tell_of_reading(event, session, version=session.attendance_read_at.isoformat())
        reached("mirror.attendance_stored")
    return True


def tell_of_reading(event: Event, session: EventSession, *, version: str) -> None:
    """Append who attended a session, as far as that is news, and that its attendance is another now."""
    append(attended_facts(event, session.attendees.all()))
    append([about_session("attendance_read", event, session, version=version)])


def plan_next_reading(*, event: Event) -> None:
    """Set when the event's attendance is looked at next, or close it when there is nothing more to wait for."""
    now = clock.now()
    sessions, dates = list(event.sessions.all()), list(event.times.all())
    # A date without a session may have one that GoTo has not told of yet.
    awaited = [date.ends_at for date in list_dates_without_session(dates=dates, sessions=sessions)]
    ends = [session.ended_at for session in sessions] + [end for end in awaited if end <= now]
    last_end = max(ends, default=event.ends_at)
    is_settled = bool(sessions) and last_end not in awaited and all(session.is_final for session in sessions)
    looks = [last_end + wait for wait in SCHEDULE] if last_end and not is_settled else []
    due = next((look for look in looks if look > now), None)
    coming = min((date.ends_at for date in dates if date.ends_at > now), default=None)
    with transaction.atomic():
        event.attendance_due_at = min((at for at in (due, coming) if at), default=None)
        event.attendance_read_at = now
        event.save(update_fields=["attendance_due_at", "attendance_read_at"])
        if due is None:
            # Nobody asks GoTo again, so what is known now is the last word.
            for session in sessions:
                _make_final(event, session)
        if event.attendance_due_at is None and last_end:
            append([about_event("attendance_closed", event, version=last_end.isoformat())])
            if any(session.attendance_read_at for session in sessions):
                _tell_absent(event, last_end)


def tell_late_absences(*, event: Event) -> None:
    """Append that they stayed away for those who became known after the last look at the event's attendance."""
    if event.attendance_read_at and not event.attendance_due_at:
        read = event.sessions.filter(attendance_read_at__isnull=False)
        if last_end := read.aggregate(last=Max("ended_at"))["last"]:
            _tell_absent(event, last_end)


def _tell_absent(event: Event, last_end: datetime) -> None:
    """Append that they stayed away for all who are signed up and were in no session; once per sign-up."""
    append_select(
        ("kind", "happened_at", "dedupe_key", "connection_id", "event_id", "registrant_id", "user_id", "email"),
        """
        SELECT 'absent', %s, 'absent:' || id || ':' || generation, %s, event_id, id, user_id, email
        FROM events_registrant
        WHERE event_id = %s AND gone_at IS NULL AND status = 'APPROVED' AND NOT EXISTS (
            SELECT 1 FROM events_attendee JOIN events_eventsession ON events_eventsession.id = session_id
            WHERE events_eventsession.event_id = %s AND registrant_id = events_registrant.id AND attended_seconds > 0
        )
        ORDER BY id
        """,
        [last_end, event.connection_id, event.pk, event.pk],
    )


def _make_final(event: Event, session: EventSession) -> None:
    if session.attendance_read_at and EventSession.objects.filter(pk=session.pk, is_final=False).update(is_final=True):
        changed_at = session.attendance_changed_at or session.attendance_read_at
        append([about_session("attendance_final", event, session, version=changed_at.isoformat())])


def _note_same_answer(event: Event, session: EventSession) -> None:
    now = clock.now()
    EventSession.objects.filter(pk=session.pk).update(attendance_read_at=now)
    waited = now - (session.attendance_changed_at or now)
    if waited >= SETTLING_TIME and (waited >= SETTLING_TIME_OF_NOBODY or _was_anybody_in(session)):
        with transaction.atomic():
            _make_final(event, session)


def _was_anybody_in(session: EventSession) -> bool:
    return session.attendees.filter(attended_seconds__gt=0).exists()


def attendee_key_of(row: AttendeeData) -> str:
    """Return what tells people apart: GoTo's key, the address, or the name where GoTo tells nothing else."""
    return row.registrant_key or row.email or f"{row.first_name} {row.last_name}".strip().casefold()[:_LONGEST_KEY]


def _merge_devices(session: EventSession, rows: Iterable[AttendeeData]) -> dict[str, Attendee]:
    """Return one attendee per person; a person with several rows was there on several devices, or came back."""
    grouped: dict[str, list[AttendeeData]] = {}
    for row in rows:
        grouped.setdefault(attendee_key_of(row), []).append(row)
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


_COLUMNS = (
    "session_id",
    "attendee_key",
    "registrant_id",
    "email",
    "first_name",
    "last_name",
    "intervals",
    "attended_seconds",
    "reported_seconds",
)


def _write_attendees(
    event: Event, session: EventSession, people: dict[str, Attendee], *, may_lack: bool
) -> tuple[Verdict, bool]:
    """
    Write those who are new or corrected, and take away those who are not listed any more, unless so many are.

    Returns what the answer is worth, and whether anybody was written or taken away.

    Args:
        may_lack: whether somebody of those we know may be listed in a row that could not be read.
    """
    matcher = Matcher(event)
    for key, one in people.items():
        one.registrant_id = matcher.find(key, one.email)
    known = {row[1]: _with_json(row) for row in session.attendees.values_list(*_COLUMNS)}
    rows = (row for key, one in people.items() if (row := _row(one)) != known.get(key))
    written = upsert(Attendee, _COLUMNS, rows, key=("session_id", "attendee_key"))
    gone = known.keys() - people.keys()
    place = place_of_attendance(event, session)
    verdict = Verdict.HELD if may_lack else judge(place, gone=gone, before=len(known))
    if verdict is not Verdict.HELD:
        take_away(session, gone)
    if not all(one.registrant_id for one in people.values()):
        _look_for_newcomers(event, session)
    return verdict, bool(written or gone)


def _row(one: Attendee) -> tuple[Any, ...]:
    return _with_json(tuple(getattr(one, name) for name in _COLUMNS))


def _with_json(row: tuple[Any, ...]) -> tuple[Any, ...]:
    at = _COLUMNS.index("intervals")
    return (*row[:at], json.dumps(row[at]), *row[at + 1 :])


def place_of_attendance(event: Event, session: EventSession) -> Place:
    """Name the list of who was in a session."""
    return Place(
        connection=event.connection,
        product=event.product,
        listing=Listing.ATTENDANCE,
        event=event,
        session=session,
    )


def take_away(session: EventSession, keys: Iterable[str]) -> None:
    """Delete the rows of people whom GoTo lists no longer; batch by batch, in the caller's transaction."""
    for batch in in_batches(keys):
        session.attendees.filter(attendee_key__in=batch).delete()


def _look_for_newcomers(event: Event, session: EventSession) -> None:
    """Have the registrants read soon where they were not since the session: somebody may have signed up at the door."""
    not_since = Event.objects.filter(pk=event.pk, registrants_read_at__lt=session.ended_at)
    not_since.update(registrants_due_at=clock.now())
