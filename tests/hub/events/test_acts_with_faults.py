"""Making events while GoTo fails, answers get lost, workers die and sync comes between: never two of one."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from types import ModuleType

import pytest

from greenroom.goto import GotoError
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.events.products.base import EventWish
from greenroom.hub.events.services.acts import carrying, create_event, making, sending
from greenroom.hub.events.tasks import deliver_what_waits
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.services import sweep
from greenroom.hub.ledger.models import Fact
from greenroom.sandbox.app import ConnectionCutError

# Each seed is a few hundred milliseconds; the first ones run with every change.
SEEDS = [pytest.param(seed, marks=[pytest.mark.slow] if seed >= 10 else []) for seed in range(100)]
MOMENTS = {
    "acts.before_send": sending,
    "acts.accepted": sending,
    "acts.noted": making,
    "acts.found": making,
    "acts.stored": carrying,
}
FAULTS = ("timeout_after", "cut_after", "timeout_before", "cut_before", "status", "nonsense")
OPERATIONS = {
    "webinar": ("createWebinar", "createWebinar", "getWebinar", "getWebinars"),
    "training": ("scheduleTraining", "scheduleTraining", "getTraining", "getAllTrainings"),
}


class PowerCut(BaseException):
    """The worker dies here."""


@pytest.fixture
def cut_power(monkeypatch) -> Iterator[Callable[[str], None]]:
    """Let the worker die the next time it reaches a moment."""
    pending: set[str] = set()

    def reach(name: str) -> None:
        if name in pending:
            pending.remove(name)
            raise PowerCut(name)

    homes: set[ModuleType] = set(MOMENTS.values())
    for home in homes:
        monkeypatch.setattr(home, "reached", reach)
    return pending.add


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_one_event_is_made_and_told_of_once(
    world, connection, ada, run_jobs, pull, cut_power, seed
):
    chance = random.Random(seed)
    run_jobs()
    product, dates = chance.choice(["webinar", "training"]), chance.choice([1, 1, 3])
    starts = [world.now + timedelta(days=day) for day in range(1, dates + 1)]
    wish = EventWish(title="Ropes", times=tuple((at, at + timedelta(hours=1)) for at in starts), time_zone="GMT")
    act = create_event(connection=connection, product=product, wish=wish, idempotency_key="k", actor=ada)

    for _ in range(chance.randrange(1, 4)):
        world.fail(
            kind=chance.choice(FAULTS), operation=chance.choice(OPERATIONS[product]), times=chance.choice([1, 2])
        )
    for moment in chance.sample(sorted(MOMENTS), chance.choice([0, 1, 2])):
        cut_power(moment)
    for _ in range(40):
        with suppress(PowerCut):
            run_jobs()
        act.refresh_from_db()
        if act.state != EventAct.State.PENDING:
            break
        if chance.random() < 0.2:
            with suppress(HubError, GotoError, ConnectionCutError):
                pull(product=product)
        if chance.random() < 0.1:
            Job.objects.filter(name="events.deliver_act", state="ready").delete()
            deliver_what_waits.call()
        world.advance(seconds=chance.choice([3, 15, 70]))
        sweep()
    world.control("DELETE", "faults")
    world.advance(minutes=16)
    pull(product=product)

    expected = dates if product == "webinar" else 1
    assert ("done", expected) == (act.state, count_at_goto(world, product))
    assert expected == Event.objects.count()
    assert ["event_created"] * expected == list(
        Fact.objects.filter(kind__startswith="event_").values_list("kind", flat=True)
    )


def count_at_goto(world, product: str) -> int:
    if product == "training":
        return len(world.ask_goto("trainings"))
    span = "fromTime=2026-01-01T00:00:00Z&toTime=2099-01-01T00:00:00Z&size=200"
    return len(world.ask_goto(f"webinars?{span}")["_embedded"]["webinars"])
