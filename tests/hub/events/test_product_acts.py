"""What webinars and trainings let us do at GoTo, and the calls it takes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.hub.world import World

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.events.products import PRODUCTS, get_product
from greenroom.hub.events.products.base import EventWish, Poll, RegistrantData, SessionData, TeamMemberData

CODES = ("webinar", "training")


class AtGoto:
    """One product, asked as Olga, with the calls counted."""

    def __init__(self, world: World, connection: Any, code: str) -> None:
        self.world, self.connection, self.code = world, connection, code
        self.product = get_product(code)

    def ask(self, method: str, *arguments: Any) -> tuple[Any, int]:
        """Call a method of the product; return what it gave, lists whole, and the calls it took."""
        self.world.count_calls()
        with open_goto(self.connection) as goto:
            given = getattr(self.product, method)(goto, self.world.olga_key, *arguments)
            given = list(given) if method.startswith("list_") and method != "list_answers" else given
        return given, self.world.count_calls()

    def read(self, key: str) -> dict[str, Any]:
        """Return the event as GoTo's own API has it."""
        return self.world.ask_goto(f"{self.code}s/{key}")


@pytest.fixture
def at_goto(world, connection) -> Callable[[str], AtGoto]:
    return lambda code: AtGoto(world, connection, code)


@pytest.fixture
def wish(world) -> Callable[..., EventWish]:
    """Wish for an event with dates so many days from now."""

    def make(*days: int, title: str = "Ropes") -> EventWish:
        starts = [world.now + timedelta(days=day) for day in days or (1,)]
        times = tuple((start, start + timedelta(hours=2)) for start in starts)
        return EventWish(title=title, description="Knots\nand <b>ropes</b>", times=times, time_zone="Asia/Calcutta")

    return make


def register_ben(world: World, key: str, kind: str = "webinars") -> str:
    people = [{"first_name": "Ben", "last_name": "Bell", "email": "ben@example.com"}]
    world.control("POST", f"{kind}/{key}/registrants", registrants=people)
    return str(world.registrants_at_goto(key, kind)[0]["registrantKey"])


# Making and changing


@pytest.mark.parametrize("code", CODES)
def test_an_event_is_made_by_one_call(at_goto, wish, code):
    it = at_goto(code)
    created, calls = it.ask("create_event", wish())
    there, _ = it.ask("get_event", created.event_key)
    assert (1, "Ropes", "Knots\nand <b>ropes</b>", "Asia/Calcutta", wish().times, "one") == (
        calls, there.title, there.description, there.time_zone, there.times, there.dates,
    )  # fmt: skip


def test_several_dates_of_a_webinar_are_webinars_to_pick_from(world, at_goto, wish):
    it = at_goto("webinar")
    created, calls = it.ask("create_event", wish(1, 2, 3))
    listed, _ = it.ask("list_events", world.now, world.now + timedelta(days=9))
    assert 1 == calls
    assert created.event_key == listed[0].event_key
    assert [(day,) for day in wish(1, 2, 3).times] == [one.times for one in listed]
    assert ({"pick_one"}, 1) == ({one.dates for one in listed}, len({one.recurrence_key for one in listed}))


def test_several_dates_of_a_training_are_one_training(at_goto, wish):
    it = at_goto("training")
    created, calls = it.ask("create_event", wish(1, 2, 3))
    there, _ = it.ask("get_event", created.event_key)
    assert (1, wish(1, 2, 3).times, "all") == (calls, there.times, there.dates)


@pytest.mark.parametrize(
    ("code", "changed", "expected"),
    [
        ("webinar", "both", 1),
        ("webinar", "texts", 2),  # what stays is read, as GoTo replaces the whole definition
        ("webinar", "dates", 2),
        ("training", "both", 2),
        ("training", "texts", 1),
        ("training", "dates", 1),
    ],
)
def test_a_change_leaves_the_rest_as_it_was(at_goto, wish, code, changed, expected):
    it, before, after = at_goto(code), wish(1), wish(5, title="Knots")
    key = it.ask("create_event", before)[0].event_key
    texts = {"title": after.title, "description": ""} if changed != "dates" else {}
    dates = {"times": after.times, "time_zone": "Europe/London"} if changed != "texts" else {}
    _, calls = it.ask("update_event", key, EventWish(**texts, **dates))
    there, _ = it.ask("get_event", key)
    assert expected == calls
    assert (texts or {"title": before.title, "description": before.description}) == {
        "title": there.title, "description": there.description,
    }  # fmt: skip
    assert (dates or {"times": before.times, "time_zone": "Asia/Calcutta"}) == {
        "times": there.times, "time_zone": there.time_zone,
    }  # fmt: skip


def test_new_texts_of_one_date_to_pick_from_leave_the_dates_alone(world, at_goto, wish):
    it = at_goto("webinar")
    key = it.ask("create_event", wish(1, 2, 3))[0].event_key
    it.ask("update_event", key, EventWish(title="Knots", description=""))
    listed, _ = it.ask("list_events", world.now, world.now + timedelta(days=9))
    assert [("Knots", (day,)) for day in wish(1, 2, 3).times] == [(one.title, one.times) for one in listed]


@pytest.mark.parametrize("code", CODES)
def test_cancelling_takes_one_call_and_twice_is_once(at_goto, wish, code):
    it = at_goto(code)
    key = it.ask("create_event", wish())[0].event_key
    assert [1, 1] == [it.ask("cancel_event", key)[1] for _ in range(2)]
    assert it.ask("get_event", key)[0] is None


def test_cancelling_one_date_to_pick_from_leaves_the_others(world, at_goto, wish):
    it = at_goto("webinar")
    key = it.ask("create_event", wish(1, 2, 3))[0].event_key
    it.ask("cancel_event", key)
    listed, _ = it.ask("list_events", world.now, world.now + timedelta(days=9))
    assert [(day,) for day in wish(2, 3).times] == [one.times for one in listed]


# People


def test_a_confirmation_is_sent_again_without_a_second_sign_up(world, at_goto, wish):
    it = at_goto("webinar")
    key = it.ask("create_event", wish())[0].event_key
    registrant = RegistrantData(register_ben(world, key), "ben@example.com", "Ben", "Bell", "APPROVED", None, "")
    assert 1 == it.ask("resend_confirmation", key, registrant)[1]
    assert 1 == len(world.registrants_at_goto(key))


def test_trainings_have_no_call_to_send_a_confirmation_again(world, at_goto, wish):
    it = at_goto("training")
    ben = RegistrantData("1", "ben@example.com", "Ben", "Bell", "APPROVED", None, "")
    with pytest.raises(StateConflictError):
        it.ask("resend_confirmation", "1", ben)
    assert "resend_confirmation" not in it.product.abilities


@pytest.fixture
def omar(world) -> TeamMemberData:
    """Omar organizes in Olga's account."""
    account = world.control("GET", "state")["accounts"][0]["key"]
    key = world.add_organizer(account, "omar@northwind.example", "Omar", "Haddad")
    return TeamMemberData("co_organizer", key, "Omar Haddad", "omar@northwind.example")


GUEST = TeamMemberData("co_organizer", "", "Gus Guest", "gus@elsewhere.example")
PANELIST = TeamMemberData("panelist", "", "Pia Panel", "pia@elsewhere.example")


@pytest.mark.parametrize(
    ("code", "who", "removing"),
    [
        ("webinar", "omar", 1),
        ("webinar", GUEST, 2),  # GoTo has to be told that somebody is from outside, and we do not know
        ("webinar", PANELIST, 1),
        ("training", "omar", 2),
    ],
)
def test_the_team_is_added_to_once_and_taken_from(at_goto, wish, omar, code, who, removing):
    it, member = at_goto(code), omar if who == "omar" else who
    key = it.ask("create_event", wish())[0].event_key
    assert [2, 1] == [it.ask("add_team_member", key, member)[1] for _ in range(2)]
    [there], calls = it.ask("list_team", key)
    assert (member.role, member.name, member.email) == (there.role, there.name, there.email)
    assert {"webinar": 2, "training": 1}[code] == calls
    assert removing == it.ask("remove_team_member", key, there)[1]
    assert [] == it.ask("list_team", key)[0]
    it.ask("remove_team_member", key, there)


def test_taking_one_co_organizer_off_a_training_leaves_the_other(world, at_goto, wish, omar):
    account = world.control("GET", "state")["accounts"][0]["key"]
    nora = TeamMemberData(
        "co_organizer", world.add_organizer(account, "nora@northwind.example", "Nora", "N"), "Nora N", ""
    )
    it = at_goto("training")
    key = it.ask("create_event", wish())[0].event_key
    for member in (omar, nora):
        it.ask("add_team_member", key, member)
    it.ask("remove_team_member", key, omar)
    assert ["Nora N"] == [one.name for one in it.ask("list_team", key)[0]]


# What was recorded, asked and answered


@pytest.mark.parametrize("code", CODES)
def test_recordings_are_listed_without_links_and_the_link_asked_for(world, at_goto, wish, code):
    it = at_goto(code)
    key = it.ask("create_event", wish())[0].event_key
    assert ([], 1) == it.ask("list_recordings", key)
    start, end = world.now - timedelta(hours=1), world.now
    times = {"started_at": start.isoformat(), "ended_at": end.isoformat()}
    made = world.control("POST", f"{code}s/{key}/recordings", name="All of it", **times)["key"]
    [recording], calls = it.ask("list_recordings", key)
    assert (1, made, "All of it", end) == (calls, recording.recording_key, recording.name, recording.ended_at)
    link, calls = it.ask("get_recording_url", key, made)
    assert (1, f"/recordings/{made}") == (calls, link.removeprefix("http://goto.test"))


def test_a_recording_that_is_gone_is_said_to_be(at_goto, wish):
    it = at_goto("webinar")
    key = it.ask("create_event", wish())[0].event_key
    with pytest.raises(UnknownObjectError):
        it.ask("get_recording_url", key, "123")


@pytest.fixture
def held(world) -> str:
    """A webinar at which two polls, a survey and a question came up."""
    people = [{"first_name": n, "last_name": "Example", "email": f"{n.lower()}@example.com"} for n in ("Mia", "Ben")]
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=people)
    world.write_attendance(key, {"mia@example.com": [(0, 60)], "ben@example.com": [(0, 60)]})
    return key


def ask_people(world: World, key: str) -> None:
    answers = [
        {"email": f"{name}@example.com", "answers": [answer]} for name, answer in (("mia", "Yes"), ("ben", "No"))
    ]
    for kind, question in (("poll", "All well?"), ("poll", "Still?"), ("survey", "Again?")):
        choices = ["Yes", "No", "Perhaps"]
        world.control("POST", f"webinars/{key}/polls", question=question, kind=kind, choices=choices, answers=answers)
    told = {"email": "ben@example.com", "question": "Which knot?", "answer": "A bowline."}
    world.control("POST", f"webinars/{key}/questions", **told)


def list_sessions(it: AtGoto, key: str) -> list[SessionData]:
    now = it.world.now
    return it.ask("list_sessions", {key}, now - timedelta(days=1), now)[0]


def test_what_was_asked_is_counted_from_shares(world, at_goto, held):
    it = at_goto("webinar")
    ask_people(world, held)
    [session] = list_sessions(it, held)
    assert 2 == session.poll_count
    told, calls = it.ask("list_answers", held, session)
    counted = (("Yes", 1), ("No", 1), ("Perhaps", 0))
    assert (3, (Poll("All well?", counted), Poll("Still?", counted))) == (calls, told.polls)
    assert (Poll("Again?", counted),) == told.surveys
    [question] = told.questions
    assert ("Which knot?", "ben@example.com", ("A bowline.",)) == (
        question.question, question.asked_by, question.answers,
    )  # fmt: skip


def test_polls_are_not_asked_for_where_there_were_none(at_goto, held):
    it = at_goto("webinar")
    [session] = list_sessions(it, held)
    assert 0 == session.poll_count
    told, calls = it.ask("list_answers", held, session)
    assert (2, (), ()) == (calls, told.polls, told.questions)


def test_the_digest_of_answers_is_that_of_what_goto_says(world, at_goto, held):
    it = at_goto("webinar")
    [session] = list_sessions(it, held)
    before = it.ask("list_answers", held, session)[0].digest
    assert before == it.ask("list_answers", held, session)[0].digest
    ask_people(world, held)
    assert before != it.ask("list_answers", held, session)[0].digest


def test_trainings_tell_of_no_answers(world, at_goto):
    session = SessionData("1", "2", world.now, world.now)
    told, calls = at_goto("training").ask("list_answers", "1", session)
    assert (0, (), (), ()) == (calls, told.polls, told.questions, told.surveys)
    assert "answers" not in PRODUCTS["training"].abilities
