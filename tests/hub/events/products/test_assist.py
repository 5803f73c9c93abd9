"""GoToAssist behind the interface: each support session is an event of its own, with one customer."""

from datetime import timedelta

import pytest

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.products.assist import ASSIST
from greenroom.hub.events.products.base import EventData, EventWish

LIST, ONE, START = "SessionsGet", "SessionsBySessionIdGet2", "SessionsPost2"


@pytest.fixture
def listed(goto, world, window):
    """Return the events as listed, in their order."""
    return lambda: list(ASSIST.list_events(goto, world.olga_key, *window()))


@pytest.fixture
def session_of(goto, world, window):
    """Return the sessions of one event."""
    return lambda key: list(ASSIST.list_sessions(goto, world.olga_key, {key}, *window()))


@pytest.fixture
def helped(world):
    """Make a support session of half an hour that the customer joined after five minutes, and return its key."""

    def help_somebody(**body) -> str:
        key = world.start_support(**body)
        world.move_support(key, "launch")
        world.advance(minutes=5)
        world.move_support(key, "join")
        world.advance(minutes=25)
        world.move_support(key, "end")
        return key

    return help_somebody


def told(one: EventData) -> tuple:
    return one.times, one.dates, one.description


def test_a_session_is_an_event_at_every_step(world, listed):
    key, began = world.start_support(), None
    steps = [(None, "notStarted"), ("launch", "waiting"), ("join", "active"), ("end", "complete")]
    for act, word in steps:
        world.advance(minutes=10)
        if act:
            world.move_support(key, act)
        began = began or (world.now if act else None)
        [one] = listed()
        technician = "Technician: Olga Ortiz."
        over = act == "end"
        times = ((began, world.now),) if over else ()
        assert (times, "one" if over else "any_time", f"Status at GoTo: {word}. {technician}") == told(one)
        assert (key, world.olga_key, "Support session") == (one.event_key, one.organizer_key, one.title)


def test_a_session_nobody_came_to_began_as_it_ended(world, listed, session_of):
    key = world.start_support()
    world.move_support(key, "end")
    assert ((world.now, world.now),) == listed()[0].times
    assert [timedelta(0)] == [one.ended_at - one.started_at for one in session_of(key)]


def test_who_is_helped_is_not_in_the_event(world, listed):
    world.start_support(customerName="Lena Fischer")
    assert "Lena" not in repr(listed())
    assert "lena@" not in repr(listed())


def test_words_that_nobody_knows_are_kept(world, listed, goto):
    world.answer(LIST, {"sessions": [{"sessionId": 2**63, "status": "transferring\0"}, {"sessionId": "b"}]}, times=2)
    assert [(str(2**63), "Status at GoTo: transferring."), ("b", "")] == [
        (one.event_key, one.description) for one in listed()
    ]
    assert set() == ASSIST.list_live_keys(goto, world.olga_key)


def test_sessions_with_a_technician_are_live(world, goto, calls):
    new, waiting, active, over = (world.start_support() for _ in range(4))
    world.move_support(waiting, "launch")
    world.move_support(active, "launch", "join")
    world.move_support(over, "launch", "join", "end")
    calls()
    assert {waiting, active} == ASSIST.list_live_keys(goto, world.olga_key)
    assert [LIST] == calls()
    assert new


def test_the_times_that_are_asked_for_end_in_z(world, goto, listed):
    """The sandbox refuses any other offset, as GoTo is said to."""
    world.start_support()
    assert 1 == len(listed())


def test_one_session_is_read_by_its_key(world, goto, calls, helped):
    key = helped()
    calls()
    assert key == ASSIST.get_event(goto, world.olga_key, key).event_key
    assert ASSIST.get_event(goto, world.olga_key, "1234567890123456789") is None
    assert [ONE, ONE] == calls()


def test_the_customer_is_the_one_attendee(goto, world, session_of, helped):
    key = helped(customerName="Lena Fischer", customerEmail=" Lena@Example.com")
    [session] = session_of(key)
    assert timedelta(minutes=30) == session.ended_at - session.started_at
    [lena] = ASSIST.list_attendance(goto, world.olga_key, key, session).rows()
    assert ("", "lena@example.com", "Lena Fischer", "", 25 * 60) == (
        lena.registrant_key, lena.email, lena.first_name, lena.last_name, lena.reported_seconds,
    )  # fmt: skip
    assert ((session.started_at + timedelta(minutes=5), session.ended_at),) == lena.joined


def test_nobody_attended_what_was_abandoned_or_a_machine(goto, world, session_of):
    abandoned = world.start_support()
    world.move_support(abandoned, "launch", "end")
    company = world.control("POST", "companies", organizer_key=world.olga_key, name="Harbour", machines=["Desk"])
    machine = world.start_support(machineUuid=company["machines"][0]["uuid"])
    world.move_support(machine, "launch", "end")
    for key in (abandoned, machine):
        [session] = session_of(key)
        assert [] == list(ASSIST.list_attendance(goto, world.olga_key, key, session).rows())


def test_a_customer_whose_coming_has_no_time_was_there_from_the_start(goto, world, session_of, helped):
    key = helped()
    [session] = session_of(key)
    world.answer(ONE, {"sessionId": key, "status": "complete"})
    [customer] = ASSIST.list_attendance(goto, world.olga_key, key, session).rows()
    assert ("", "", ((session.started_at, session.ended_at),)) == (
        customer.email, customer.first_name, customer.joined,
    )  # fmt: skip


def test_a_whole_pass_is_one_call(world, goto, helped, calls, window):
    keys = {helped() for _ in range(3)}
    calls()
    product = ASSIST.for_one_run()
    assert keys == {one.event_key for one in product.list_events(goto, world.olga_key, *window())}
    product.list_live_keys(goto, world.olga_key)
    sessions = list(product.list_sessions(goto, world.olga_key, keys, world.now - timedelta(days=1), world.now))
    listings = [product.list_attendance(goto, world.olga_key, one.event_key, one) for one in sessions]
    assert 3 == sum(len(list(listing.rows())) for listing in listings)
    assert [LIST] == calls()
    older = ASSIST.list_attendance(goto, world.olga_key, sessions[0].event_key, sessions[0])
    assert (older.digest, [ONE]) == (listings[0].digest, calls())


def test_a_session_is_made_for_a_customer_and_its_link_not_shown(world, goto, calls, listed):
    made = ASSIST.create_event(
        goto, world.olga_key, EventWish(customer_name="Lena Fischer", customer_email="lena@example.com")
    )
    assert [START] == calls()
    assert made.start_url.startswith("http://goto.test/launch/")
    assert (made.start_url not in repr(made), "") == (True, made.join_url)
    assert [made.event_key] == [one.event_key for one in listed()]
    session = world.sandbox.core.state.assist_sessions.get(made.event_key)
    assert ("Lena Fischer", "lena@example.com") == (session.customer_name, session.customer_email)


def test_a_session_without_a_key_is_made_all_the_same(world, goto):
    """GoTo says that it has one only once the session has started."""
    world.answer(START, {"startScreenSharing": {"launchUrl": "https://launch.getgo.com/x"}})
    made = ASSIST.create_event(goto, world.olga_key, EventWish())
    assert ("", "https://launch.getgo.com/x") == (made.event_key, made.start_url)


@pytest.mark.parametrize("act", ["update_event", "cancel_event", "get_start_url"])
def test_what_cannot_be_planned_is_refused(world, goto, calls, act):
    more = (EventWish(title="x"),) if act == "update_event" else ()
    with pytest.raises(StateConflictError):
        getattr(ASSIST, act)(goto, world.olga_key, "1", *more)
    assert [] == calls()
