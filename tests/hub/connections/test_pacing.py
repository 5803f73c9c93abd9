"""The pace of all processes together."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenroom.hub.connections.models import Pace
from greenroom.hub.connections.pacing import SharedLimiter
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
    assert [0, 0.1, 0.2, 0.3] == pytest.approx([limiter.reserve("webinar") for _ in range(4)], abs=A_LITTLE)


def test_a_pause_saves_nothing_up(limiter, world):
    limiter.reserve("webinar")
    world.advance(hours=1)
    assert [0, 0.1, 0.2] == pytest.approx([limiter.reserve("webinar") for _ in range(3)], abs=A_LITTLE)


def test_each_api_has_a_pace_of_its_own(limiter):
    assert [0, 0] == [limiter.reserve("webinar"), limiter.reserve("training")]


@given(pauses=st.lists(st.floats(0, 0.5), min_size=2, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_second_ever_holds_more_than_the_limit(limiter, world, pauses):
    world.clock.advance(days=1)
    moments = []
    for pause in pauses:
        world.clock.advance(seconds=pause)
        moments.append(world.now.timestamp() + limiter.reserve("webinar"))
    assert busiest_second(moments) <= 10


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
    assert 200 == len(Counter(round(wait * 10) for wait in waits)) == count_calls_today()
    assert 10 >= busiest_second(waits)
