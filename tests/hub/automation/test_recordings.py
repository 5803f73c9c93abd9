"""A recording of GoTo's reaches the programs that wait for it, however long GoTo takes to make it."""

import json
from datetime import timedelta

import pytest

from greenroom.hub.automation.hooks.courier import deliver_due
from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.polling import begin, poll
from greenroom.hub.automation.registry import get_trigger
from greenroom.hub.sync.services import watch

TRIGGER = get_trigger("recording.ready")


@pytest.mark.parametrize(
    ("product", "hours", "somebody_came"),
    [("webinar", 1, True), ("webinar", 6, True), ("webinar", 30, True), ("webinar", 6, False), ("training", 6, True)],
)
def test_a_recording_reaches_hooks_and_pollers(
    world, pull, connection, run_jobs, subscribed, receiver, caller, product, hours, somebody_came
):
    key = getattr(world, f"schedule_{product}")(registrants=[{"email": "lena@example.com"}])
    pull(key, product)
    world.advance(hours=1)
    world.launch(key, f"{product}s")
    if somebody_came:
        world.move(key, "lena@example.com", "join", f"{product}s")
    hold_on(world, connection, product, run_jobs, minutes=50)
    subscribed("recording.ready")
    cursor = begin()
    world.end(key, f"{product}s")
    ended_at = world.now
    hold_on(world, connection, product, run_jobs, minutes=60 * hours)
    times = {"started_at": (ended_at - timedelta(minutes=50)).isoformat(), "ended_at": ended_at.isoformat()}
    made = world.control("POST", f"{product}s/{key}/recordings", **times)["key"]
    assert [] == poll(caller, TRIGGER, Narrowing(), cursor, limit=10).items
    # Each look is twice as late as the one before.
    hold_on(world, connection, product, run_jobs, minutes=60 * (hours + 4))
    deliver_due()
    [told] = [json.loads(call.body) for call in receiver.calls]
    [item] = poll(caller, TRIGGER, Narrowing(), cursor, limit=10).items
    assert ("recording.ready", key, made) == (told["type"], told["data"]["event_key"], told["data"]["recording_key"])
    assert told["id"] == item["id"]


def hold_on(world, connection, product, run_jobs, *, minutes: int) -> None:
    """Let time pass, with everything that is done in the background."""
    for _ in range(minutes // 30):
        world.advance(minutes=30)
        watch(connection=connection, product=product)
        run_jobs()
