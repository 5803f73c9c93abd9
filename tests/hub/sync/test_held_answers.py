"""Answers in which much is gone: held, given twice, and decided by a person. Lists of registrants have a file too."""

from collections import Counter
from datetime import timedelta

import pytest
from tests.hub.world import World

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.decisions import list_held_answers, name_what_is_gone
from greenroom.hub.events.models import Attendee, Event, HeldAnswer, Registrant
from greenroom.hub.events.services import dismiss, obey
from greenroom.hub.ledger.models import Fact

LIST = "getAllRegistrantsForWebinar"


def held() -> HeldAnswer:
    [answer] = list_held_answers()
    return answer


def states() -> Counter[str]:
    return Counter(Event.objects.values_list("state", flat=True))


# The list of events


@pytest.fixture
def planned(world: World, sync) -> list[str]:
    """Ten webinars of the days to come, read from GoTo."""
    keys = [world.schedule_webinar(f"Ladders {number}", starts_in=timedelta(days=number + 1)) for number in range(10)]
    sync()
    return keys


def list_only(world: World, keys: list[str]) -> None:
    """Have GoTo list only these webinars, once."""
    path = "webinars?fromTime=2026-03-01T00:00:00Z&toTime=2027-03-01T00:00:00Z&size=200"
    listed = world.ask_goto(path)
    there = [one for one in listed["_embedded"]["webinars"] if one["webinarKey"] in keys]
    page = {"size": 200, "totalElements": len(there), "totalPages": 1, "number": 0}
    world.answer("getWebinars", {"_embedded": {"webinars": there}, "page": page})


def asked_for(world: World) -> int:
    """Return how many single webinars GoTo was asked for since this was asked last."""
    calls = world.control("GET", "counters")["calls"]
    world.control("DELETE", "counters")
    return sum(one["count"] for one in calls if one["operation"] == "getWebinar")


def test_a_list_that_lost_many_events_is_held_and_none_of_them_asked_for(world, planned, sync):
    world.control("DELETE", "counters")
    list_only(world, planned[:7])
    assert ("done", []) == ((run := sync()).state, run.event_errors)
    assert (0, {"scheduled": 10}) == (asked_for(world), states())
    assert ("events", 10, 3) == (held().listing, held().rows_before, held().rows_gone)
    assert ["Ladders 7", "Ladders 8", "Ladders 9"] == name_what_is_gone(held())


def test_one_event_less_is_asked_for(world, planned, sync):
    world.control("DELETE", "counters")
    list_only(world, planned[1:])
    sync()
    assert (1, {"scheduled": 10}, 0) == (asked_for(world), states(), list_held_answers().count())


def test_a_list_that_lost_many_twice_marks_them_missing_and_then_each_is_asked_for(world, planned, sync):
    world.control("DELETE", "counters")
    for _ in range(2):
        list_only(world, planned[:7])
        sync()
    assert (0, {"scheduled": 7, "missing": 3}) == (asked_for(world), states())
    list_only(world, planned[:7])
    sync()
    assert (3, {"scheduled": 10}) == (asked_for(world), states()), "they are there, whatever the list says"


def test_many_events_that_are_really_gone_are_cancelled_in_the_end(world, planned, sync, facts):
    for key in planned[:6]:
        world.ask_goto(f"webinars/{key}", "DELETE")
    told = []
    for _ in range(4):
        sync()
        told.append(states())
    assert [{"scheduled": 10}, {"scheduled": 4, "missing": 6}, {"scheduled": 4, "cancelled": 6}] == told[:3]
    assert (told[2], 6) == (told[3], len(facts("event_cancelled")))


def test_hundreds_that_are_missing_are_asked_for_by_and_by(world, planned, sync, monkeypatch):
    monkeypatch.setattr("greenroom.hub.sync.services.listing._LOOKS_AT_ONCE", 4)
    for key in planned[:6]:
        world.ask_goto(f"webinars/{key}", "DELETE")
    sync()
    sync()
    world.control("DELETE", "counters")
    looks = []
    for _ in range(3):
        sync()
        looks.append(asked_for(world))
    assert ([4, 2, 0], {"scheduled": 4, "cancelled": 6}) == (looks, states())


def test_a_list_that_is_whole_again_overtakes_what_is_held(world, planned, sync):
    list_only(world, planned[:5])
    sync()
    sync()
    assert (0, {"scheduled": 10}) == (list_held_answers().count(), states())
    assert ["overtaken"] == list(HeldAnswer.objects.values_list("state", flat=True))


def test_a_person_may_say_that_the_events_are_gone(world, planned, sync, ada, facts):
    list_only(world, planned[:7])
    sync()
    obey(held=held(), actor=ada)
    assert ({"scheduled": 7, "cancelled": 3}, 3) == (states(), len(facts("event_cancelled")))
    assert 0 == list_held_answers().count()


# Registrants


@pytest.fixture
def signed_up(world: World, event: Event, sync) -> Event:
    """The webinar, with ten people who signed up for it."""
    people = [{"email": f"person{number}@example.com"} for number in range(10)]
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=people)
    sync()
    return event


def shrink(world: World, sync, keep: int = 4) -> None:
    """Read the registrants from a list that has only some of them."""
    world.fail(kind="shrunken_list", operation=LIST, keep=keep)
    sync()


def there() -> int:
    return Registrant.objects.filter(gone_at=None).count()


def test_a_person_may_say_that_registrants_are_gone_at_once(world, signed_up, sync, ada):
    shrink(world, sync)
    assert (10, 6) == (there(), held().rows_gone)
    assert 6 == len(set(name_what_is_gone(held()))) > 2 == len(name_what_is_gone(held(), most=2))
    obey(held=(answer := held()), actor=ada)
    assert (4, 6) == (there(), Fact.objects.filter(kind="cancelled").count())
    answer.refresh_from_db()
    assert ("obeyed", ada, world.now) == (answer.state, answer.decided_by, answer.decided_at)
    sync()
    assert 10 == there(), "what GoTo lists next counts"


def test_what_a_person_does_not_believe_is_not_obeyed_however_often_it_comes(world, signed_up, sync, ada):
    shrink(world, sync)
    dismiss(held=held(), actor=ada)
    for _ in range(3):
        shrink(world, sync)
    assert (10, 0) == (there(), list_held_answers().count())


def test_another_loss_after_one_that_was_not_believed_is_held_anew(world, signed_up, sync, ada):
    shrink(world, sync)
    dismiss(held=held(), actor=ada)
    shrink(world, sync, keep=2)
    assert (10, 8) == (there(), held().rows_gone)
    shrink(world, sync, keep=2)
    assert 2 == there()


def test_a_fuller_list_ends_a_disbelief(world, signed_up, sync, ada):
    shrink(world, sync)
    dismiss(held=held(), actor=ada)
    sync()
    for _ in range(2):
        shrink(world, sync)
    assert 4 == there()


@pytest.mark.parametrize("decide", [obey, dismiss])
def test_what_was_decided_or_has_changed_is_not_decided_again(world, signed_up, sync, ada, decide):
    shrink(world, sync)
    answer = held()
    shrink(world, sync, keep=3)
    with pytest.raises(StateConflictError):
        decide(held=answer, actor=ada)
    decide(held=held(), actor=ada)
    with pytest.raises(StateConflictError):
        decide(held=HeldAnswer.objects.latest("pk"), actor=ada)


def test_what_would_go_is_kept_encrypted(world, signed_up, sync):
    shrink(world, sync)
    key = signed_up.registrants.order_by("-pk").first().registrant_key
    assert key in held().gone
    assert key not in str(HeldAnswer.objects.values_list("gone", flat=True)[0])


# Attendance


@pytest.fixture
def attended(world: World, signed_up: Event, sync, item) -> Event:
    """The webinar in a course, over and read: all ten were there, and Lena."""
    world.control("POST", f"webinars/{signed_up.event_key}/registrants", registrants=[{"email": "lena@example.com"}])
    world.advance(hours=2, minutes=1)
    people = {f"person{number}@example.com": [[0, 60]] for number in range(10)} | {"lena@example.com": [[0, 60]]}
    world.write_attendance(signed_up.event_key, people)
    sync()
    assert 11 == Attendee.objects.count()
    return signed_up


def lose_attendees(world: World, sync, keep: int) -> None:
    world.advance(minutes=10)
    world.fail(kind="shrunken_list", operation="getAttendees", keep=keep)
    sync()


def test_attendance_that_lost_many_is_held_until_it_is_given_twice(world, attended, sync):
    lose_attendees(world, sync, keep=5)
    assert (11, "attendance", 6) == (Attendee.objects.count(), held().listing, held().rows_gone)
    assert 6 == len(name_what_is_gone(held()))
    assert not attended.sessions.get().is_final
    lose_attendees(world, sync, keep=5)
    assert (5, 0) == (Attendee.objects.count(), list_held_answers().count())


def test_attendance_that_is_whole_again_loses_nobody(world, attended, sync):
    before = set(Attendee.objects.values_list("pk", "attended_seconds"))
    lose_attendees(world, sync, keep=0)
    world.advance(minutes=10)
    sync()
    assert before == set(Attendee.objects.values_list("pk", "attended_seconds"))
    assert 0 == list_held_answers().count()


def test_one_less_is_let_go_at_once(world, attended, sync):
    lose_attendees(world, sync, keep=10)
    assert 10 == Attendee.objects.count()


def test_a_person_may_say_that_people_were_not_there_and_completion_follows(world, attended, sync, ada, lena, run_jobs):
    run_jobs()
    assert [lena.pk] == list(Completion.objects.filter(status="completed").values_list("user", flat=True))
    lose_attendees(world, sync, keep=5)
    run_jobs()
    assert 1 == Completion.objects.filter(status="completed").count()
    obey(held=held(), actor=ada)
    run_jobs()
    assert (5, 0) == (Attendee.objects.count(), Completion.objects.filter(status="completed").count())
