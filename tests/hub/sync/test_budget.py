"""When the day's calls are used up: said clearly, not tried again and again, and going on at midnight UTC."""

from datetime import timedelta
from itertools import pairwise

import pytest
from tests.hub.events.conftest import LENA

from greenroom.hub.connections.errors import DailyBudgetSpentError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection, Pace
from greenroom.hub.connections.pacing import read_budgets
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.products import PRODUCTS, get_product
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.jobs.models import Job
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.tasks import sync_everything, watch_everything


@pytest.fixture
def ten_webinars(world, connection) -> list[str]:
    return [world.schedule_webinar(f"Ladders {number}", registrants=1) for number in range(10)]


@pytest.fixture
def spend(world, settings):
    """Leave so many calls of GoToWebinar of the day to background work."""

    def leave(calls: int) -> None:
        settings.GOTO_CALLS_PER_DAY = 100
        spent = {"free_at": 0, "day": world.now.date(), "calls_today": 90 - calls}
        Pace.objects.update_or_create(bucket="webinar", defaults=spent)

    return leave


def test_a_run_stops_where_the_budget_ends_and_keeps_what_it_has_read(world, ten_webinars, sync, spend):
    sync("training")
    world.count_calls()
    spend(6)
    run = sync(is_full=False)
    assert ("failed", "daily_budget", 6, []) == (run.state, run.error, run.calls, run.event_errors)
    assert (4, 6) == (Registrant.objects.count(), world.count_calls())
    assert "" == Connection.objects.get().last_error, "GoTo has done nothing wrong"


def test_the_first_run_of_the_next_day_goes_on(world, ten_webinars, sync, spend):
    spend(6)
    sync(is_full=False)
    world.clock.set(world.now.replace(hour=0) + timedelta(days=1))
    world.advance(seconds=1)
    run = sync(is_full=False)
    assert ("done", 10) == (run.state, Registrant.objects.count())


def test_nothing_is_begun_while_the_budget_is_spent(world, event, run_jobs, spend):
    """Neither runs nor the watch of an event that is about to begin; other APIs go on."""
    run_jobs()
    SyncRun.objects.all().delete()
    spend(0)
    world.advance(minutes=50)
    sync_everything.call()
    watch_everything.call()
    assert set(PRODUCTS) - {"webinar"} == set(SyncRun.objects.values_list("product", flat=True))
    assert not Job.objects.filter(name__endswith="watch_product").exists()
    world.clock.set(world.now.replace(hour=0) + timedelta(days=1))
    sync_everything.call()
    assert set(PRODUCTS) == set(SyncRun.objects.values_list("product", flat=True))


def test_looks_come_further_apart_before_the_calls_run_out(world, pull, run_jobs, spend):
    """Two and a half hours are to see, with 90 calls instead of the 906 that a look every ten seconds takes."""
    pull(world.schedule_webinar(starts_in=timedelta(minutes=1), duration_minutes=120))
    Job.objects.all().delete()
    spend(90)
    world.count_calls()
    seconds_of_looks = [0]
    for second in range(0, 151 * 60, 30):
        watch_everything.call()
        run_jobs()
        if world.count_calls():
            seconds_of_looks.append(second)
        world.clock.advance(seconds=30)
    gaps = [later - earlier for earlier, later in pairwise([*seconds_of_looks, 151 * 60])]
    assert (True, True) == (180 <= gaps[0] <= 240, max(gaps) <= 300), gaps
    assert not read_budgets(["webinar"])["webinar"].is_spent


def test_what_is_not_at_goto_any_more_is_not_watched(world, event, run_jobs):
    world.advance(minutes=50)
    Event.objects.update(state=Event.State.MISSING)
    Job.objects.all().delete()
    watch_everything.call()
    assert not Job.objects.exists()


def test_who_waits_is_still_served(world, event, connection, spend):
    spend(0)
    with pytest.raises(DailyBudgetSpentError), open_goto(connection) as goto:
        get_product("webinar").get_event(goto, event.organizer_key, event.event_key)
    with open_goto(connection, is_waited_for=True) as goto:
        assert get_product("webinar").get_event(goto, event.organizer_key, event.event_key)


def test_a_sign_up_made_here_is_still_delivered(world, event, spend, run_jobs):
    run_jobs()
    spend(0)
    register(event=event, answers=Answers(fields=LENA), user=None)
    run_jobs()
    assert RegistrationRequest.State.DELIVERED == RegistrationRequest.objects.get().state


def test_one_for_which_nothing_is_left_is_delivered_after_midnight(world, pull, settings, spend, run_jobs):
    event = pull(world.schedule_webinar(starts_in=timedelta(days=3)))
    run_jobs()
    settings.GOTO_CALLS_PER_DAY = 10
    Pace.objects.update(calls_today=10)
    register(event=event, answers=Answers(fields=LENA), user=None)
    run_jobs()
    job = Job.objects.get(name__endswith="deliver_registration")
    assert (world.now.replace(hour=0) + timedelta(days=1), 1) == (job.run_at, job.attempts)
    world.clock.set(job.run_at)
    world.advance(seconds=1)
    run_jobs()
    assert RegistrationRequest.State.DELIVERED == RegistrationRequest.objects.get().state
