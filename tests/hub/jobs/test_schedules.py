"""A slot of a schedule fires once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from greenroom.hub.jobs.models import Job, ScheduleSlot
from greenroom.hub.jobs.schedules import fire_due_schedules
from greenroom.hub.jobs.worker import run_until_idle

pytestmark = pytest.mark.django_db


@pytest.fixture
def rounds(task, schedule) -> list[str]:
    """What two schedules, of 5 and 60 minutes, have done."""
    done = []

    @schedule(every=timedelta(minutes=5))
    @task()
    def often() -> None:
        done.append("often")

    @schedule(every=timedelta(hours=1), name="hourly")
    @task()
    def seldom() -> None:
        done.append("seldom")

    return done


def test_the_first_slot_fires_at_the_start(rounds):
    assert fire_due_schedules() == 2
    run_until_idle()
    assert sorted(rounds) == ["often", "seldom"]


def test_a_slot_fires_once_however_often_it_is_looked_at(rounds, clock):
    for _ in range(5):
        run_until_idle(with_schedules=True)
        clock.advance(seconds=59)
    assert sorted(rounds) == ["often", "seldom"]
    clock.advance(seconds=5)
    run_until_idle(with_schedules=True)
    assert sorted(rounds) == ["often", "often", "seldom"]


def test_missed_slots_are_made_up_for_once(rounds, clock):
    run_until_idle(with_schedules=True)
    clock.advance(days=3)
    run_until_idle(with_schedules=True)
    run_until_idle(with_schedules=True)
    assert sorted(rounds) == ["often", "often", "seldom", "seldom"]


def test_a_clock_set_back_fires_nothing_again(rounds, clock):
    run_until_idle(with_schedules=True)
    clock.advance(hours=1)
    run_until_idle(with_schedules=True)
    clock.advance(hours=-1)
    run_until_idle(with_schedules=True)
    assert sorted(rounds) == ["often", "often", "seldom", "seldom"]


def test_a_round_that_is_still_in_line_is_not_doubled(rounds, clock):
    fire_due_schedules()
    clock.advance(hours=1)
    assert fire_due_schedules() == 2
    assert Job.objects.count() == 2


def test_slots_start_at_round_times(rounds, clock):
    clock.advance(minutes=7, seconds=31)
    fire_due_schedules()
    slots = {slot.schedule.rsplit(".")[-1]: f"{slot.slot:%H:%M:%S}" for slot in ScheduleSlot.objects.all()}
    assert slots == {"often": "12:05:00", "hourly": "12:00:00"}


def test_looking_at_schedules_is_one_query_when_nothing_is_due(rounds):
    fire_due_schedules()
    with CaptureQueriesContext(connection) as queries:
        fire_due_schedules()
    assert len(queries) == 1


def test_two_schedules_cannot_share_a_name(rounds, task, schedule):
    @task()
    def third() -> None: ...

    with pytest.raises(ValueError, match="two schedules named hourly"):
        schedule(every=timedelta(hours=1), name="hourly")(third)
