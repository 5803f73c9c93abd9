"""What GoTo's webhooks cost: how soon the hub answers under load, what it loses, and how soon a delivery is a fact."""

from typing import TYPE_CHECKING

from bench import children
from bench.goto import free_port
from bench.result import Result
from bench.served import served, share

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_RATE = 200
_SECRET = "9b2f6a0e-4f0c-4e57-8a8d-0c0ffee0bead"
_EVENT_KEY, _WARM_KEY = "4104950342217711886", "4104950342217711887"
_PATIENCE = 60


def measure_webhooks(bench: "Bench") -> list[Result]:
    """Bring sign-ups as webhooks to a served hub, while a worker applies them."""
    seconds, port = bench.sizes.webhook_seconds, free_port()
    environment = bench.environment(bench.databases.fresh())
    url = environment["GREENROOM_DATABASE_URL"]
    connection_id = bench.hub(
        "expect_webhooks",
        url,
        email=bench.organizers["Warm"].email,
        secret=_SECRET,
        event_keys=[_EVENT_KEY, _WARM_KEY],
    )
    load = {"url": f"http://127.0.0.1:{port}/hooks/goto/{connection_id}", "secret": _SECRET}
    with served(environment, port):
        children.run("bench.load:deliver", **load, event_key=_WARM_KEY, rate=20, seconds=1)
        sent = children.run("bench.load:deliver", **load, event_key=_EVENT_KEY, rate=_RATE, seconds=seconds)
        applied = bench.hub("webhooks_applied", url, event_key=_EVENT_KEY, patience=_PATIENCE)
    count, waits, name = _RATE * seconds, sorted(applied["waits"]), bench.databases.name
    details = {
        "milliseconds_p50": share(sent["took"], 0.5),
        "milliseconds_longest": sent["took"][-1],
        "refused": len(sent["refused"]),
        "seconds_to_fact_p50": share(waits, 0.5),
        "seconds_to_fact_longest": waits[-1],
        "seconds_until_all_was_applied": applied["seconds"],
    }
    goals = (
        (f"webhooks_{_RATE}_per_second", share(sent["took"], 0.99), "ms_p99_of_answer", 200),
        ("webhooks_lost", count - len(waits), "deliveries", 0),
        ("webhook_to_fact", share(waits, 0.95), "s_p95", 1),
    )
    return [
        Result(
            name=what, value=value, unit=unit, baseline=f"for_{seconds}_s", goal=goal, database=name, details=details
        )
        for what, value, unit, goal in goals
    ]
