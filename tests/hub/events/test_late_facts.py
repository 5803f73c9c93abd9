"""What nobody tells while it happens is told as soon as it can be known, and once."""

from datetime import timedelta

import pytest

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.events.models import Event, EventTime
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import RegistrantListing
from greenroom.hub.events.services import store_registrants
from greenroom.hub.events.services.coming import tell_of_coming_dates
from greenroom.hub.events.services.sign_ups import store_sign_ups
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.services import watch

LENA, OTTO = "lena@example.com", "otto@example.com"


def told(*kinds: str) -> list[tuple]:
    facts = Fact.objects.filter(kind__in=kinds).order_by("happened_at", "pk")
    return list(facts.values_list("kind", "email", "happened_at"))


@pytest.fixture
def held(world, connection, pull):
    """Make an event that Lena attended from the tenth minute on and Otto did not, and have it read."""

    def hold(product: str = "training", later: timedelta = timedelta(minutes=1)) -> Event:
        schedule = world.schedule_webinar if product == "webinar" else world.schedule_training
        key = schedule(registrants=[{"email": LENA}, {"email": OTTO}])
        pull(product=product)
        world.advance(hours=2)
        world.write_attendance(key, {LENA: [[10, 60]]}, kind=f"{product}s")
        world.advance(seconds=later.total_seconds())
        watch(connection=connection, product=product)
        return Event.objects.get(event_key=key)

    return hold


def watch_to_the_end(world, connection, event: Event) -> None:
    for _ in range(9):
        event.refresh_from_db()
        if event.attendance_due_at is None:
            return
        world.advance(seconds=(event.attendance_due_at - world.now).total_seconds() + 1)
        watch(connection=connection, product=event.product)
    pytest.fail("The attendance is never closed")


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_sessions_that_nobody_saw_are_told_when_they_are_over(held, world, product):
    held(product)
    ended = world.now - timedelta(minutes=1)
    expected = [("session_started", None, ended - timedelta(hours=1)), ("session_ended", None, ended)]
    assert expected == told("session_started", "session_ended")


def test_a_session_that_was_seen_is_told_once(world, event, connection):
    world.advance(hours=1)
    world.launch(event.event_key)
    watch(connection=connection, product="webinar")
    world.advance(minutes=5)
    world.end(event.event_key)
    for _ in range(2):
        watch(connection=connection, product="webinar")
        world.advance(minutes=11)
    assert ["session_started", "session_ended"] == [kind for kind, *_ in told("session_started", "session_ended")]


def test_who_came_is_told_with_the_attendance(held, world):
    held()
    assert [("joined", LENA, world.now - timedelta(minutes=51))] == told("joined")


def test_what_took_place_days_ago_is_no_news(held):
    held(later=timedelta(days=5))
    assert [] == told("session_started", "session_ended", "joined")
    assert [LENA] == [email for _, email, _ in told("attended")]


def test_who_stayed_away_is_told_once_attendance_is_final(held, world, connection):
    event = held()
    assert [] == told("absent")
    watch_to_the_end(world, connection, event)
    assert [OTTO] == [email for _, email, _ in told("absent")]
    watch(connection=connection, product="training")
    assert 1 == len(told("absent"))


def test_nobody_stayed_away_from_what_did_not_take_place(world, connection, pull):
    event = pull(world.schedule_webinar(registrants=[{"email": LENA}]))
    world.advance(hours=2)
    watch_to_the_end(world, connection, event)
    assert 1 == len(told("attendance_closed"))
    assert [] == told("absent")


# Soon


def tick(world, *, minutes: int) -> list[int]:
    """Let time pass minute by minute, and return the leads that were told."""
    before = Fact.objects.filter(kind="starts_soon").count()
    for _ in range(minutes):
        world.advance(minutes=1)
        tell_of_coming_dates()
    facts = Fact.objects.filter(kind="starts_soon").order_by("pk")[before:]
    return [fact.data["minutes"] for fact in facts]


def test_a_date_is_told_once_for_each_lead(world, event):
    tell_of_coming_dates()
    tick(world, minutes=65)
    told_leads = Fact.objects.filter(kind="starts_soon").order_by("pk").values_list("data__minutes", flat=True)
    assert [60, 30, 15, 10, 5] == list(told_leads)


def test_a_day_before_is_a_lead_too(world, pull):
    pull(world.schedule_webinar(starts_in=timedelta(days=1, minutes=2)))
    assert [] == tick(world, minutes=1)
    assert [1440] == tick(world, minutes=3)


def test_what_is_missed_is_told_late_but_not_too_late(world, event):
    world.advance(minutes=40)
    tell_of_coming_dates()
    assert [30] == list(Fact.objects.filter(kind="starts_soon").values_list("data__minutes", flat=True))


def test_a_date_that_is_moved_is_told_again(world, event):
    world.advance(minutes=50)
    tell_of_coming_dates()
    EventTime.objects.update(starts_at=event.starts_at + timedelta(hours=2))
    assert [60] == tick(world, minutes=75)
    moved = Fact.objects.get(kind="starts_soon", data__minutes=60)
    assert (event.starts_at + timedelta(hours=2)).isoformat() == moved.data["starts_at"]


@pytest.mark.parametrize("state", ["cancelled", "missing"])
def test_what_does_not_take_place_does_not_start_soon(world, event, state):
    Event.objects.update(state=state)
    assert [] == tick(world, minutes=70)


def from_the_list(event: Event, listing: RegistrantListing) -> None:
    store_registrants(event=event, listing=listing)


def one_by_one(event: Event, listing: RegistrantListing) -> None:
    store_sign_ups(event=event, found=list(listing.rows()))


@pytest.mark.parametrize("learn", [from_the_list, one_by_one])
def test_who_becomes_known_after_the_last_look_is_told_of_as_well(held, world, connection, learn):
    event = held("webinar")
    watch_to_the_end(world, connection, event)
    late = {"email": "ivan@example.com", "first_name": "Ivan", "last_name": "Example"}
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[late])
    event = Event.objects.select_related("connection").get(pk=event.pk)
    with open_goto(event.connection) as goto:
        listing = get_product(event.product).list_registrants(goto, event.organizer_key, event.event_key)
    for _ in range(2):
        learn(event, listing)
    assert ["ivan@example.com", OTTO] == sorted(email for _, email, _ in told("absent"))
