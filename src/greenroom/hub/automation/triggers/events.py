"""What may be waited for of events, whatever their product."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.narrowing import EventFilter, NewEventFilter, SoonFilter
from greenroom.hub.automation.registry import Trigger, register_trigger
from greenroom.hub.automation.triggers.items import EventItem, Mirror, of_each, of_event, sample_events
from greenroom.hub.events.services.coming import LEADS
from greenroom.hub.ledger.models import Fact

_TAGS = ("Events",)


class EventChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of an event was and is."""

    member: Annotated[str, told("Member", "What has changed, such as title or starts_at.")]
    before: Annotated[str, told("Before", "What it was, as text; empty when there was nothing.")]
    after: Annotated[str, told("After", "What it is now, as text; empty when there is nothing.")]


class ChangedEventItem(EventItem, frozen=True, kw_only=True):
    """An event, and what has changed."""

    changes: Annotated[list[EventChange], told("Changes", "What has changed, with the old and the new value.")]


class SoonItem(EventItem, frozen=True, kw_only=True):
    """An event that starts soon."""

    minutes: Annotated[int, told("Minutes", "How many minutes before the start this is told.")]
    date_starts_at: Annotated[datetime, told("Date starts at", "When the date that is meant begins, in UTC.")]


class RecordingItem(EventItem, frozen=True, kw_only=True):
    """An event of which there is a recording."""

    recording_key: Annotated[str, told("Recording key", "What GoTo calls the recording; ask for its link with it.")]


def _event(mirror: Mirror, fact: Fact) -> EventItem | None:
    event = mirror.event(fact)
    return EventItem(**of_event(event)) if event else None


def _changed(mirror: Mirror, fact: Fact) -> ChangedEventItem | None:
    event = mirror.event(fact)
    if event is None:
        return None
    changes = [
        EventChange(member=name, before=_as_text(before), after=_as_text(after))
        for name, (before, after) in fact.data.items()
    ]
    return ChangedEventItem(**of_event(event), changes=changes)


def _as_text(value: Any) -> str:
    """Put a value into words; the dates of an event with several become `start to end, start to end`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(f"{start} to {end}" for start, end in value)
    return str(value or "")


def _soon(mirror: Mirror, fact: Fact) -> SoonItem | None:
    event = mirror.event(fact)
    if event is None:
        return None
    starts_at = datetime.fromisoformat(fact.data["starts_at"])
    return SoonItem(**of_event(event), minutes=fact.data["minutes"], date_starts_at=starts_at)


def _recording(mirror: Mirror, fact: Fact) -> RecordingItem | None:
    event = mirror.event(fact)
    return RecordingItem(**of_event(event), recording_key=fact.data["recording_key"]) if event else None


def _of_events(name: str, operation_id: str, summary: str, description: str, kind: str, state: str) -> None:
    """Register a trigger whose items are events and nothing more."""
    register_trigger(
        Trigger(
            name=name,
            operation_id=operation_id,
            summary=summary,
            description=description,
            kinds=(kind,),
            data=EventItem,
            filter=NewEventFilter if kind == "event_created" else EventFilter,
            build=of_each(_event),
            samples=[EventItem(**one | {"state": state}) for one in sample_events()],
            tags=_TAGS,
        )
    )


_of_events(
    "event.created",
    "OnEventCreated",
    "When an event is created",
    "This operation triggers when a webinar, training or meeting is created, at GoTo or here.",
    "event_created",
    "scheduled",
)
_of_events(
    "event.cancelled",
    "OnEventCancelled",
    "When an event is cancelled",
    "This operation triggers when an event is cancelled or deleted.",
    "event_cancelled",
    "cancelled",
)
_of_events(
    "event.started",
    "OnEventStarted",
    "When an event starts",
    "This operation triggers when the organizer starts an event. Of trainings GoTo tells that only after their end.",
    "session_started",
    "live",
)
_of_events(
    "event.ended",
    "OnEventEnded",
    "When an event ends",
    "This operation triggers when an event, or one of its dates, has ended.",
    "session_ended",
    "ended",
)
register_trigger(
    Trigger(
        name="event.changed",
        operation_id="OnEventChanged",
        summary="When an event is changed",
        description="This operation triggers when title, dates or anything else of an event is changed.",
        kinds=("event_changed",),
        data=ChangedEventItem,
        filter=EventFilter,
        build=of_each(_changed),
        samples=[
            ChangedEventItem(**one, changes=[EventChange(member="title", before="Lifting", after=one["title"])])
            for one in sample_events()
        ],
        tags=_TAGS,
    )
)
register_trigger(
    Trigger(
        name="event.starts_soon",
        operation_id="OnEventStartsSoon",
        summary="When an event starts soon",
        description="This operation triggers when a date of an event is so many minutes away, and again when the date "
        "has been moved. When the hub was not running it comes late, by up to half of the minutes.",
        kinds=("starts_soon",),
        data=SoonItem,
        filter=SoonFilter,
        build=of_each(_soon),
        samples=[
            SoonItem(**one, minutes=minutes, date_starts_at=one["starts_at"])
            for one, minutes in zip(sample_events(), LEADS[:3], strict=True)
        ],
        tags=_TAGS,
    )
)
register_trigger(
    Trigger(
        name="recording.ready",
        operation_id="OnRecordingReady",
        summary="When a recording is ready",
        description="This operation triggers when GoTo has a recording of an event.",
        kinds=("recording_ready",),
        data=RecordingItem,
        filter=EventFilter,
        build=of_each(_recording),
        samples=[RecordingItem(**one, recording_key=f"4{one['event_key']}") for one in sample_events()],
        tags=_TAGS,
    )
)
