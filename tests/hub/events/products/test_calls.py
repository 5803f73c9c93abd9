"""The calls that webinars and trainings take to be read and signed up for, as the interface promises them."""

from datetime import timedelta

import pytest

from greenroom.goto import ResourceNotFoundError
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.registration_form import Answers

LENA = Answers(fields={"firstName": "Lena", "lastName": "Fischer", "email": "lena@example.com"})
WITH_SIGN_UP = {code: one for code, one in PRODUCTS.items() if Ability.REGISTER in one.abilities}


@pytest.fixture(params=WITH_SIGN_UP)
def code(request) -> str:
    return request.param


@pytest.fixture
def product(code):
    return PRODUCTS[code]


@pytest.fixture
def key(world, code) -> str:
    """An event of Olga's with two registrants, an hour from now."""
    return getattr(world, f"schedule_{code}")(registrants=2)


@pytest.fixture
def about(goto, world, key):
    """What every question about that event begins with."""
    return goto, world.olga_key, key


def test_listing_events_takes_one_call(product, goto, world, key, calls, window):
    [event] = product.list_events(goto, world.olga_key, *window())
    start = world.now + timedelta(hours=1)
    assert (key, ((start, start + timedelta(hours=1)),), True) == (event.event_key, event.times, event.is_planned)
    assert 1 == len(calls())


def test_listing_no_events_takes_one_call(product, goto, world, calls, window):
    assert [] == list(product.list_events(goto, world.olga_key, *window()))
    assert 1 == len(calls())


def test_two_hundred_events_are_one_call_of_a_webinar(goto, world, calls, window):
    for number in range(201):
        world.schedule_webinar(f"Webinar {number}", starts_in=timedelta(hours=number + 1))
    calls()
    assert 201 == len(list(PRODUCTS["webinar"].list_events(goto, world.olga_key, *window())))
    assert ["getWebinars"] * 2 == calls()


def test_one_event_takes_one_call_also_when_it_is_unknown(product, goto, world, about, calls):
    assert about[2] == product.get_event(*about).event_key
    assert product.get_event(goto, world.olga_key, "1234567890123456789") is None
    assert 2 == len(calls())


def test_what_runs_takes_one_call_where_it_is_told_and_none_elsewhere(product, code, world, goto, key, calls):
    world.launch(key, f"{code}s")
    told = {key} if product.tells_when_live else set()
    assert (told, len(told)) == (set(product.list_live_keys(goto, world.olga_key)), len(calls()))


def test_the_form_takes_one_call_where_there_is_one(product, about, calls):
    form = product.get_registration_form(*about)
    assert {"firstName", "lastName", "email"} <= {field.name for field in form.fields}
    assert len(calls()) <= 1


def test_registrants_take_one_call_however_many(product, about, calls):
    rows = list(product.list_registrants(*about).rows())
    assert (2, 1) == (len(rows), len(calls()))
    assert rows[0] == product.get_registrant(*about, rows[0].registrant_key)
    assert 1 == len(calls())


def test_signing_up_takes_one_call_and_once_more_at_most_two(product, about, calls):
    first = product.register(*about, LENA)
    assert (False, 1) == (first.was_registered_before, len(calls()))
    again = product.register(*about, LENA)
    assert (first.registrant_key, first.join_url, True) == (
        again.registrant_key, again.join_url, again.was_registered_before,
    )  # fmt: skip
    assert len(calls()) <= 2


def test_taking_somebody_off_takes_one_call_and_twice_is_once(product, about, calls):
    made = product.register(*about, LENA)
    calls()
    for _ in range(2):
        product.cancel_registration(*about, made.registrant_key)
        assert 1 == len(calls())
    with pytest.raises(ResourceNotFoundError):
        product.get_registrant(*about, made.registrant_key)


def test_sessions_take_one_call_and_attendance_one_each(product, code, world, goto, key, calls, window):
    email = world.registrants_at_goto(key, f"{code}s")[0]["email"]
    world.advance(hours=2)
    world.write_attendance(key, {email: [[0, 20], [10, 30]]}, kind=f"{code}s")
    calls()
    [session] = product.list_sessions(goto, world.olga_key, {key}, *window())
    assert (key, world.now, 1) == (session.event_key, session.ended_at, len(calls()))
    [person] = product.list_attendance(goto, world.olga_key, key, session).rows()
    assert (email.lower(), 1) == (person.email, len(calls()))
    assert [] == list(product.list_sessions(goto, world.olga_key, (), *window()))


def test_the_start_link_takes_one_call_and_asks_to_sign_in(product, about, calls):
    assert about[2] in product.get_start_url(*about)
    assert 1 == len(calls())


def test_one_run_asks_as_often_as_single_questions_do(product):
    assert product is product.for_one_run()


# Dates


def times(world, *days: int) -> list[list[str]]:
    return [[(world.now + timedelta(days=day, hours=hour)).isoformat() for hour in (0, 1)] for day in days]


@pytest.mark.parametrize(
    ("days", "kind", "events", "covers"),
    [((1,), "single_session", 1, "one"), ((1, 8, 15), "sequence", 1, "all"), ((1, 8, 15), "series", 3, "pick_one")],
)
def test_what_one_sign_up_covers_is_told_by_keys_and_dates(world, goto, window, days, kind, events, covers):
    key = world.schedule_webinar(times=times(world, *days), type=kind)
    found = list(PRODUCTS["webinar"].list_events(goto, world.olga_key, *window()))
    assert (events, {covers}) == (len(found), {one.dates for one in found})
    assert (covers == "pick_one") == bool(found[0].recurrence_key)
    assert covers == PRODUCTS["webinar"].get_event(goto, world.olga_key, key).dates


def test_the_last_of_several_dates_is_still_one_of_several(world, goto):
    world.schedule_webinar(times=times(world, 1, 8), type="series")
    world.advance(days=5)
    [last] = PRODUCTS["webinar"].list_events(goto, world.olga_key, world.now, world.now + timedelta(days=9))
    assert "pick_one" == last.dates


def test_several_dates_of_a_training_are_covered_by_one_sign_up(world, goto, window):
    world.schedule_training(times=times(world, 1, 2))
    [found] = PRODUCTS["training"].list_events(goto, world.olga_key, *window())
    assert (2, "all") == (len(found.times), found.dates)
