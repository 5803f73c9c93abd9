"""The same news by several ways at the same moment is one row and one fact."""

import random
from collections.abc import Callable
from functools import partial

import pytest
from tests.factories.users import make_user
from tests.hub.intake.conftest import HubTransport, facts
from tests.hub.races import do_together

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.products import get_product
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.events.services.registrants import store_registrants
from greenroom.hub.events.services.registration import deliver_registration
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.intake.services import apply_deliveries, ask_about_deliveries
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("postgresql")]

ROUNDS = 200


@pytest.fixture
def missed(world, event, hub: HubTransport) -> Callable[[str], bytes]:
    """Let somebody sign up at GoTo, and return what GoTo would have delivered."""
    world.control("PUT", "switches", webhook_retries="off")

    def sign_up_at_goto(name: str):
        hub.is_down, hub.missed = True, []
        person = {"firstName": name, "lastName": "Example", "email": f"{name.lower()}@example.com"}
        world.ask_goto(f"webinars/{event.event_key}/registrants", "POST", **person)
        world.sandbox.tick()
        hub.is_down = False
        [request] = hub.missed
        return request

    return sign_up_at_goto


def read_list(event: Event) -> None:
    """Do what a run of sync does with an event."""
    event = Event.objects.select_related("connection").get(pk=event.pk)
    with open_goto(event.connection) as goto:
        listing = get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)
    store_registrants(event=event, listing=listing)


def ask_here(event: Event, user: User) -> RegistrationRequest:
    fields = {"firstName": user.first_name, "lastName": user.last_name, "email": user.email}
    return register(event=event, answers=Answers(fields=fields), user=user)


def test_webhook_sync_and_our_own_door_bring_one_person_once(world, event, missed, hub):
    chance = random.Random(19)
    for number in range(ROUNDS):
        name = f"Person{number}"
        user = make_user(name)
        delivery = missed(name)
        request = ask_here(event, user)

        def deliver(delivery=delivery):
            hub.handle_request(delivery)
            apply_deliveries.call(connection_id=event.connection_id)

        ways = [deliver, partial(read_list, event), partial(deliver_registration.call, request_id=request.pk)]
        chance.shuffle(ways)
        do_together(lambda way: way(), ways)
        registrant = Registrant.objects.get(email=user.email)
        assert (user.pk, None, 0) == (registrant.user_id, registrant.gone_at, registrant.generation), number
        assert ["registered"] == facts(registrant_id=registrant.pk), number
        request.refresh_from_db()
        assert ("delivered", registrant.pk) == (request.state, request.registrant_id), number
    assert ROUNDS == Registrant.objects.count()


def test_one_delivery_a_hundred_times_on_eight_connections_is_one(world, event, missed, hub):
    delivery = missed("Mia")
    hub.statuses.clear()

    def bring(_: int) -> None:
        for _ in range(13):
            hub.handle_request(delivery)
        apply_deliveries.call(connection_id=event.connection_id)

    do_together(bring, range(8))
    assert [200] * 104 == hub.statuses
    assert [("applied", 1)] == [(WebhookDelivery.objects.get().state, Registrant.objects.count())]
    assert ["registered"] == facts()


def test_several_workers_share_what_waits(world, event, missed, hub):
    for number in range(40):
        hub.handle_request(missed(f"Racer{number}"))
    do_together(lambda _: apply_deliveries.call(connection_id=event.connection_id), range(4))
    assert {"applied"} == set(WebhookDelivery.objects.values_list("state", flat=True))
    assert ["registered"] * 40 == facts()


def test_event_that_two_deliveries_ask_about_is_one(world, hooked, run_jobs, hub):
    for _ in range(10):
        world.schedule_webinar("Ropes")
    world.sandbox.tick()
    apply_deliveries.call(connection_id=hooked.pk)
    do_together(lambda _: ask_about_deliveries.call(connection_id=hooked.pk), range(4))
    assert (10, 10) == (Event.objects.count(), Fact.objects.filter(kind="event_created").count())
    assert {"applied"} == set(WebhookDelivery.objects.values_list("state", flat=True))
