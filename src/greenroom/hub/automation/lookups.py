"""Finding what a caller names."""

import re
from datetime import UTC, datetime
from typing import Literal

from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from greenroom.hub.automation.callers import Caller
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event, Registrant

_NINE_DIGITS = re.compile(r"\d{3}-?\d{3}-?\d{3}")


def find_event(caller: Caller, product: str, named: str) -> Event:
    """
    Return the event that is named by its key or by its nine-digit id, with or without dashes.

    Args:
        product: the code of its product; any when empty.

    Raises:
        UnknownObjectError: there is none among the accounts the caller may touch.
    """
    named = named.strip()
    events = caller.list_events()
    if product:
        events = events.filter(product=product)
    found = events.filter(event_key=named).first()
    if found is None and _NINE_DIGITS.fullmatch(named):
        found = events.filter(event_number=named.replace("-", "")).order_by("-starts_at").first()
    if found is None:
        raise UnknownObjectError("No connected account has this event. Give its key or its nine-digit id.")
    return found


def find_registrant(event: Event, registrant_key: str) -> Registrant:
    """
    Return a registrant of an event by GoTo's key, gone or not. One query.

    Raises:
        UnknownObjectError: there is none.
    """
    found = Registrant.objects.filter(event=event, registrant_key=registrant_key.strip()).first()
    if found is None:
        raise UnknownObjectError("This event has no such registrant. Give the key from the list of registrants.")
    found.event = event
    return found


# `generation` and `gone_at` are needed for our own links.
_TOLD = (
    "registrant_key",
    "email",
    "first_name",
    "last_name",
    "status",
    "registered_at",
    "generation",
    "gone_at",
    "event",
)


def list_registrants(event: Event) -> QuerySet[Registrant]:
    """Return who is signed up for an event now, with what programs are told of them; not GoTo's join links."""
    return Registrant.objects.filter(event=event, gone_at=None).only(*_TOLD)


When = Literal["upcoming", "past", "all"]
# Rows without a date come last; nothing real is so late.
_NEVER = Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=DateTimeField())


def list_events_when(events: QuerySet[Event], when: When) -> tuple[QuerySet[Event], str]:
    """
    Return those of some events that are to come, or were, with their dates, and the order to page them by.

    What was cancelled, or is not found at GoTo, is neither to come nor past. What runs is to come; so is what has no
    fixed date, at the end.
    """
    events = events.prefetch_related("times").annotate(begins_at=Coalesce(F("starts_at"), _NEVER))
    if when == "all":
        return events, "-begins_at"
    now, gone = clock.now(), [Event.State.CANCELLED, Event.State.MISSING]
    is_to_come = Q(ends_at__gte=now) | Q(state=Event.State.LIVE)
    is_to_come |= Q(dates=Event.Dates.ANY_TIME, state=Event.State.SCHEDULED)
    events = events.exclude(state__in=gone)
    if when == "past":
        return events.filter(ends_at__lt=now).exclude(state=Event.State.LIVE), "-begins_at"
    return events.filter(is_to_come), "begins_at"
