"""What somebody who may pick one of several dates can do with each of them, and which one counts as theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.selectors import Registration

# So long nobody is led to a date of which GoTo said that it is full; then somebody may have stepped back.
FULL_FOR = timedelta(hours=1)
_GONE = {Event.State.CANCELLED, Event.State.MISSING}
_UNDECIDED: dict[str, str] = {
    Registrant.Status.WAITING: "Waiting for approval",
    Registrant.Status.DENIED: "Not approved",
}


@dataclass(frozen=True, slots=True)
class DateChoice:
    """
    One date, and how somebody stands with it.

    `word` says how they stand, `reason` why it cannot be picked; it can be where neither does. `note` is GoTo's answer.
    """

    event: Event
    is_mine: bool = False
    word: str = ""
    reason: str = ""
    note: str = ""
    is_moving: bool = False  # GoTo is being asked

    @property
    def key(self) -> str:
        """Return what names it in addresses."""
        return str(self.event.pk)

    @property
    def can_be_picked(self) -> bool:
        """Whether somebody can ask for a place."""
        return not self.word and not self.reason


def choose_own(events: Sequence[Event], registrations: Mapping[int, Registration], now: datetime) -> Event:
    """
    Return the date that counts as somebody's: theirs to come, the one asked for, the last one they had, or the next.

    As long as a new date is not certain, it is the old one: there they have a place.
    """

    def rank(event: Event) -> tuple[int, float]:
        registration = registrations.get(event.pk, Registration())
        starts = event.starts_at.timestamp() if event.starts_at else 0
        if is_over(event, now) or (registration.is_open and event.state == Event.State.CANCELLED):
            return (2, -starts) if registration.is_open else (5, -starts)
        if registration.is_open:
            return (0 if _has_place(registration) else 1, starts)
        return (4 if event.state in _GONE else 3, starts)

    return min(events, key=rank)


def _has_place(registration: Registration) -> bool:
    registrant, request = registration.registrant, registration.request
    is_leaving = request is not None and request.state == RegistrationRequest.State.CANCELLING
    return registrant is not None and registrant.status not in _UNDECIDED and not is_leaving


def list_choices(
    events: Sequence[Event], own: Event, registrations: Mapping[int, Registration], full: Collection[int], now: datetime
) -> list[DateChoice]:
    """Return the dates in their order; `full` are those of which GoTo said so just now."""
    return [_choice(event, own, registrations.get(event.pk, Registration()), event.pk in full, now) for event in events]


def _choice(event: Event, own: Event, registration: Registration, is_full: bool, now: datetime) -> DateChoice:
    is_mine = event.pk == own.pk and registration.is_open
    if event.state == Event.State.CANCELLED:
        return DateChoice(event, is_mine, reason="Cancelled")
    if registration.is_open:
        return DateChoice(event, is_mine, word=_standing(registration), is_moving=_is_moving(registration))
    if is_over(event, now):
        return DateChoice(event, reason="Over")
    if event.state == Event.State.MISSING:
        return DateChoice(event, reason="Not found at GoTo")
    if is_full:
        return DateChoice(event, reason="Full")
    if not event.connection.is_usable:
        return DateChoice(event, reason="Not available")
    request = registration.request
    refused = request is not None and request.state == RegistrationRequest.State.REFUSED
    return DateChoice(event, note=request.refusal if request and refused else "")


def _standing(registration: Registration) -> str:
    request, registrant = registration.request, registration.registrant
    if request and request.state == RegistrationRequest.State.CANCELLING:
        return "Being given up"
    if registrant is None:
        return "On its way to GoTo"
    return _UNDECIDED.get(registrant.status, "Your date")


def _is_moving(registration: Registration) -> bool:
    state = registration.request.state if registration.request else ""
    return state in {RegistrationRequest.State.PENDING, RegistrationRequest.State.CANCELLING}


def is_over(event: Event, now: datetime) -> bool:
    """Tell whether a date is over, be it that nobody has told of its end yet."""
    if event.state == Event.State.LIVE:
        return False
    return event.state == Event.State.ENDED or (event.ends_at is not None and event.ends_at <= now)


def find_full(events: Collection[int]) -> set[int]:
    """Return of which events GoTo has just said that they are full. One query, none without events."""
    if not events:
        return set()
    refused = RegistrationRequest.objects.filter(
        event__in=events,
        state=RegistrationRequest.State.REFUSED,
        last_error="full",
        answered_at__gt=clock.now() - FULL_FOR,
    )
    return set(refused.values_list("event", flat=True))
