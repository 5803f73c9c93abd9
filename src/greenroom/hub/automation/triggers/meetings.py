"""What may be waited for of meetings, as in Microsoft's GoToMeeting connector."""

from greenroom.hub.automation.narrowing import TitleFilter
from greenroom.hub.automation.registry import Trigger, register_trigger
from greenroom.hub.automation.shapes.meetings import Meeting, to_meeting
from greenroom.hub.automation.triggers.items import Mirror, of_each, sample_events
from greenroom.hub.ledger.models import Fact


def _meeting(mirror: Mirror, fact: Fact) -> Meeting | None:
    event = mirror.event(fact)
    return to_meeting(event) if event else None


def _samples(status: str) -> list[Meeting]:
    return [
        Meeting(
            meeting_id=one["event_number"],
            subject=one["title"],
            start_time=one["starts_at"],
            end_time=one["ends_at"],
            meeting_type="scheduled",
            status=status,
            join_url=f"https://greenroom.example.com/go/join/e/sample-{one['event_number']}/",
        )
        for one in sample_events("meeting")
    ]


def _of_meetings(name: str, operation_id: str, summary: str, description: str, kind: str, status: str) -> None:
    register_trigger(
        Trigger(
            name=name,
            operation_id=operation_id,
            summary=summary,
            description=description,
            kinds=(kind,),
            data=Meeting,
            filter=TitleFilter,
            build=of_each(_meeting),
            samples=_samples(status),
            product="meeting",
            tags=("Meetings",),
        )
    )


_of_meetings(
    "meeting.created",
    "OnNewMeeting",
    "When a meeting is created",
    "This operation triggers when a new meeting is created.",
    "event_created",
    "scheduled",
)
_of_meetings(
    "meeting.completed",
    "OnMeetingComplete",
    "When a meeting is completed",
    "This operation triggers when a meeting has ended.",
    "session_ended",
    "ended",
)
