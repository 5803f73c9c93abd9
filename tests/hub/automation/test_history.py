"""An account that is connected brings its past with it, which is news to nobody; what happens from then on is."""

from datetime import timedelta

import msgspec
import pytest
from tests.hub.conftest import connect

from greenroom.hub.automation.hooks.courier import deliver_due
from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.polling import begin, list_latest, poll
from greenroom.hub.automation.registry import About, list_triggers
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import open_run, synchronize

PRODUCTS = ("webinar", "training", "meeting")
# Those that need to be told which event are of no use before there is one.
ABOUT_EVENTS = [
    trigger
    for trigger in list_triggers()
    if trigger.about is About.EVENT and not any(one.required for one in msgspec.structs.fields(trigger.filter))
]
PEOPLE = [{"email": "lena@example.com"}, {"email": "otto@example.com"}]


@pytest.fixture
def read():
    """Read all of an account from GoTo, and whatever follows."""

    def read_all(connection):
        for product in PRODUCTS:
            synchronize(run=open_run(connection=connection, product=product))
        run_until_idle()

    return read_all


@pytest.fixture
def past(world):
    """Days ago, at GoTo: webinars, one of them still to come and one that was held, with people."""
    webinar = world.schedule_webinar(registrants=PEOPLE, starts_in=timedelta(days=10))
    held = world.schedule_webinar("Forklift theory", registrants=PEOPLE)
    world.schedule_training(registrants=PEOPLE)
    world.schedule_meeting()
    world.advance(hours=2)
    world.write_attendance(held, {"lena@example.com": [[0, 60]]})
    world.advance(days=4)
    return webinar


@pytest.fixture
def news(caller, subscribed, receiver):
    """What a poller and a hook of the same program have been told since they began, by trigger."""
    names = [trigger.name for trigger in ABOUT_EVENTS]
    subscribed(*names)
    cursors = dict.fromkeys(names, begin())

    def tell():
        deliver_due()
        polled = {}
        for trigger in ABOUT_EVENTS:
            page = poll(caller, trigger, Narrowing(), cursors[trigger.name], limit=99)
            if page.items:
                polled[trigger.name] = sorted(item["id"] for item in page.items)
        assert sorted(receiver.ids) == sorted(name for items in polled.values() for name in items)
        return {name: len(items) for name, items in polled.items()}

    return tell


def test_the_past_of_an_account_is_news_to_nobody(world, past, news, read, ada, caller):
    connection = connect("olga@northwind.example", ada)
    read(connection)
    assert {"event_created", "registered", "attended", "absent"} <= set(Fact.objects.values_list("kind", flat=True))
    assert {} == news()
    assert {0} == {len(list_latest(caller, trigger, Narrowing(), limit=9)) for trigger in ABOUT_EVENTS}


def test_what_happens_once_it_is_connected_is_told(world, past, news, read, ada):
    connection = connect("olga@northwind.example", ada)
    world.advance(seconds=5)
    mia = {"firstName": "Mia", "lastName": "Stone", "email": "mia@example.com"}
    world.ask_goto(f"webinars/{past}/registrants", "POST", **mia)
    read(connection)
    assert {"registrant.added": 1} == news()
    world.schedule_webinar("First aid", registrants=PEOPLE)
    world.advance(minutes=10)
    read(connection)
    assert {"event.created": 1, "webinar.created": 1, "registrant.added": 3} == news()


def test_what_happened_while_it_had_to_be_connected_again_is_told(world, past, news, read, ada):
    read(connect("olga@northwind.example", ada))
    world.schedule_webinar("First aid", registrants=PEOPLE)
    world.advance(days=3)
    read(connect("olga@northwind.example", ada))
    assert {"event.created": 1, "registrant.added": 2} == {
        name: count for name, count in news().items() if name in {"event.created", "registrant.added"}
    }
