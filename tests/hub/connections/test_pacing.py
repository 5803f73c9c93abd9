"""The pace of all processes together."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.goto import DailyBudgetError
from greenroom.hub.connections.models import Pace
from greenroom.hub.connections.pacing import SharedLimiter, read_budgets
from greenroom.hub.connections.selectors import count_calls_today

A_LITTLE = 1e-5  # a moment as a float is that exact


@pytest.fixture
def limiter(world, db, settings) -> SharedLimiter:
    settings.GOTO_CALLS_PER_SECOND = 10
    return SharedLimiter()


def busiest_second(moments: list[float]) -> int:
    """Count the most calls that fall into any window of one second."""
    moments = sorted(moments)
    return max(sum(start <= one < start + 1 - A_LITTLE for one in moments) for start in moments)


def test_the_first_call_goes_at_once_and_the_others_follow_evenly(limiter):
    assert [0, 0.1035, 0.207, 0.3105] == pytest.approx([limiter.reserve("webinar") for _ in range(4)], abs=A_LITTLE)


def test_a_pause_saves_nothing_up(limiter, world):
    limiter.reserve("webinar")
    world.advance(hours=1)
    assert [0, 0.1035, 0.207] == pytest.approx([limiter.reserve("webinar") for _ in range(3)], abs=A_LITTLE)


def test_each_api_has_a_pace_of_its_own(limiter):
    assert [0, 0] == [limiter.reserve("webinar"), limiter.reserve("training")]


@given(pauses=st.lists(st.floats(0, 0.5), min_size=2, max_size=40))
@settings(max_examples=25)
def test_no_second_ever_holds_more_than_the_limit(limiter, world, pauses):
    world.clock.advance(days=1)
    moments = []
    for pause in pauses:
        world.clock.advance(seconds=pause)
        moments.append(world.now.timestamp() + limiter.reserve("webinar"))
    assert busiest_second(moments) <= 10


@given(
    pauses=st.lists(st.floats(0, 0.5), min_size=12, max_size=40),
    lateness=st.lists(st.floats(0, 0.034), min_size=40, max_size=40),
)
@settings(max_examples=25)
def test_calls_that_take_unequally_long_to_arrive_do_not_crowd_a_second(limiter, world, pauses, lateness):
    world.clock.advance(days=1)
    arrivals = []
    for pause, late in zip(pauses, lateness, strict=False):
        world.clock.advance(seconds=pause)
        arrivals.append(world.now.timestamp() + limiter.reserve("webinar") + late)
    assert busiest_second(arrivals) <= 10


def test_the_time_that_taking_a_slot_took_is_not_waited_again(limiter, world):
    """The database may be busy."""
    limiter.reserve("webinar")

    def take_long(execute, *rest):
        world.clock.advance(seconds=0.1)
        return execute(*rest)

    with database.execute_wrapper(take_long):
        assert 0.0035 == pytest.approx(limiter.reserve("webinar"), abs=A_LITTLE)


def test_slots_behind_a_call_that_was_late_are_moved(limiter):
    for _ in range(2):
        limiter.reserve("webinar")
    limiter.postpone("webinar", 0.5)
    limiter.postpone("training", 0.5)
    assert [0.707, 0] == pytest.approx([limiter.reserve(one) for one in ("webinar", "training")], abs=A_LITTLE)


def test_a_call_costs_one_statement(limiter):
    with CaptureQueriesContext(database) as queries:
        limiter.reserve("webinar")
        limiter.reserve("webinar")
    assert 2 == len(queries)


def test_calls_are_counted_until_midnight(limiter, world):
    for bucket in ("webinar", "webinar", "training"):
        limiter.reserve(bucket)
    assert (3, 3) == (count_calls_today(), limiter.calls)
    world.advance(hours=15)
    assert 0 == count_calls_today()
    limiter.reserve("webinar")
    assert (1, 4) == (count_calls_today(), limiter.calls)
    assert {"webinar": 1, "training": 1} == dict(Pace.objects.values_list("bucket", "calls_today"))


def test_a_clock_that_is_set_back_does_not_stop_all_calls(limiter, world):
    limiter.reserve("webinar")
    world.clock.set(world.now - timedelta(hours=1))
    assert limiter.reserve("webinar") <= 60
    assert limiter.reserve("webinar") > 0


# The day's budget


@pytest.fixture
def small_budget(limiter, settings) -> SharedLimiter:
    """Ten calls a day, one of them kept for people who wait."""
    settings.GOTO_CALLS_PER_DAY = 10
    return limiter


def reserve_all(limiter: SharedLimiter, bucket: str = "webinar") -> int:
    """Take slots until there are none, and return how many there were."""
    count = 0
    while count < 100:
        try:
            limiter.reserve(bucket)
        except DailyBudgetError:
            break
        count += 1
    return count


def test_background_work_leaves_the_last_tenth_of_the_day_to_people_who_wait(small_budget):
    assert 9 == reserve_all(small_budget)
    assert 1 == reserve_all(SharedLimiter(is_waited_for=True))
    assert (9, 10) == (small_budget.calls, count_calls_today())


def test_the_budget_is_that_of_all_limiters_together(small_budget):
    assert 9 == sum(reserve_all(SharedLimiter()) for _ in range(3))


def test_each_api_has_a_budget_of_its_own(small_budget):
    reserve_all(small_budget)
    assert 9 == reserve_all(small_budget, "training")


def test_who_comes_too_late_is_told_when_the_next_day_begins(small_budget, world):
    reserve_all(small_budget)
    world.clock.advance(hours=2, minutes=30)
    with pytest.raises(DailyBudgetError) as told:
        small_budget.reserve("webinar")
    assert (12.5 * 3600, "webinar") == (told.value.retry_after, told.value.product)
    world.clock.advance(seconds=told.value.retry_after)
    assert 9 == reserve_all(small_budget)


def test_a_slot_that_was_refused_is_not_taken(small_budget, world):
    reserve_all(small_budget)
    free_at = Pace.objects.get().free_at
    reserve_all(small_budget)
    assert (free_at, 9) == (Pace.objects.get().free_at, Pace.objects.get().calls_today)


def test_clocks_that_differ_at_midnight_do_not_count_anew_with_every_call(small_budget, world):
    late, early = world.now.replace(hour=23, minute=59, second=59), world.now.replace(hour=0) + timedelta(days=1)
    count = 0
    for moment in (late, early) * 20:
        world.clock.set(moment)
        try:
            small_budget.reserve("webinar")
        except DailyBudgetError:
            continue
        count += 1
    assert count <= 10


def test_a_clock_that_was_weeks_ahead_does_not_stop_the_calls_of_weeks(small_budget, world):
    now = world.now
    world.clock.set(now + timedelta(days=30))
    reserve_all(small_budget)
    world.clock.set(now)
    assert 9 == reserve_all(small_budget)


def test_the_smallest_budget_is_one_call(limiter, settings):
    settings.GOTO_CALLS_PER_DAY = 1
    assert 1 == reserve_all(limiter)


def test_where_the_budget_stands_can_be_read(small_budget, world):
    reserve_all(small_budget)
    budgets = read_budgets(["webinar", "training"])
    told = [(one.used, one.whole, one.for_background, one.is_spent) for one in budgets.values()]
    assert [(9, 10, 9, True), (0, 10, 9, False)] == told
    assert world.now.replace(hour=0) + timedelta(days=1) == budgets["webinar"].goes_on_at
    world.clock.set(budgets["webinar"].goes_on_at)
    assert not read_budgets(["webinar"])["webinar"].is_spent


def test_every_call_to_goto_is_counted(world, connection, pull):
    world.schedule_webinar()
    before = count_calls_today()
    world.count_calls()
    pull()
    assert world.count_calls() == count_calls_today() - before


@pytest.fixture
def postgresql(transactional_db) -> None:
    if database.vendor != "postgresql":
        pytest.skip("threads cannot share SQLite in memory")


@pytest.mark.postgresql
def test_many_threads_share_one_pace(postgresql, limiter, world):
    barrier = threading.Barrier(8)

    def reserve(_: int) -> list[float]:
        try:
            barrier.wait(30)
            return [SharedLimiter().reserve("webinar") for _ in range(25)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        waits = [wait for part in pool.map(reserve, range(8)) for wait in part]
    assert 200 == len(Counter(round(wait / 0.1035) for wait in waits)) == count_calls_today()
    assert 10 >= busiest_second(waits)


@pytest.mark.postgresql
def test_many_threads_share_one_budget(postgresql, small_budget, world, settings):
    settings.GOTO_CALLS_PER_DAY = 100
    barrier = threading.Barrier(8)

    def reserve(_: int) -> int:
        try:
            barrier.wait(30)
            return reserve_all(SharedLimiter())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert 90 == sum(pool.map(reserve, range(8))) == count_calls_today()
