"""Events as rows, where it does not matter that they came from GoTo."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event, EventTime


@pytest.fixture
def account(world, ada) -> Connection:
    """Olga's account, as a row."""
    return Connection.objects.create(
        account_key="1", organizer_key=world.olga_key, organizer_name="Olga Ortiz", connected_at=world.now
    )


@pytest.fixture
def make_event(account: Connection) -> Callable[..., Event]:
    """Make an event with these dates; nothing is waited for."""

    def make(*starts: datetime, minutes: int = 60, **columns: object) -> Event:
        ends = [start + timedelta(minutes=minutes) for start in starts]
        values = {"event_key": str(Event.objects.count() + 1000), "title": "Ladder safety", "state": "ended"}
        event = Event.objects.create(
            connection=account, product="webinar", organizer_key=account.organizer_key,
            starts_at=min(starts), ends_at=max(ends), **values | columns,
        )  # fmt: skip
        EventTime.objects.bulk_create(
            EventTime(event=event, starts_at=start, ends_at=end) for start, end in zip(starts, ends, strict=True)
        )
        return event

    return make
