"""A list of registrants that was asked for before GoTo told of single people knows less of them, and undoes nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.hub.events.conftest import LENA

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import get_product
from greenroom.hub.events.services import cancel_registration
from greenroom.hub.events.services.registrants import store_registrants


@pytest.fixture
def ask(world, event: Event) -> Callable:
    """Ask GoTo for the registrants now; the answer is stored when the caller does so."""

    def list_now():
        with open_goto(event.connection) as goto:
            return get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)

    return list_now


def there() -> list[str]:
    return list(Registrant.objects.filter(gone_at=None).order_by("email").values_list("email", flat=True))


def test_somebody_whom_we_signed_up_while_the_list_was_on_its_way_stays(world, event, ask, sign_up, facts):
    early = ask()
    world.advance(seconds=1)
    sign_up(event)
    world.advance(seconds=1)
    event.refresh_from_db()
    store_registrants(event=event, listing=early)
    assert ([LENA["email"]], ["registered"]) == (there(), facts())


def test_list_that_was_overtaken_is_compared_again(world, event, ask, sign_up, facts):
    early = ask()
    world.advance(seconds=1)
    registrant_key = sign_up(event).registrant.registrant_key
    world.advance(seconds=1)
    event.refresh_from_db()
    store_registrants(event=event, listing=early)
    world.remove_registrant(event.event_key, registrant_key)
    world.advance(minutes=15)
    store_registrants(event=event, listing=ask())
    assert ([], ["registered", "cancelled"]) == (there(), facts())


@pytest.fixture
def take_off(lena, run_jobs) -> Callable[[Event], None]:
    """Take Lena off an event, here and at GoTo."""

    def cancel(event: Event) -> None:
        cancel_registration(event=event, user=lena)
        run_jobs()
        event.refresh_from_db()

    return cancel


def test_somebody_whom_we_took_off_while_the_list_was_on_its_way_stays_off(
    world, event, lena, ask, sign_up, take_off, facts
):
    sign_up(event, lena)
    early = ask()
    world.advance(seconds=1)
    take_off(event)
    store_registrants(event=event, listing=early)
    assert ([], ["registered", "cancelled"]) == (there(), facts())


def test_somebody_whom_goto_has_all_the_same_is_back(world, event, lena, ask, sign_up, take_off, facts):
    sign_up(event, lena)
    world.advance(minutes=15)
    listed = ask()
    store_registrants(event=event, listing=listed)
    take_off(event)
    world.advance(minutes=15)
    store_registrants(event=event, listing=replace(listed, asked_at=world.now))
    assert ([LENA["email"]], ["registered", "cancelled", "registered"]) == (there(), facts())
