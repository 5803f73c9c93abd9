"""Making, changing and cancelling events at GoTo from here: at once for the person, exactly once at GoTo."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.hub.races import do_together

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.events.act_state import get_act_state, list_acts
from greenroom.hub.events.errors import ChangedMeanwhileError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import EventData, EventWish, TeamMemberData
from greenroom.hub.events.services.acts import (
    add_team_member,
    cancel_event,
    create_event,
    remove_team_member,
    resend_confirmation,
    settle_unclear_act,
    update_event,
)
from greenroom.hub.events.tasks import deliver_what_waits
from greenroom.hub.events.versions import version_of
from greenroom.hub.jobs.models import Job
from greenroom.hub.ledger.models import Fact


@pytest.fixture
def connection(connection, run_jobs) -> Connection:
    """Olga's account, of which everything has been read."""
    run_jobs()
    return connection


@pytest.fixture
def wish(world) -> Callable[..., EventWish]:
    """Wish for an event with dates so many days from now."""

    def make(*days: int, **more: Any) -> EventWish:
        starts = [world.now + timedelta(days=day) for day in days or (1,)]
        times = tuple((start, start + timedelta(hours=2)) for start in starts)
        return EventWish(**{"title": "Ropes", "description": "Knots", "times": times, "time_zone": "GMT"} | more)

    return make


@pytest.fixture
def create(connection, ada) -> Callable[..., EventAct]:
    """Ask for an event, as Ada."""

    def ask(wish: EventWish, *, key: str = "k1", product: str = "webinar", **more: Any) -> EventAct:
        asked = {"connection": connection, "actor": ada} | more
        return create_event(wish=wish, product=product, idempotency_key=key, **asked)

    return ask


@pytest.fixture
def finish(world, run_jobs) -> Callable[..., EventAct]:
    """Let the background work be done, for as long as it takes, and return the act as it is then."""

    def wait(act: EventAct, *, minutes: int = 30) -> EventAct:
        run_jobs()
        for _ in range(minutes * 2):
            act.refresh_from_db()
            if act.state != EventAct.State.PENDING:
                break
            world.advance(seconds=30)
            run_jobs()
        return act

    return wait


@pytest.fixture
def made(create, finish, wish) -> Callable[..., Event]:
    """Make an event, and return it as it is here."""

    def make(*days: int, product: str = "webinar", **more: Any) -> Event:
        act = finish(create(wish(*days, **more), product=product, key=f"make:{Event.objects.count()}"))
        return Event.objects.select_related("connection").get(pk=act.event_id)

    return make


@pytest.fixture
def change(ada) -> Callable[..., EventAct]:
    """Ask for a change of what is seen now, as Ada."""

    def ask(event: Event, *, key: str = "c1", version: str = "", **wanted: Any) -> EventAct:
        event.refresh_from_db()
        wish, seen = EventWish(**wanted), version or version_of(event)
        return update_event(event=event, wish=wish, version=seen, idempotency_key=key, actor=ada)

    return ask


def webinars_at_goto(world) -> list[dict[str, Any]]:
    span = f"fromTime={world.now:%Y}-01-01T00:00:00Z&toTime=2099-01-01T00:00:00Z&size=200"
    return world.ask_goto(f"webinars?{span}").get("_embedded", {}).get("webinars", [])


def events_at_goto(world, product: str) -> list[dict[str, Any]]:
    return webinars_at_goto(world) if product == "webinar" else world.ask_goto("trainings")


def kinds() -> list[str]:
    return list(Fact.objects.filter(kind__startswith="event_").order_by("pk").values_list("kind", flat=True))


# Making


def test_asking_calls_nobody(world, create, wish):
    world.count_calls()
    act = create(wish())
    assert ("pending", 0, None) == (act.state, world.count_calls(), act.event)


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_an_event_is_made_and_here_at_once(world, create, wish, finish, ada, product):
    world.count_calls()
    act = finish(create(wish(), product=product))
    assert 2 == world.count_calls(), "to make it, and to read it back"
    [there] = events_at_goto(world, product)
    event = Event.objects.get()
    assert ("done", event, there[f"{product}Key"]) == (act.state, act.event, event.event_key)
    assert ("Ropes", "Knots", "GMT", "one") == (event.title, event.description, event.time_zone, event.dates)
    assert list(wish().times) == list(event.times.values_list("starts_at", "ends_at"))
    assert (ada, 1, "") == (act.requested_by, act.tries, act.last_error)


@pytest.mark.parametrize("product", ["webinar", "training"])
@pytest.mark.parametrize("days", [(1,), (1, 2, 3)])
def test_what_sync_brings_later_is_no_news(create, wish, finish, pull, product, days):
    finish(create(wish(*days), product=product))
    before = (kinds(), list(Event.objects.order_by("pk").values_list("digest", flat=True)))
    pull(product=product)
    assert before == (kinds(), list(Event.objects.order_by("pk").values_list("digest", flat=True)))
    assert set(before[0]) == {"event_created"}


def test_each_date_of_a_webinar_is_an_event_to_pick(create, wish, finish):
    act = finish(create(wish(1, 2, 3)))
    events = list(Event.objects.order_by("starts_at"))
    assert [(day,) for day in wish(1, 2, 3).times] == [
        tuple(event.times.values_list("starts_at", "ends_at")) for event in events
    ]
    assert ({"pick_one"}, 1) == ({e.dates for e in events}, len({e.recurrence_key for e in events}))
    assert (events[0], ["event_created"] * 3) == (act.event, kinds())


def test_dates_in_any_order_are_made_in_order(world, create, wish, finish):
    act = finish(create(wish(3, 1, 2)))
    assert "done" == act.state
    assert world.now + timedelta(days=1) == act.event.starts_at


def test_without_a_zone_it_is_the_organizers(world, create, wish, finish):
    act = finish(create(wish(time_zone=None)))
    assert "America/New_York" == act.event.time_zone


@pytest.mark.parametrize(("asked", "sent"), [("Asia/Kolkata", "Asia/Calcutta"), ("Europe/Berlin", "Europe/Amsterdam")])
def test_a_zone_goto_does_not_list_is_sent_as_one_with_the_same_clock(world, create, wish, finish, asked, sent):
    offsets = {"Europe/Amsterdam", "Europe/Brussels", "Europe/Prague", "Europe/Warsaw"}
    zone = finish(create(wish(time_zone=asked))).event.time_zone
    assert zone == sent or {zone, sent} <= offsets


def test_blanks_around_a_title_are_nothing(create, wish, finish):
    assert "Ropes and knots" == finish(create(wish(title="  Ropes \n and\0 knots "))).event.title


# What is wrong


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": " "}, {"title"}),
        ({"title": None}, {"title"}),
        ({"title": "x" * 129}, {"title"}),
        ({"description": "x" * 2049}, {"description"}),
        ({"time_zone": "Mars/Olympus"}, {"time_zone"}),
        ({"time_zone": "../etc/passwd"}, {"time_zone"}),
        ({"times": None}, {"times"}),
        ({"times": ()}, {"times"}),
        ({"title": "", "description": "x" * 3000, "times": ()}, {"title", "description", "times"}),
    ],
)
def test_what_goto_would_refuse_is_refused_before(create, wish, wrong, fields):
    with pytest.raises(InvalidInputError) as caught:
        create(replace(wish(), **wrong))
    assert fields == caught.value.errors.keys()
    assert not EventAct.objects.exists()
    assert not Job.objects.filter(name__contains="deliver_act").exists()


@pytest.mark.parametrize(
    ("hours", "product", "fields"),
    [
        ([(-1, 1)], "webinar", {"starts_at_0"}),
        ([(0, 1)], "webinar", {"starts_at_0"}),
        ([(2, 2)], "webinar", {"ends_at_0"}),
        ([(2, 1)], "webinar", {"ends_at_0"}),
        ([(5, 7), (1, 2), (6, 8)], "webinar", {"starts_at_2"}),
        ([(1, 2), (-1, 1), (3, 3)], "webinar", {"starts_at_1", "ends_at_2"}),
        ([(1, 25.1)], "training", {"ends_at_0"}),
        ([(n, n + 0.5) for n in range(1, 62)], "webinar", {"times"}),
    ],
)
def test_dates_that_cannot_be_are_named_in_the_order_given(world, create, wish, hours, product, fields):
    times = tuple((world.now + timedelta(hours=a), world.now + timedelta(hours=b)) for a, b in hours)
    with pytest.raises(InvalidInputError) as caught:
        create(wish(times=times), product=product)
    assert fields == caught.value.errors.keys()


def test_a_training_may_last_a_day_and_a_webinar_longer(world, create, wish, finish):
    start = world.now + timedelta(hours=1)
    day, more = ((start, start + timedelta(hours=24)),), ((start, start + timedelta(hours=30)),)
    assert "done" == finish(create(wish(times=day), product="training")).state
    assert "done" == finish(create(wish(times=more), key="k2")).state


def test_an_organizer_who_is_busy_is_told_so(world, create, wish, finish):
    finish(create(wish(), product="training"))
    act = finish(create(wish(title="Other"), product="training", key="k2"))
    assert ("refused", "conflict") == (act.state, act.last_error)
    assert "The organizer has something else at that time. Choose another time." == act.refusal
    assert 1 == len(events_at_goto(world, "training"))


# The same key


def test_the_same_key_is_the_same_act_and_the_same_answer(world, create, wish, finish):
    first = create(wish())
    assert first == create(wish())
    finish(first)
    again = create(wish())
    assert (first, "done") == (again, again.state)
    assert 1 == len(webinars_at_goto(world))


def test_the_same_key_answers_the_same_when_its_time_has_passed(world, create, wish, finish):
    asked = wish()
    act = finish(create(asked))
    world.advance(days=3)
    assert act == create(asked)


@pytest.mark.parametrize("other", ["title", "product", "actor", "connection"])
def test_the_same_key_for_something_else_is_refused(create, wish, ivan, connection, other):
    create(wish())
    twin = Connection.objects.get(pk=connection.pk)
    twin.pk, twin.organizer_key = None, "other"
    twin.save()
    different = {
        "title": {"wish": wish(title="Knots")},
        "product": {"product": "training"},
        "actor": {"actor": ivan},
        "connection": {"connection": twin},
    }[other]
    with pytest.raises(StateConflictError, match="This key was used for something else"):
        create(**{"wish": wish()} | different)
    assert 1 == EventAct.objects.count()


@pytest.mark.parametrize("key", ["", "x" * 129])
def test_a_key_has_a_length(create, wish, key):
    with pytest.raises(InvalidInputError):
        create(wish(), key=key)


@pytest.mark.postgresql
def test_fifty_who_ask_with_one_key_are_one_act_and_one_webinar(postgresql, world, create, wish, finish):
    asked = wish()
    acts = do_together(lambda _: create(asked).pk, range(50))
    assert 1 == len(set(acts))
    finish(EventAct.objects.get())
    assert 1 == len(webinars_at_goto(world))


# GoTo does not answer

LOST = ["timeout_after", "cut_after"]


@pytest.mark.parametrize("product", ["webinar", "training"])
@pytest.mark.parametrize("days", [(1,), (1, 2)])
@pytest.mark.parametrize("kind", [*LOST, "timeout_before", "cut_before", "status", "nonsense"])
def test_an_answer_that_was_lost_makes_no_second_event(world, create, wish, finish, product, days, kind):
    operation = {"webinar": "createWebinar", "training": "scheduleTraining"}[product]
    world.fail(kind=kind, operation=operation, times=3)
    act = finish(create(wish(*days), product=product))
    expected = {"webinar": len(days), "training": 1}[product]
    assert ("done", expected) == (act.state, len(events_at_goto(world, product)))
    assert ["event_created"] * expected == kinds()
    assert expected == Event.objects.count()


def test_a_person_learns_why_it_waits_and_until_when(world, create, wish, run_jobs):
    world.fail(kind="status", status=503, operation="createWebinar", times=5)
    act = create(wish())
    assert ("On its way", None) == (get_act_state(act=act).word, get_act_state(act=act).next_try_at)
    run_jobs()
    act.refresh_from_db()
    state = get_act_state(act=act)
    assert ("Delayed", "GoTo does not answer. This is kept, and we try again.") == (state.word, state.sentence)
    assert world.now < state.next_try_at < world.now + timedelta(seconds=11)


def test_what_was_surely_not_sent_is_not_looked_for(world, create, wish, run_jobs):
    world.fail(kind="status", status=429, operation="createWebinar", times=9)
    act = create(wish())
    run_jobs()
    act.refresh_from_db()
    assert (None, "temporarily_unavailable", 1) == (act.sent_at, act.last_error, act.tries)


def test_nothing_is_made_twice_because_goto_lists_it_late(world, create, wish, run_jobs):
    """The list of a moment later may be of a moment before."""
    world.fail(kind="timeout_after", operation="createWebinar")
    world.fail(kind="shrunken_list", operation="getWebinars", keep=0)
    act = create(wish())
    run_jobs()
    world.advance(seconds=6)
    run_jobs()
    act.refresh_from_db()
    assert ("settling", 1) == (act.last_error, len(webinars_at_goto(world)))
    world.advance(seconds=30)
    run_jobs()
    act.refresh_from_db()
    assert ("done", 1) == (act.state, len(webinars_at_goto(world)))


def test_what_was_there_before_is_not_taken_for_ours(world, create, wish, pull, finish):
    """Somebody has planned the same at GoTo already; ours was never made."""
    [(start, _)] = wish().times
    twin = pull(world.schedule_webinar("Ropes", starts_in=start - world.now, duration_minutes=120, time_zone="GMT"))
    world.advance(seconds=1)
    world.fail(kind="timeout_before", operation="createWebinar")
    act = finish(create(EventWish(title="Ropes", times=((start, start + timedelta(hours=2)),), time_zone="GMT")))
    assert ("done", 2) == (act.state, len(webinars_at_goto(world)))
    assert twin != act.event


def test_what_sync_saw_first_is_still_ours(world, create, wish, run_jobs, finish, pull):
    world.fail(kind="timeout_after", operation="createWebinar")
    act = create(wish())
    run_jobs()
    pull()
    assert "done" == finish(act).state
    assert (1, ["event_created"]) == (len(webinars_at_goto(world)), kinds())


@pytest.fixture
def unclear(world, create, wish, run_jobs, finish) -> EventAct:
    """The answer was lost, and meanwhile somebody has planned the same at GoTo."""
    world.fail(kind="timeout_after", operation="createWebinar")
    asked = wish()
    act = create(asked)
    run_jobs()
    [(start, _)] = asked.times
    world.schedule_webinar("Ropes", starts_in=start - world.now, duration_minutes=120)
    return finish(act)


def test_two_that_can_be_ours_are_left_to_a_person(world, unclear):
    assert ("unclear", 2, 2) == (unclear.state, len(webinars_at_goto(world)), Event.objects.count())
    state = get_act_state(act=unclear)
    assert ("Needs you", "warn") == (state.word, state.variant)
    assert ["event_created", "event_created"] == kinds()


def test_a_person_says_which_one_it_is(world, unclear, ada):
    event = Event.objects.last()
    act = settle_unclear_act(act=unclear, event=event, actor=ada)
    assert ("done", event) == (act.state, act.event)
    with pytest.raises(StateConflictError):
        settle_unclear_act(act=unclear, event=event, actor=ada)


def test_a_person_says_that_it_is_none_of_them(world, unclear, ada, finish):
    act = finish(settle_unclear_act(act=unclear, event=None, actor=ada))
    assert ("done", 3) == (act.state, len(webinars_at_goto(world)))


def test_an_event_it_cannot_be_is_not_taken(world, unclear, ada, pull):
    other = pull(world.schedule_webinar("Other"))
    with pytest.raises(UnknownObjectError):
        settle_unclear_act(act=unclear, event=other, actor=ada)


def test_an_account_that_is_gone_keeps_the_act_until_it_is_back(world, create, wish, connection, run_jobs, finish):
    Connection.objects.update(state=Connection.State.RECONNECT_NEEDED)
    act = create(wish())
    run_jobs()
    act.refresh_from_db()
    assert ("pending", "reconnect_needed") == (act.state, act.last_error)
    assert "connected again" in get_act_state(act=act).sentence
    Connection.objects.update(state=Connection.State.ACTIVE)
    deliver_what_waits.call()
    assert "done" == finish(act).state


def test_a_lost_job_loses_no_act(create, wish, finish):
    act = create(wish())
    Job.objects.all().delete()
    deliver_what_waits.call()
    assert "done" == finish(act).state


def test_an_act_that_is_being_carried_gets_no_second_carrier(create, wish):
    create(wish())
    jobs = Job.objects.filter(name="events.deliver_act")
    jobs.update(state="running")
    deliver_what_waits.call()
    assert 1 == jobs.count()


# Changing


@pytest.mark.parametrize("product", ["webinar", "training"])
def test_a_change_reaches_goto_and_is_one_fact(world, made, change, finish, pull, wish, product):
    event = made(product=product)
    times = wish(5).times
    act = finish(change(event, title="Knots", times=times, time_zone="Europe/London"))
    assert ("done", 1) == (act.state, act.tries)
    pull(product=product)
    event.refresh_from_db()
    assert ("Knots", "Knots", "Europe/London", times[0]) == (
        event.title, event.description, event.time_zone, event.times.values_list("starts_at", "ends_at").get(),
    )  # fmt: skip
    [there] = events_at_goto(world, product)
    assert "Knots" in (there.get("subject"), there.get("name"))
    assert ["event_created", "event_changed"] == kinds()


def test_a_new_date_is_a_move_and_nothing_else(world, made, change, finish, wish):
    event = made()
    finish(change(event, times=wish(5).times))
    [fact] = Fact.objects.filter(kind="event_changed")
    assert {"starts_at", "ends_at"} <= fact.data.keys() <= {"starts_at", "ends_at", "times"}


def test_asking_for_what_is_there_already_is_refused(made, change):
    with pytest.raises(InvalidInputError, match="This is how it is already"):
        change(made(), title="Ropes")


def test_one_of_the_dates_to_pick_from_is_moved_alone(world, made, change, finish, wish):
    event = made(1, 2, 3)
    event = Event.objects.get(starts_at=wish(2).times[0][0])
    act = finish(change(event, times=tuple((a + timedelta(hours=1), b + timedelta(hours=1)) for a, b in wish(2).times)))
    days = [one["times"][0]["startTime"] for one in webinars_at_goto(world)]
    assert ("done", ["2026-03-03T09:00:00Z", "2026-03-04T10:00:00Z", "2026-03-05T09:00:00Z"]) == (act.state, days)
    assert ["event_created"] * 3 + ["event_changed"] == kinds()


def test_new_texts_of_one_date_to_pick_from_are_those_of_all(world, made, change, finish):
    act = finish(change(made(1, 2, 3), title="Knots"))
    assert ("done", {"Knots"}) == (act.state, set(Event.objects.values_list("title", flat=True)))
    assert ["event_created"] * 3 + ["event_changed"] * 3 == kinds()


def test_a_training_gets_another_date(made, change, finish, wish):
    event = made(product="training")
    act = finish(change(event, times=wish(1, 3).times))
    event.refresh_from_db()
    assert ("done", 2, "all") == (act.state, event.times.count(), event.dates)


def test_a_webinar_does_not_get_another_date(made, change, wish):
    with pytest.raises(InvalidInputError) as caught:
        change(made(), times=wish(1, 3).times)
    assert {"times": "This can have one date only."} == caught.value.errors


def test_a_date_that_is_over_may_stay(world, made, change, finish, wish):
    event = made(1, 3, product="training")
    world.advance(days=2)
    assert "done" == finish(change(event, title="Knots")).state


# Meetings keep no description and no zone, and escape titles


def test_a_meeting_is_made_with_everybodys_link_and_changed(world, made, change, finish, wish):
    event = made(product="meeting", title="Q & A <live>")
    assert (True, "one") == (bool(event.join_url), event.dates)
    times = wish(4).times
    act = finish(change(event, title="A & Q", times=times, time_zone="Asia/Calcutta"))
    event.refresh_from_db()
    assert ("done", 1, times[0][0]) == (act.state, act.tries, event.starts_at)
    assert event.join_url


@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before"])
def test_a_meeting_whose_answer_was_lost_is_one_meeting(world, create, wish, finish, change, kind):
    world.fail(kind=kind, operation="meetings.post", times=2)
    act = finish(create(wish(title="Q & A <live>"), product="meeting"))
    assert ("done", 1) == (act.state, Event.objects.count())
    world.fail(kind=kind, operation="meetings.meetingId.put", times=2)
    times = wish(4).times
    act = finish(change(act.event, title="A & Q <live>", times=times, time_zone="Asia/Calcutta"))
    assert ("done", times[0][0]) == (act.state, Event.objects.get().starts_at)


def test_a_meeting_is_cancelled(made, finish, ada):
    event = made(product="meeting")
    assert "done" == finish(cancel_event(event=event, idempotency_key="x", actor=ada)).state
    event.refresh_from_db()
    assert "cancelled" == event.state


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Calcutta", "America/New_York"])
def test_a_zone_that_stays_the_same_is_no_change(world, pull, change, finish, zone):
    world.control("PUT", "switches", time_zone_ids="any")
    event = pull(world.schedule_webinar(time_zone=zone))
    with pytest.raises(InvalidInputError, match="This is how it is already"):
        change(event, time_zone=zone)
    act = finish(change(event, title="Knots", time_zone=zone))
    event.refresh_from_db()
    assert ("done", zone) == (act.state, event.time_zone)


# Somebody else is faster


def test_what_changed_here_since_it_was_seen_is_not_overwritten(made, change, finish):
    event = made()
    seen = version_of(event)
    finish(change(event, title="Knots"))
    with pytest.raises(ChangedMeanwhileError):
        change(event, key="c2", version=seen, title="Loops")
    assert 2 == EventAct.objects.count()


def test_what_changed_at_goto_since_it_was_seen_is_not_overwritten(world, made, change, finish):
    event = made()
    act = change(event, title="Knots")
    world.ask_goto(f"webinars/{event.event_key}", "PUT", description="By somebody else")
    assert ("refused", "changed_meanwhile") == ((act := finish(act)).state, act.last_error)
    assert act.refusal.startswith("Somebody else has changed this event since you opened it")
    event.refresh_from_db()
    assert ("Ropes", "By somebody else") == (event.title, event.description)
    assert ("Ropes", "By somebody else") == tuple(webinars_at_goto(world)[0][n] for n in ("subject", "description"))


def test_a_date_to_pick_from_that_somebody_else_moved_is_not_moved_back(world, made, change, finish, wish):
    event = made(1, 2)
    act = change(event, title="Knots")
    other = Event.objects.last()
    world.ask_goto(
        f"webinars/{other.event_key}", "PUT",
        times=[{"startTime": f"2026-03-0{day}T09:00:00Z", "endTime": f"2026-03-0{day}T11:00:00Z"} for day in (3, 5)],
    )  # fmt: skip
    assert "changed_meanwhile" == finish(act).last_error
    assert {"Ropes"} == {one["subject"] for one in webinars_at_goto(world)}


def test_of_two_admins_and_sync_nobody_is_overwritten_in_silence(world, made, change, finish, pull):
    """F22: two people open the same page; sync brings a third version."""
    event = made()
    seen = version_of(event)
    mine = change(event, key="mine", version=seen, title="Mine")
    with pytest.raises(StateConflictError, match="Another change is on its way"):
        change(event, key="theirs", version=seen, title="Theirs")
    world.ask_goto(f"webinars/{event.event_key}", "PUT", subject="Third")
    pull()
    assert "changed_meanwhile" == finish(mine).last_error
    with pytest.raises(ChangedMeanwhileError):
        change(event, key="again", version=seen, title="Theirs")
    event.refresh_from_db()
    assert ("Third", "Third") == (event.title, webinars_at_goto(world)[0]["subject"])
    assert ["event_created", "event_changed"] == kinds()


@pytest.mark.parametrize("product", ["webinar", "training"])
@pytest.mark.parametrize("kind", [*LOST, "timeout_before"])
def test_a_change_whose_answer_was_lost_is_made(world, made, change, finish, wish, product, kind):
    event = made(product=product)
    operation = {"webinar": "updateWebinar", "training": "updateTrainingTimes"}[product]
    world.fail(kind=kind, operation=operation, times=3)
    times = wish(4).times
    act = finish(change(event, title="Knots", times=times))
    event.refresh_from_db()
    assert ("done", "Knots", times[0][0]) == (act.state, event.title, event.starts_at)
    assert 1 == kinds().count("event_changed")


def test_a_change_that_goto_shows_late_is_asked_for_again(world, made, change, finish):
    event = made()
    there = world.ask_goto(f"webinars/{event.event_key}")
    act = change(event, title="Knots")
    world.answer("getWebinar", there, times=3)
    assert ("done", 2) == (finish(act).state, act.tries)
    event.refresh_from_db()
    assert "Knots" == event.title


@pytest.fixture
def pull_overtaken(pull, run_jobs, monkeypatch, world) -> Callable[[], None]:
    """Read the events, and let all jobs be done between GoTo's answer and our writing it down."""

    def read() -> None:
        product = get_product("webinar")
        list_events = type(product).list_events

        def list_then_work(self: Any, *arguments: Any) -> list[EventData]:
            listed = list(list_events(self, *arguments))
            world.advance(seconds=1)
            run_jobs()
            return listed

        with monkeypatch.context() as patch:
            patch.setattr(type(product), "list_events", list_then_work)
            pull()

    return read


@pytest.mark.parametrize("days", [(1,), (1, 2)])
def test_a_list_of_before_does_not_undo_a_change(made, change, pull_overtaken, pull, days):
    event = made(*days)
    change(event, title="Knots")
    pull_overtaken()
    assert {"Knots"} == set(Event.objects.values_list("title", flat=True))
    pull()
    assert ["event_created"] * len(days) + ["event_changed"] * len(days) == kinds()


def test_a_list_of_before_does_not_bring_back_what_was_cancelled(world, made, pull_overtaken, pull, ada):
    event = made()
    cancel_event(event=event, idempotency_key="x", actor=ada)
    pull_overtaken()
    event.refresh_from_db()
    assert ("cancelled", ["event_created", "event_cancelled"]) == (event.state, kinds())
    for _ in range(2):
        world.advance(minutes=1)
        pull()
    event.refresh_from_db()
    assert ("cancelled", ["event_created", "event_cancelled"]) == (event.state, kinds())


@pytest.mark.parametrize("state", ["live", "ended", "cancelled", "missing"])
def test_only_what_is_planned_is_changed_and_cancelled(made, change, ada, state):
    event = made()
    Event.objects.update(state=state)
    event.refresh_from_db()
    with pytest.raises(StateConflictError):
        change(event, title="Knots")
    with pytest.raises(StateConflictError):
        cancel_event(event=event, idempotency_key="x", actor=ada)


def test_an_event_that_goto_no_longer_has_is_not_changed(world, made, change, finish):
    event = made()
    act = change(event, title="Knots")
    world.ask_goto(f"webinars/{event.event_key}", "DELETE")
    assert ("refused", "GoTo no longer has this event.") == ((act := finish(act)).state, act.refusal)


# Cancelling


@pytest.mark.parametrize("product", ["webinar", "training"])
@pytest.mark.parametrize("kind", [None, *LOST])
def test_a_cancelled_event_is_cancelled_here_at_once_and_once(world, made, finish, pull, ada, product, kind):
    event = made(product=product)
    if kind:
        world.fail(kind=kind, operation={"webinar": "cancelWebinar", "training": "cancelTraining"}[product], times=2)
    act = finish(cancel_event(event=event, idempotency_key="x", actor=ada))
    pull(product=product)
    pull(product=product)
    event.refresh_from_db()
    assert ("done", "cancelled", []) == (act.state, event.state, events_at_goto(world, product))
    assert ["event_created", "event_cancelled"] == kinds()


def test_cancelling_twice_is_once(world, made, ada):
    event = made()
    first = cancel_event(event=event, idempotency_key="x", actor=ada)
    assert first == cancel_event(event=event, idempotency_key="y", actor=ada)


def test_cancelling_one_date_to_pick_from_leaves_the_others(world, made, finish, ada):
    event = made(1, 2, 3)
    finish(cancel_event(event=event, idempotency_key="x", actor=ada))
    assert 2 == len(webinars_at_goto(world))
    assert ["cancelled", "scheduled", "scheduled"] == sorted(Event.objects.values_list("state", flat=True))


@pytest.mark.parametrize(("is_wanted", "asked"), [(True, "true"), (False, None)])
def test_goto_mails_registrants_only_when_that_is_wanted(world, settings, made, finish, ada, is_wanted, asked):
    event, seen = made(), []

    class Watched(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.method == "DELETE":
                seen.append(request.url.params.get("sendCancellationEmails"))
            return world.transport.handle_request(request)

    settings.GOTO_TRANSPORT = Watched()
    act = finish(cancel_event(event=event, idempotency_key="x", actor=ada, tell_registrants=is_wanted))
    assert ("done", [asked]) == (act.state, seen)


def test_goto_mails_nobody_about_a_training(made, ada):
    event = made(product="training")
    with pytest.raises(StateConflictError):
        cancel_event(event=event, idempotency_key="x", actor=ada, tell_registrants=True)


def test_what_has_begun_meanwhile_is_not_cancelled(world, made, finish, ada):
    event = made()
    act = cancel_event(event=event, idempotency_key="x", actor=ada)
    world.launch(event.event_key)
    assert ("refused", "It is running now. Try again when it is over.") == ((act := finish(act)).state, act.refusal)
    event.refresh_from_db()
    assert "scheduled" == event.state


# People


@pytest.fixture
def pia() -> TeamMemberData:
    return TeamMemberData("panelist", "", " Pia Panel ", "Pia@Elsewhere.example ")


@pytest.mark.parametrize("kind", [None, *LOST])
def test_a_panelist_is_invited_once_and_taken_off(world, made, finish, ada, pia, kind):
    event = made()
    if kind:
        world.fail(kind=kind, operation="createPanelists", times=2)
    act = finish(add_team_member(event=event, member=pia, idempotency_key="x", actor=ada))
    [there] = world.ask_goto(f"webinars/{event.event_key}/panelists")
    [here] = event.team.all()
    assert ("done", "Pia Panel", "pia@elsewhere.example") == (act.state, here.name, here.email)
    assert (str(there["panelistId"]), there["email"]) == (here.member_key, here.email)
    finish(remove_team_member(member=here, idempotency_key="y", actor=ada))
    assert [] == world.ask_goto(f"webinars/{event.event_key}/panelists") == list(event.team.all())


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"email": "pia"}, {"email"}),
        ({"name": "x" * 129, "email": ""}, {"name", "email"}),
    ],
)
def test_who_cannot_be_invited_is_not_asked_for(made, ada, pia, wrong, fields):
    with pytest.raises(InvalidInputError) as caught:
        add_team_member(event=made(), member=replace(pia, **wrong), idempotency_key="x", actor=ada)
    assert fields == caught.value.errors.keys()


def test_only_organizers_of_the_account_help_with_a_training(made, ada, pia):
    guest = replace(pia, role="co_organizer")
    with pytest.raises(InvalidInputError) as caught:
        add_team_member(event=made(product="training"), member=guest, idempotency_key="x", actor=ada)
    assert {"member": "Choose an organizer of this account."} == caught.value.errors


def test_trainings_have_no_panelists(made, ada, pia):
    with pytest.raises(StateConflictError, match="Trainings have nobody in this role"):
        add_team_member(event=made(product="training"), member=pia, idempotency_key="x", actor=ada)


def test_a_confirmation_is_sent_again(world, made, finish, ada, lena, sign_up):
    event = made()
    registrant = sign_up(event, lena).registrant
    world.count_calls()
    act = finish(resend_confirmation(registrant=registrant, idempotency_key="x", actor=ada))
    [call] = world.control("GET", "counters")["calls"]
    assert ("done", "createRegistrant", 409) == (act.state, call["operation"], call["status"])
    assert 1 == len(world.registrants_at_goto(event.event_key))


def test_nobody_is_signed_up_anew_by_a_confirmation(world, made, finish, ada, lena, sign_up):
    event = made()
    registrant = sign_up(event, lena).registrant
    act = resend_confirmation(registrant=registrant, idempotency_key="x", actor=ada)
    type(registrant).objects.update(gone_at=world.now)
    assert ("refused", "unknown_object") == ((act := finish(act)).state, act.last_error)


def test_a_training_cannot_send_a_confirmation_again(made, ada, lena, sign_up):
    registrant = sign_up(made(product="training"), lena).registrant
    with pytest.raises(StateConflictError, match="GoTo does not let this be done with trainings"):
        resend_confirmation(registrant=registrant, idempotency_key="x", actor=ada)


# What a page shows


def test_acts_are_told_of_while_they_matter(world, made, change, finish, create, wish, ada, ivan):
    event = made()
    assert ["Done"] == [state.word for state in list_acts(event=event)]
    world.advance(minutes=11)
    act = change(event, title="Knots")
    assert ["On its way"] == [state.word for state in list_acts(event=event)]
    world.ask_goto(f"webinars/{event.event_key}", "PUT", subject="Theirs")
    finish(act)
    assert ["Not done"] == [state.word for state in list_acts(event=event)]
    world.advance(days=1, minutes=1)
    assert [] == list_acts(event=event)
    create(wish(2), key="k9")
    assert (1, 0) == (len(list_acts(actor=ada)), len(list_acts(actor=ivan)))


def test_registration_works_at_once_for_what_was_made(world, made, lena, sign_up):
    assert "delivered" == sign_up(made(), lena).state
