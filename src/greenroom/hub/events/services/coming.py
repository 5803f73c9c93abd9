"""Telling that a date of an event is near."""

from datetime import timedelta

from django.db import transaction

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.facts import about_coming_date
from greenroom.hub.events.models import Event, EventTime
from greenroom.hub.ledger.services import append

# How many minutes before a date people can be told of it.
LEADS = (5, 10, 15, 30, 60, 1440)


def tell_of_coming_dates() -> int:
    """
    Append which dates are near, once for each date and lead, and return how many that were. Two statements.

    Comes round each minute. After a stop it is told late, but not when half of the lead has passed: "in an hour" is no
    help a few minutes before. A date that is moved is another date.
    """
    now = clock.now()
    near = EventTime.objects.filter(starts_at__gt=now, starts_at__lte=now + timedelta(minutes=LEADS[-1]))
    near = near.exclude(event__state__in=[Event.State.CANCELLED, Event.State.MISSING])
    near = near.exclude(event__connection__state=Connection.State.DISCONNECTED).select_related("event")
    with transaction.atomic():
        return append(
            about_coming_date(date.event, starts_at=date.starts_at, minutes=minutes)
            for date in near.order_by("starts_at", "pk").iterator(chunk_size=2000)
            for minutes in LEADS
            if timedelta(minutes=minutes / 2) < date.starts_at - now <= timedelta(minutes=minutes)
        )
