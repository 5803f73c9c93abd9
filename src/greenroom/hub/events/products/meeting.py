"""GoToMeeting. Nobody signs up; two lists tell everything: what is to come or runs, and what was held."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from greenroom.goto import GoTo, PermissionDeniedError, ResourceNotFoundError, meeting
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.events.products.base import (
    Ability,
    AttendanceListing,
    AttendeeData,
    Created,
    EventData,
    EventWish,
    SessionData,
    Words,
)
from greenroom.hub.events.products.window import Window
from greenroom.hub.events.products.without_sign_up import WithoutSignUp

# What was held lately is read together, so that looking again for its attendance takes no call of its own.
_LATELY = timedelta(days=7)
# GoTo wants dates for a meeting that has none, and does not keep to them.
_PLACEHOLDER_LENGTH = timedelta(hours=1)


class MeetingProduct(WithoutSignUp):
    """GoToMeeting, API version 1. The calls for oneself are used: a connection is one organizer."""

    code = "meeting"
    words = Words("Meeting", "Meetings")
    abilities = frozenset({Ability.CREATE, Ability.UPDATE, Ability.CANCEL, Ability.NO_DATE, Ability.OPEN_START})
    tells_when_live = True

    def __init__(self, run: "_Run | None" = None) -> None:
        """Remember what one run reads, or nothing without one."""
        self._run = run

    def for_one_run(self) -> "MeetingProduct":
        """Return the product with a memory: a whole pass is then three calls, or two and one per meeting held."""
        return MeetingProduct(_Run())

    def list_events(self, goto: GoTo, organizer_key: str, since: datetime, until: datetime) -> Iterable[EventData]:
        """Yield all meetings to come, and those that were held in the window. Two calls."""
        run = self._run or _Run()
        upcoming = run.upcoming(goto)
        held: dict[str, list[meeting.HistoricalMeeting]] = {}
        for one in run.held(goto, min(since, clock.now() - _LATELY), until):
            held.setdefault(one.meeting_id, []).append(one)
        for planned in upcoming:
            ends = [end for _, end in _runs(held.pop(planned.meeting_id, ()))]
            yield _planned(planned, organizer_key, max(ends, default=None))
        for rows in held.values():
            if _runs(rows):
                yield _held(rows, organizer_key)

    def get_event(self, goto: GoTo, organizer_key: str, event_key: str) -> EventData | None:
        """Return one meeting. One call."""
        try:
            one = goto.send(meeting.meetings_meeting_id_get(event_key))
        except ResourceNotFoundError:
            return None
        return _planned(one, organizer_key, None)

    def list_live_keys(self, goto: GoTo, organizer_key: str) -> Collection[str]:
        """Return the running meetings, which the list of those to come tells. One call, or none within a run."""
        upcoming = (self._run or _Run()).upcoming(goto)
        return {one.meeting_id for one in upcoming if one.status == meeting.MeetingStatus.ACTIVE}

    def list_sessions(
        self, goto: GoTo, organizer_key: str, event_keys: Collection[str], since: datetime, until: datetime
    ) -> Iterable[SessionData]:
        """Yield the ended sessions of these meetings. One call, or none within a run."""
        run = self._run or _Run()
        held = (one for one in run.held(goto, since, until) if one.meeting_id in event_keys)
        sessions = [session for one in held if (session := _session(one))]
        run.sessions.update(sessions)
        return sessions

    def list_attendance(
        self, goto: GoTo, organizer_key: str, event_key: str, session: SessionData
    ) -> AttendanceListing:
        """
        Return who was in a session; who came back or used two devices is one person.

        One call per meeting, or one for all sessions that were listed before in this run. The latter is for account
        administrators: others are refused once in a run, which costs them one call.
        """
        stays = (self._run or _Run()).attendees(goto, organizer_key, session)
        rows = [row for row in stays if _is_of(row, session)]
        told = b"".join(sorted(map(msgspec.json.encode, rows)))
        return AttendanceListing(hashlib.sha256(told).hexdigest(), lambda: _people(rows))

    def create_event(self, goto: GoTo, organizer_key: str, wish: EventWish) -> Created:
        """Schedule a meeting; only this answer has its join link. GoTo keeps no description and no time zone."""
        kind, starts_at, ends_at = _plan(wish.times or ())
        wanted = meeting.MeetingReqCreate(
            subject=wish.title or self.words.one, start_time=starts_at, end_time=ends_at, meeting_type=kind
        )
        made = goto.send(meeting.meetings_post(wanted))
        return Created(made.meeting_id, join_url=storable(made.join_url))

    def update_event(self, goto: GoTo, organizer_key: str, event_key: str, wish: EventWish) -> None:
        """Change a meeting. Two calls: GoTo wants the whole of it, so what stays is read first."""
        now = goto.send(meeting.meetings_meeting_id_get(event_key))
        kind, starts_at, ends_at = _plan(wish.times) if wish.times is not None else _plan_of(now)
        wanted = meeting.MeetingReqUpdate(
            subject=wish.title or now.subject,
            start_time=starts_at,
            end_time=ends_at,
            password_required=bool(now.password_required),
            conference_call_info=now.conference_call_info or "Hybrid",
            meeting_type=kind,
        )
        goto.send(meeting.meetings_meeting_id_put(event_key, wanted))

    def cancel_event(self, goto: GoTo, organizer_key: str, event_key: str, *, tell_registrants: bool = False) -> None:
        """Delete the meeting; GoTo mails nobody, and one that is gone already counts as deleted."""
        goto.send(meeting.meetings_meeting_id_delete(event_key, gone_is_success=True))

    def get_start_url(self, goto: GoTo, organizer_key: str, event_key: str) -> str:
        """Return the link that starts the meeting. GoTo asks for no sign-in there: it must not be kept or shown."""
        return goto.send(meeting.meetings_meeting_id_start_get(event_key)).host_url


class _Run:
    """What one run has read of an organizer's meetings."""

    def __init__(self) -> None:
        self.sessions: set[SessionData] = set()
        self._upcoming: list[meeting.UpcomingMeeting] | None = None
        self._held: Window[meeting.HistoricalMeeting] = Window()
        self._attendees: dict[str, list[meeting.Attendee]] = {}
        self._may_ask_for_all = True

    def upcoming(self, goto: GoTo) -> list[meeting.UpcomingMeeting]:
        if self._upcoming is None:
            self._upcoming = goto.send(meeting.upcoming_meetings_get())
        return self._upcoming

    def held(self, goto: GoTo, since: datetime, until: datetime) -> list[meeting.HistoricalMeeting]:
        return self._held.read(since, until, lambda start, end: goto.send(meeting.historical_meetings_get(start, end)))

    def attendees(self, goto: GoTo, organizer_key: str, session: SessionData) -> list[meeting.Attendee]:
        """Return at least the rows of this session. For the runs of one meeting, all at once would save nothing."""
        if self._may_ask_for_all and session in self.sessions and len({one.event_key for one in self.sessions}) > 1:
            self._read_all(goto, organizer_key)
        key = session.event_key
        if key not in self._attendees:
            self._attendees[key] = goto.send(meeting.meetings_meeting_id_attendees_get(key))
        return self._attendees[key]

    def _read_all(self, goto: GoTo, organizer_key: str) -> None:
        self._may_ask_for_all = False
        # Whether the range means the start of the meeting or that of a stay is not told: it holds both.
        start, end = min(one.started_at for one in self.sessions), max(one.ended_at for one in self.sessions)
        try:
            found = goto.send(meeting.organizers_organizer_key_attendees_get(organizer_key, start, end))
        except PermissionDeniedError:
            return
        self._attendees = {one.event_key: [] for one in self.sessions}
        for row in found:
            self._attendees.setdefault(row.meeting_id or "", []).append(row)


MEETING = MeetingProduct()


def _planned(
    one: meeting.UpcomingMeeting | meeting.MeetingById, organizer_key: str, last_held_at: datetime | None
) -> EventData:
    times = () if one.meeting_type == meeting.MeetingType.RECURRING else _times(one.start_time, one.end_time)
    return EventData(
        event_key=one.meeting_id,
        organizer_key=organizer_key,
        title=storable(one.subject),
        times=times,
        event_number=one.meeting_id,
        dates="one" if times else "any_time",
        last_held_at=last_held_at,
    )


def _held(rows: Sequence[meeting.HistoricalMeeting], organizer_key: str) -> EventData:
    runs = _runs(rows)
    return EventData(
        event_key=rows[0].meeting_id,
        organizer_key=organizer_key,
        title=storable(rows[-1].subject),
        times=runs,
        event_number=rows[0].meeting_id,
        dates="one" if len(runs) == 1 else "all",
        last_held_at=max(end for _, end in runs),
        is_planned=False,
    )


def _runs(rows: Iterable[meeting.HistoricalMeeting]) -> tuple[tuple[datetime, datetime], ...]:
    return tuple(sorted((one.started_at, one.ended_at) for row in rows if (one := _session(row))))


def _session(one: meeting.HistoricalMeeting) -> SessionData | None:
    """Return what took place; without its end, which GoTo calls required, by its length in minutes."""
    start, end = one.start_time, one.end_time
    if start and not end and one.duration is not None:
        end = start + timedelta(minutes=one.duration)
    if start is None or end is None:
        return None
    return SessionData(one.meeting_id, one.session_id or start.strftime("%Y%m%dT%H%M%SZ"), start, end)


def _times(start: datetime | None, end: datetime | None) -> tuple[tuple[datetime, datetime], ...]:
    return ((start, end),) if start and end and start < end else ()


def _plan(times: Sequence[tuple[datetime, datetime]]) -> tuple[meeting.MeetingType, datetime, datetime]:
    """
    Return kind, start and end of a meeting with one date, or with none.

    Raises:
        InvalidInputError: there are several.
    """
    if len(times) > 1:
        raise InvalidInputError("A meeting has one date, or none.", {"times": "Give one date, or none."})
    if times:
        return meeting.MeetingType.SCHEDULED, *times[0]
    now = clock.now()
    return meeting.MeetingType.RECURRING, now, now + _PLACEHOLDER_LENGTH


def _plan_of(one: meeting.MeetingById) -> tuple[meeting.MeetingType, datetime, datetime]:
    kind = one.meeting_type or meeting.MeetingType.SCHEDULED
    start = one.start_time or clock.now()
    return kind, start, one.end_time or start + _PLACEHOLDER_LENGTH


def _is_of(row: meeting.Attendee, session: SessionData) -> bool:
    """
    Tell whether a row is of this run of the meeting: lists hold all runs of a meeting, or of all meetings.

    That the instance key is the session's ID is assumed; the run's start or the stay itself tell as well.
    """
    if row.meeting_id not in {None, session.event_key}:
        return False
    if row.meeting_instance_key == session.session_key or row.start_time == session.started_at:
        return True
    return row.join_time is not None and session.started_at <= row.join_time < session.ended_at


def _people(rows: Iterable[meeting.Attendee]) -> Iterator[AttendeeData]:
    """Yield each person once: by the address, or by the name of those who gave none."""
    grouped: dict[tuple[str, str], list[meeting.Attendee]] = {}
    for row in rows:
        email = storable(row.attendee_email.strip().lower(), 254)
        grouped.setdefault((email, "" if email else row.attendee_name), []).append(row)
    for (email, _), stays in grouped.items():
        yield AttendeeData(
            registrant_key="",
            email=email,
            first_name=storable(stays[0].attendee_name),  # one text: where the last name begins is not told
            last_name="",
            joined=tuple((stay.join_time, stay.leave_time) for stay in stays),
            # GoTo's minutes are of the stay in one list and of the whole meeting in another.
            reported_seconds=sum(_seconds(stay) for stay in stays),
        )


def _seconds(stay: meeting.Attendee) -> int:
    if stay.join_time is None or stay.leave_time is None:
        return 0
    return max(0, int((stay.leave_time - stay.join_time).total_seconds()))
