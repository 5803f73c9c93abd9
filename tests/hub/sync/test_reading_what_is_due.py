"""A run reads what is due, with the fewest calls that can know it; the plan itself is tested as a table."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.hub.conftest import NINE
from tests.hub.events.conftest import LENA

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services import open_run, synchronize

LIST = "getAllRegistrantsForWebinar"


@pytest.fixture
def calls(world, sync):
    """Carry out a run that reads what is due, and return how often it called each operation."""

    def count(product: str = "webinar", **more) -> Counter[str]:
        world.control("DELETE", "counters")
        assert "done" == sync(product, **{"is_full": False} | more).state
        return Counter({one["operation"]: one["count"] for one in world.control("GET", "counters")["calls"]})

    return count


@pytest.fixture
def requests(world, monkeypatch) -> list[Any]:
    """All that GoTo was asked, in order."""
    seen: list[Any] = []
    answer = world.transport.handle_request

    def note(request: Any) -> Any:
        seen.append(request)
        return answer(request)

    monkeypatch.setattr(world.transport, "handle_request", note)
    return seen


def read_at_each_run(world, calls, runs: int) -> list[int]:
    """Advance a quarter of an hour before each run, and return how many lists of registrants each read."""
    counts = []
    for _ in range(runs):
        world.advance(minutes=15)
        counts.append(calls()[LIST])
    return counts


def test_a_new_event_is_read_at_once(world, calls):
    world.schedule_webinar(starts_in=timedelta(days=300), registrants=2)
    assert {"getWebinars": 1, "getInSessionWebinars": 1, LIST: 1} == calls()
    assert 2 == Registrant.objects.count()


@pytest.mark.parametrize(
    ("starts_in", "counts"),
    [
        (timedelta(hours=40), [1, 1, 1, 1, 1, 1]),
        (timedelta(days=10), [0, 0, 0, 1, 0, 0]),
        (timedelta(days=40), [0, 0, 0, 0, 0, 0]),
    ],
)
def test_what_is_near_is_read_by_each_run_and_what_is_far_by_few(world, calls, starts_in, counts):
    world.schedule_webinar(starts_in=starts_in)
    calls()
    assert counts == read_at_each_run(world, calls, 6)


def test_what_is_far_is_read_once_a_day(world, calls):
    world.schedule_webinar(starts_in=timedelta(days=40))
    calls()
    assert [0] * 95 + [1] == read_at_each_run(world, calls, 96)


def test_an_event_of_several_dates_is_as_near_as_the_next_one(world, calls):
    days = (1, 60)
    times = [
        [(world.now + timedelta(days=day)).isoformat(), (world.now + timedelta(days=day, hours=1)).isoformat()]
        for day in days
    ]
    world.schedule_webinar(type="sequence", times=times)
    calls()
    assert [1] == read_at_each_run(world, calls, 1)
    world.advance(days=2)
    calls()
    assert [0] == read_at_each_run(world, calls, 1)


@pytest.fixture
def trusted(connection) -> Connection:
    """The account, whose webhooks have been heard of for a while and will be for a week."""
    connection.webhooks_trusted_until = NINE + timedelta(days=7)
    connection.save()
    return connection


def test_while_webhooks_tell_a_day_brings_one_reading(world, trusted, calls):
    world.schedule_webinar(starts_in=timedelta(days=5))
    calls()
    assert 1 == sum(read_at_each_run(world, calls, 97))


def test_webhooks_tell_nothing_of_trainings(world, trusted, calls):
    world.schedule_training(starts_in=timedelta(days=1))
    calls("training")
    world.advance(minutes=15)
    assert 1 == calls("training")["getRegistrants"]


def test_when_webhooks_are_trusted_no_more_the_next_run_reads(world, trusted, calls):
    world.schedule_webinar(starts_in=timedelta(days=1))
    calls()
    assert [0, 0] == read_at_each_run(world, calls, 2)
    trusted.webhooks_trusted_until = world.now
    assert [1, 1] == read_at_each_run(world, calls, 2)


def test_what_was_pulled_nearer_is_read_and_then_as_planned(world, calls):
    world.schedule_webinar(starts_in=timedelta(days=40))
    calls()
    Event.objects.update(registrants_due_at=world.now)
    assert [1, 0] == read_at_each_run(world, calls, 2)


@pytest.mark.parametrize("registrants", [0, 1])
def test_what_is_pulled_nearer_while_the_list_is_read_is_not_forgotten(world, event, sync, monkeypatch, registrants):
    """As a webhook may: it tells of somebody after GoTo has made up its list."""
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=registrants)
    now = world.now + timedelta(seconds=5)
    answer = world.transport.handle_request

    def pull_nearer(request: Any) -> Any:
        if request.url.path.endswith("/registrants"):
            Event.objects.update(registrants_due_at=now)
        return answer(request)

    monkeypatch.setattr(world.transport, "handle_request", pull_nearer)
    sync()
    event.refresh_from_db()
    assert (now, registrants) == (event.registrants_due_at, event.registrants.count())


def test_an_event_that_somebody_signed_up_for_here_is_read_with_the_next_run(world, pull, calls, run_jobs):
    event = pull(world.schedule_webinar(starts_in=timedelta(days=40)))
    run_jobs()
    register(event=event, answers=Answers(fields=LENA), user=None)
    run_jobs()
    assert [1, 0] == read_at_each_run(world, calls, 2)


def test_an_event_moved_nearer_is_read_at_once(world, pull, calls):
    event = pull(world.schedule_webinar(starts_in=timedelta(days=40)))
    start = world.now + timedelta(days=2)
    times = [
        {"startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}", "endTime": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
    ]
    world.ask_goto(f"webinars/{event.event_key}", "PUT", times=times)
    assert 1 == calls()[LIST]


def test_an_event_that_begins_long_before_its_plan_is_read_with_each_run(world, pull, calls):
    event = pull(world.schedule_webinar(starts_in=timedelta(days=40)))
    world.launch(event.event_key)
    assert [1, 1, 1] == read_at_each_run(world, calls, 3)


def test_after_its_end_an_event_is_read_a_day_and_three_days_later(world, event, calls):
    read_at_each_run(world, calls, 12)
    for runs_until_then in (80, 12 * 14):
        sign_up_late(world, event, f"after{runs_until_then}@example.com")
        assert 0 == sum(read_at_each_run(world, calls, runs_until_then))
        assert 1 == sum(read_at_each_run(world, calls, 24))
    assert 2 == Registrant.objects.count()
    world.advance(days=3)
    assert 0 == sum(read_at_each_run(world, calls, 12))


def sign_up_late(world, event, email: str) -> None:
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[{"email": email}])


@pytest.mark.parametrize("is_seen_running", [True, False])
def test_the_end_that_counts_is_that_of_what_was_held(world, event, calls, is_seen_running):
    """Four days after it was planned, when nobody expected anything more."""
    world.advance(days=4)
    calls()
    world.launch(event.event_key)
    if is_seen_running:
        calls()
    world.advance(hours=1)
    world.end(event.event_key)
    read_at_each_run(world, calls, 92)
    sign_up_late(world, event, "late@example.com")
    assert 1 <= sum(read_at_each_run(world, calls, 12)) <= 2
    assert ["late@example.com"] == list(Registrant.objects.values_list("email", flat=True))


def test_an_event_that_was_over_and_runs_again_is_read_again(world, event, calls):
    world.advance(days=4)
    calls()
    event.refresh_from_db()
    assert event.registrants_due_at is None
    world.launch(event.event_key)
    assert 1 == calls()[LIST]


def test_the_nearest_events_come_first(world, sync, requests):
    """Where the day's calls do not suffice, those far off wait."""
    keys = [world.schedule_webinar(starts_in=timedelta(days=days)) for days in (40, 1, 5)]
    sync(is_full=False)
    read = [one.url.path.split("/")[-2] for one in requests if one.url.path.endswith("/registrants")]
    assert [keys[1], keys[2], keys[0]] == read


def test_one_that_fails_is_read_again_with_the_next_run(world, calls):
    world.schedule_webinar(starts_in=timedelta(days=40), registrants=1)
    world.fail(kind="status", status=403, operation=LIST)
    calls()
    assert [1, 0] == read_at_each_run(world, calls, 2)
    assert 1 == Registrant.objects.count()


# Everything


def test_a_full_run_reads_every_event_also_past_ones_and_final_attendance(world, event, calls):
    world.advance(hours=2)
    world.write_attendance(event.event_key, {}, minutes=60)
    world.advance(days=10)
    calls()
    assert {"getWebinars": 1, "getInSessionWebinars": 1} == calls()
    full = calls(is_full=True)
    assert {
        "getWebinars": 1, "getInSessionWebinars": 1, LIST: 1, "getOrganizerSessions": 1, "getAttendees": 1,
    } == full  # fmt: skip


def test_a_full_run_that_begins_again_goes_on_where_it_was(world, connection):
    for number in range(4):
        world.schedule_webinar(f"Ladder safety {number}", starts_in=timedelta(days=number + 1))
    synchronize(run=open_run(connection=connection, product="webinar"))
    run = open_run(connection=connection, product="webinar", is_full=True)

    def stop_after_two(run: SyncRun) -> None:
        world.clock.advance(seconds=1)
        if run.events_done == 2:
            raise KeyboardInterrupt

    world.clock.advance(seconds=1)
    with pytest.raises(KeyboardInterrupt):
        synchronize(run=run, progress=stop_after_two)
    world.control("DELETE", "counters")
    synchronize(run=run)
    assert 2 == sum(one["operation"] == LIST for one in world.control("GET", "counters")["recent"])


# The list of events


def test_one_run_a_day_lists_all_events_and_the_others_those_that_may_be_news(world, sync, requests):
    for is_full in (False, False, False, True, False):
        sync(is_full=is_full)
        world.advance(hours=6)
    since = [one.url.params["fromTime"][:10] for one in requests if one.url.path.endswith("/webinars")]
    assert ["2021-03-03", "2026-03-01", "2026-03-01", "2021-03-04", "2026-03-02"] == since


def test_an_event_in_progress_is_listed_from_its_first_date_on(world, sync, requests):
    """GoTo may compare only the first one with the window, and it must not seem to be gone."""
    times = [
        [(world.now + timedelta(days=day)).isoformat(), (world.now + timedelta(days=day, hours=1)).isoformat()]
        for day in (1, 2, 30)
    ]
    world.schedule_webinar(type="sequence", times=times)
    sync()
    world.advance(days=8)
    sync(is_full=False)
    requests.clear()
    sync(is_full=False)
    assert "2026-03-02" == requests[0].url.params["fromTime"][:10]
    assert 3 == Event.objects.get().times.count()
