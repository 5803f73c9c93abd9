"""What this app does when something has happened."""

from collections.abc import Sequence

from greenroom.hub.courses.notices import KINDS
from greenroom.hub.courses.services import evaluate_event, keep_calendar, tell_people
from greenroom.hub.courses.services.notices import may_concern
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader


@reader(
    "courses.completion",
    kinds=[
        "attendance_read",
        "attendance_final",
        "attendance_closed",
        "event_changed",
        "event_cancelled",
        "linked",
        "survey_submitted",
    ],
)
def complete_by_attendance(facts: Sequence[Fact]) -> None:
    """Compute completion anew where attendance or whose it is has become known, or dates to come have changed."""
    for event_id in {fact.event_id for fact in facts if fact.event_id}:
        evaluate_event(event_id=event_id)


@reader("courses.calendar", kinds=["event_created", "event_changed", "event_cancelled"])
def keep_calendars(facts: Sequence[Fact]) -> None:
    """Move, add and cancel in people's calendars what has been moved, added and cancelled at GoTo."""
    for event_id in {fact.event_id for fact in facts if fact.event_id}:
        keep_calendar(event_id=event_id)


@reader("courses.notices", kinds=KINDS)
def tell_of_changes(facts: Sequence[Fact]) -> None:
    """Have people told of what is new about their events: moved, cancelled, near, and that they are registered."""
    for fact in filter(may_concern, facts):
        tell_people.enqueue(fact_id=fact.pk, dedupe_key=f"notice:{fact.pk}")
