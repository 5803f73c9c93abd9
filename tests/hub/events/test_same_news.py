"""The same news of an event, brought by several at the same moment, is one row and one fact."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.hub.races import do_together

from greenroom.hub.events.models import Event
from greenroom.hub.events.products.base import EventData
from greenroom.hub.events.services import mark_absent_events, mark_cancelled, store_event
from greenroom.hub.ledger.models import Fact


@pytest.fixture
def told(world) -> EventData:
    """A webinar as GoTo lists it."""
    start = world.now + timedelta(days=1)
    times = ((start, start + timedelta(hours=1)),)
    return EventData(event_key="123", organizer_key=world.olga_key, title="Ropes", times=times)


def kinds(**about: object) -> list[str]:
    return list(Fact.objects.filter(kind__startswith="event_", **about).order_by("pk").values_list("kind", flat=True))


@pytest.mark.postgresql
def test_a_new_event_is_one_fact(postgresql, connection, told):
    do_together(lambda _: store_event(connection=connection, product="webinar", found=told), range(8))
    assert ["event_created"] == kinds()


@pytest.mark.postgresql
def test_a_change_is_one_fact(postgresql, connection, told):
    store_event(connection=connection, product="webinar", found=told)
    renamed = replace(told, title="Ropes and knots")
    do_together(lambda _: store_event(connection=connection, product="webinar", found=renamed), range(8))
    assert ["event_created", "event_changed"] == kinds()


@pytest.mark.postgresql
def test_a_cancellation_is_one_fact(postgresql, connection, told):
    store_event(connection=connection, product="webinar", found=told)
    Event.objects.update(state=Event.State.MISSING)

    def bring(_: int) -> None:
        mark_absent_events(events=[Event.objects.get()])

    do_together(bring, range(8))
    assert ["event_created", "event_cancelled"] == kinds()


def test_what_was_cancelled_meanwhile_is_not_merely_missing(connection, told):
    """Sync read the event before somebody here cancelled it, and looks for it after."""
    seen_by_sync = store_event(connection=connection, product="webinar", found=told)
    mark_cancelled(event=Event.objects.get())
    mark_absent_events(events=[seen_by_sync])
    assert Event.State.CANCELLED == Event.objects.get().state
    assert ["event_created", "event_cancelled"] == kinds()


def test_an_event_is_first_seen_by_the_hubs_own_clock(world, connection, told):
    event = store_event(connection=connection, product="webinar", found=told)
    assert world.now == event.first_seen_at
