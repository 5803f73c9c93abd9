"""Whether somebody can still complete an item: what they did so far and everything that is to come, by the rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from greenroom.hub.courses.completion_rule import CompletionRule, Evidence, Manual
from greenroom.hub.courses.evidence import dates_to_come, event_end, look_ahead
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.models import Event, EventSession, EventTime

_Status = Completion.Status


def can_be_completed(
    *,
    events: Sequence[Event],
    rule: CompletionRule,
    standing: Completion | None,
    now: datetime,
    deadline: datetime | None,
) -> bool:
    """
    Tell whether somebody who has not completed an item still can, before the deadline.

    As long as GoTo may correct what it told, anybody can. `events` are the dates of it to
    pick from, one for most and none where it is no live event; they come with their `times` and `sessions`.
    """
    if deadline and now > deadline:
        return False
    if standing and standing.basis == Completion.Basis.MARK:
        return False
    if not events or Manual() in rule.conditions():
        return True
    # What was attended of one date does not count for another one.
    known = standing if len(events) == 1 else None
    return any(_can_be_completed_by(event, rule, known, now, deadline) for event in events)


def _can_be_completed_by(
    event: Event, rule: CompletionRule, standing: Completion | None, now: datetime, deadline: datetime | None
) -> bool:
    sessions, dates = list(event.sessions.all()), list(event.times.all())
    if _may_be_corrected(event, sessions) or event.dates == Event.Dates.ANY_TIME:
        return True
    coming = dates_to_come(event=event, sessions=sessions, dates=dates)
    in_time = [date for date in coming if deadline is None or date.starts_at < deadline]
    return rule.holds(_best(event, standing, in_time, now), look_ahead(event, sessions, dates))


def _may_be_corrected(event: Event, sessions: Sequence[EventSession]) -> bool:
    if any(not session.is_final for session in sessions):
        return True
    return event.state == Event.State.ENDED and event.attendance_due_at is not None


def _best(event: Event, standing: Completion | None, coming: Sequence[EventTime], now: datetime) -> Evidence:
    """Return what somebody would have done who is there from now on whenever they can be."""
    ended_at = event_end(event)
    since = (now - ended_at) // timedelta(days=1) if ended_at and now > ended_at else 0
    is_ahead = bool(coming)
    seconds = sum(int((date.ends_at - date.starts_at).total_seconds()) for date in coming)
    return Evidence(
        attended_seconds=(standing.attended_seconds if standing else 0) + seconds,
        attended_dates=(standing.attended_dates if standing else 0) + len(coming),
        is_registered=is_ahead,
        has_joined=is_ahead,
        has_answered=True,
        recording_after_days=since,
    )
