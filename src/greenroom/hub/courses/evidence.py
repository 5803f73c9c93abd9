"""
What people did with an item, and what there was to do: all that its rule asks about.

A constant number of queries, whatever the number of people; what no condition of the rule asks for is not fetched.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from greenroom.hub.core import clock
from greenroom.hub.courses.completion_rule import (
    CompletionRule,
    Confirmed,
    Evidence,
    Held,
    JoinClicked,
    Opened,
    RecordingOpened,
    Registered,
    SurveyAnswered,
)
from greenroom.hub.courses.models import ItemClick, SectionItem
from greenroom.hub.courses.occurrences import list_dates_of
from greenroom.hub.events.dates import find_date, list_dates_without_session
from greenroom.hub.events.models import Event, EventSession, EventTime, Registrant
from greenroom.hub.events.selectors import list_presence
from greenroom.hub.ledger.models import Fact

NOTHING = Evidence()


@dataclass(frozen=True, slots=True)
class Findings:
    """
    What is known of one item.

    Attributes:
        held: what took place of its event and is to come.
        held_for: the same for those for whom it differs: of an event without dates each counts the time they attended.
        evidence: what each person did; who did nothing is not there.
        last_session_ends: when the last session ended that each person attended.
        expected: who signed up and of whom more cannot come: without evidence they are absent.
        is_over: whether GoTo has said its last word of it.
    """

    held: Held = field(default_factory=Held)
    held_for: dict[int, Held] = field(default_factory=dict)
    evidence: dict[int, Evidence] = field(default_factory=dict)
    last_session_ends: dict[int, datetime] = field(default_factory=dict)
    expected: frozenset[int] = frozenset()
    is_over: bool = False


def gather(*, item: SectionItem, rule: CompletionRule, users: Collection[int] | None = None) -> Findings:
    """Find out what everybody, or each of these people, did with an item."""
    events = list_dates_of(item)
    findings = _of_best_date([(event, _of_event(event, users)) for event in events])
    asked = {type(condition) for condition in rule.conditions()}
    evidence = defaultdict(Evidence, findings.evidence)
    for event in events:
        _add_what_else(event, asked, evidence)
    if JoinClicked in asked:
        for user_id, _ in _clicks(ItemClick.Kind.JOINED, item=item):
            evidence[user_id] = replace(evidence[user_id], has_joined=True)
    if Confirmed in asked:
        for user_id, _ in _clicks(ItemClick.Kind.DONE, item=item):
            evidence[user_id] = replace(evidence[user_id], is_confirmed=True)
    if Opened in asked:
        for kind in (ItemClick.Kind.OPENED, ItemClick.Kind.DONE):
            for user_id, _ in _clicks(kind, item=item):
                evidence[user_id] = replace(evidence[user_id], is_opened=True)
    return replace(findings, evidence=dict(evidence))


def _add_what_else(event: Event, asked: Collection[type], evidence: defaultdict[int, Evidence]) -> None:
    """Add what people did around an event, as far as it is asked for."""
    if Registered in asked:
        for user_id in _signed_up(event):
            evidence[user_id] = replace(evidence[user_id], is_registered=True)
    if SurveyAnswered in asked:
        for user_id in _who_answered(event):
            evidence[user_id] = replace(evidence[user_id], has_answered=True)
    if RecordingOpened in asked:
        for user_id, days in _days_until_recording(event):
            before = evidence[user_id].recording_after_days
            soonest = days if before is None else min(before, days)
            evidence[user_id] = replace(evidence[user_id], recording_after_days=soonest)


def _of_best_date(found: list[tuple[Event, Findings]]) -> Findings:
    """Count, of several dates that people pick one from, the one of which each attended the largest share."""
    if len(found) < 2:
        return found[0][1] if found else Findings()
    best: dict[int, Findings] = {}
    for _, one in found:
        for user_id in one.evidence:
            if user_id not in best or _share(one, user_id) > _share(best[user_id], user_id):
                best[user_id] = one
    expected = set[int]().union(*(one.expected for _, one in found))
    to_come = (_signed_up(event) for event, one in found if not one.is_over)
    return Findings(
        held_for={user_id: one.held_for.get(user_id, one.held) for user_id, one in best.items()},
        evidence={user_id: one.evidence[user_id] for user_id, one in best.items()},
        last_session_ends={user_id: one.last_session_ends[user_id] for user_id, one in best.items()},
        expected=frozenset(expected.difference(*to_come)),
    )


def _share(found: Findings, user_id: int) -> float:
    held = found.held_for.get(user_id, found.held)
    return found.evidence[user_id].attended_seconds / max(1, held.actual_seconds)


def _of_event(event: Event, users: Collection[int] | None) -> Findings:
    sessions, dates = list(event.sessions.all()), list(event.times.all())
    if not sessions:
        return Findings(held=look_ahead(event, sessions, dates))
    attended = list_presence(event=event, users=users)
    is_over = all(session.is_final for session in sessions) and event.attendance_due_at is None
    ends = {session.pk: session.ended_at for session in sessions}
    last_ends: dict[int, datetime] = {}
    for user_id, session_id, _ in attended:
        last_ends[user_id] = max(ends[session_id], last_ends.get(user_id, ends[session_id]))
    found = Findings(
        held=look_ahead(event, sessions, dates),
        last_session_ends=last_ends,
        expected=frozenset(_signed_up(event)) if is_over else frozenset(),
        is_over=is_over,
    )
    if event.dates == Event.Dates.ANY_TIME:
        return _each_time_alone(found, attended, sessions)
    return replace(found, evidence=_add_up(attended, sessions, dates))


def look_ahead(event: Event, sessions: list[EventSession], dates: list[EventTime]) -> Held:
    """Add up what took place and the plan of what is to come, which GoTo may yet tell of."""
    coming = dates_to_come(event=event, sessions=sessions, dates=dates)
    seconds_to_come = sum(_length(date) for date in coming)
    return Held(
        actual_seconds=sum(session.duration_seconds for session in sessions) + seconds_to_come,
        planned_seconds=_planned(sessions, dates) + seconds_to_come,
        dates=len(_group_by_date(sessions, dates)) + len(coming),
    )


def dates_to_come(*, event: Event, sessions: Iterable[EventSession], dates: Iterable[EventTime]) -> list[EventTime]:
    """Return the dates without a session: planned ones, and those GoTo may yet tell of."""
    if event.state == Event.State.CANCELLED:
        return []
    sessions, dates = list(sessions), list(dates)
    coming = list_dates_without_session(dates=dates, sessions=sessions)
    last_end = max((session.ended_at for session in sessions), default=None)
    if last_end is None:
        return coming if event.state != Event.State.ENDED or event.attendance_due_at else []
    # A date before the last session did not take place; nor did any that is over when GoTo has said its last word.
    since = last_end if event.attendance_due_at else max(last_end, clock.now())
    return [date for date in coming if date.ends_at > since]


def _planned(sessions: list[EventSession], dates: list[EventTime]) -> int:
    """Return the planned length of what took place; a session that nobody planned counts as it ran."""
    held = {date.pk: date for session in sessions if (date := find_date(session=session, dates=dates))}
    unplanned = [one for one in sessions if find_date(session=one, dates=dates) is None]
    return sum(_length(date) for date in held.values()) + sum(one.duration_seconds for one in unplanned)


def _length(date: EventTime) -> int:
    return int((date.ends_at - date.starts_at).total_seconds())


def _group_by_date(sessions: list[EventSession], dates: list[EventTime]) -> dict[str, list[int]]:
    """Return the sessions of each date that was held; a session that fits none is a date of its own."""
    groups: dict[str, list[int]] = defaultdict(list)
    for session in sessions:
        date = find_date(session=session, dates=dates)
        groups[f"date {date.pk}" if date else f"session {session.pk}"].append(session.pk)
    return groups


def _add_up(
    attended: list[tuple[int, int, int]], sessions: list[EventSession], dates: list[EventTime]
) -> dict[int, Evidence]:
    date_of = {pk: name for name, group in _group_by_date(sessions, dates).items() for pk in group}
    seconds: Counter[int] = Counter()
    been_at: dict[int, set[str]] = defaultdict(set)
    for user_id, session_id, length in attended:
        seconds[user_id] += length
        been_at[user_id].add(date_of[session_id])
    return {user_id: Evidence(total, len(been_at[user_id])) for user_id, total in seconds.items()}


def _each_time_alone(found: Findings, attended: list[tuple[int, int, int]], sessions: list[EventSession]) -> Findings:
    """Count the time it was held that a person attended the largest share of: there is no last date."""
    lengths = {session.pk: session.duration_seconds for session in sessions}
    counts = Counter(user_id for user_id, _, _ in attended)
    best = {user_id: (seconds, session_id) for user_id, session_id, seconds in sorted(
        attended, key=lambda row: row[2] / max(1, lengths[row[1]])
    )}  # fmt: skip
    return replace(
        found,
        evidence={user_id: Evidence(seconds, counts[user_id]) for user_id, (seconds, _) in best.items()},
        held_for={
            user_id: Held(lengths[session_id], lengths[session_id], found.held.dates)
            for user_id, (_, session_id) in best.items()
        },
    )


def _signed_up(event: Event) -> list[int]:
    approved = Registrant.objects.filter(
        event=event, gone_at=None, user__isnull=False, status=Registrant.Status.APPROVED
    )
    return [user_id for user_id in approved.values_list("user_id", flat=True) if user_id]


def _who_answered(event: Event) -> list[int]:
    """Return who sent in the survey, as GoTo told by webhook; it tells in no other way."""
    told = Fact.objects.filter(kind=Fact.Kind.SURVEY_SUBMITTED, event_id=event.pk).values("registrant_id")
    people = Registrant.objects.filter(pk__in=told, user__isnull=False)
    return [user_id for user_id in people.values_list("user_id", flat=True) if user_id]


def _clicks(kind: ItemClick.Kind, **where: object) -> list[tuple[int, datetime]]:
    return list(ItemClick.objects.filter(kind=kind, **where).values_list("user_id", "clicked_at"))


def _days_until_recording(event: Event) -> list[tuple[int, int]]:
    """Return after how many days people first opened a recording of the event, in whichever lesson it stands."""
    ended_at = event_end(event)
    first: dict[int, datetime] = {}
    for user_id, at in _clicks(ItemClick.Kind.OPENED, item__recording__event=event):
        first[user_id] = min(at, first.get(user_id, at))
    return [(user_id, max(0, (at - ended_at) // timedelta(days=1)) if ended_at else 0) for user_id, at in first.items()]


def event_end(event: Event) -> datetime | None:
    """Return when an event was over: at the end of its last session, or as planned."""
    return max((session.ended_at for session in event.sessions.all()), default=event.ends_at)
