"""What this app does when something has happened."""

from collections.abc import Sequence
from datetime import timedelta

from greenroom.hub.core import clock
from greenroom.hub.events.models import EventSession
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.services.answers import read_answers
from greenroom.hub.events.services.recordings import read_recordings
from greenroom.hub.events.services.registration import give_up_replaced
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader

# Recordings are cut and converted after the end, and GoTo does not say how long that takes: each look is twice as late
# as the one before, for nearly three days.
_LOOKS = [timedelta(hours=hours) for hours in (2, 4, 8, 16, 32, 64)]


@reader("events.what_remains", kinds=["attendance_read", "attendance_final"])
def read_what_remains(facts: Sequence[Fact]) -> None:
    """Read the answers and the recordings of sessions that are over for good; look for recordings also before."""
    sessions = EventSession.objects.filter(pk__in={fact.session_id for fact in facts}).select_related("event")
    final = {fact.session_id for fact in facts if fact.kind == "attendance_final"}
    for session in sessions:
        abilities, event_id = get_product(session.event.product).abilities, session.event_id
        if Ability.ANSWERS in abilities and session.pk in final:
            read_answers.enqueue(session_id=session.pk, dedupe_key=f"answers:{session.pk}")
        if Ability.RECORDINGS in abilities:
            if session.pk in final:
                read_recordings.enqueue(event_id=event_id, dedupe_key=f"recordings:{event_id}")
            for look in (session.ended_at + wait for wait in _LOOKS):
                if look > clock.now():
                    key = f"recordings:{event_id}:{look.isoformat()}"
                    read_recordings.enqueue(event_id=event_id, run_at=look, dedupe_key=key)


@reader("events.changed_dates", kinds=["approved"])
def leave_the_other_date(facts: Sequence[Fact]) -> None:
    """Take who changed to a date that the organizer approves off the one they had."""
    give_up_replaced(registrants={fact.registrant_id for fact in facts if fact.registrant_id})
