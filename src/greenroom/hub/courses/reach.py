"""Why somebody can no longer complete an item: what they did so far and everything that is to come, by the rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from greenroom.hub.courses.completion_rule import CompletionRule, Evidence, Manual
from greenroom.hub.courses.evidence import dates_to_come, event_end, look_ahead
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.models import Event, EventSession, EventTime

_Status = Completion.Status


def find_obstacle(
    *,
    events: Sequence[Event],
    rule: CompletionRule,
    standing: Completion | None,
    now: datetime,
    deadline: datetime | None,
) -> str:
    """
    Say why somebody who has not completed an item no longer can before the deadline; empty as long as they can.

    As long as GoTo may correct what it told, anybody can. `events` are the dates of it to
    pick from, one for most and none where it is no live event; they come with their `times` and `sessions`.
    """
    if deadline and now > deadline:
        return "the deadline is over"
    if standing and standing.basis == Completion.Basis.MARK:
        return "marked by an instructor"
    if not events or Manual() in rule.conditions():
        return ""
    # What was attended of one date does not count for another one.
    known = standing if len(events) == 1 else None
    found = [_find_obstacle_of(event, rule, known, now, deadline) for event in events]
    return found[-1] if all(found) else ""


def _find_obstacle_of(
    event: Event, rule: CompletionRule, standing: Completion | None, now: datetime, deadline: datetime | None
) -> str:
    sessions, dates = list(event.sessions.all()), list(event.times.all())
    if _may_be_corrected(event, sessions) or event.dates == Event.Dates.ANY_TIME:
        return ""
    coming = dates_to_come(event=event, sessions=sessions, dates=dates)
    in_time = [date for date in coming if deadline is None or date.starts_at < deadline]
    if rule.holds(_best(event, standing, in_time, now), look_ahead(event, sessions, dates)):
        return ""
    if in_time:
        return "what is to come is not enough"
    if coming:
        return "no date before the deadline"
    return "the attendance is final and not enough" if sessions else "no date is left"


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
