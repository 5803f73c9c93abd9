"""What it costs to tell other programs: facts into deliveries, and how soon they are there beside a dead target."""

from typing import TYPE_CHECKING, Any

from bench import children
from bench.result import Result

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_HOOKS = 100
_RATE = 50


def measure_hooks(bench: "Bench") -> list[Result]:
    """Fan facts out to many hooks, and deliver at a steady rate while one target takes calls and never answers."""
    facts, seconds = bench.sizes.hook_facts, bench.sizes.hook_seconds
    fanned = _hub(bench, "fan_out_facts", hooks=_HOOKS, facts=facts)
    told = _hub(bench, "deliver_beside_a_dead_target", rate=_RATE, seconds=seconds)
    heard = _hub(bench, "deliver_what_goto_tells", rate=_RATE, seconds=seconds)
    name = bench.databases.name
    return [
        Result(
            name="trigger_fanout_per_second",
            value=fanned["deliveries"] / fanned["seconds"],
            unit="deliveries_per_s",
            baseline=f"{facts}_facts_to_{_HOOKS}_hooks",
            goal=2000,
            more_is_better=True,
            database=name,
            details=fanned,
        ),
        _soon("hooks_p95_with_dead_target", told, name, seconds),
        _soon("webhook_to_delivery", heard, name, seconds),
    ]


def _soon(name: str, told: dict[str, Any], database: str, seconds: int) -> Result:
    return Result(
        name=name,
        value=told["p95"],
        unit="s_p95",
        baseline=f"{_RATE}_per_s_for_{seconds}_s",
        goal=2,
        database=database,
        details=told,
    )


def _hub(bench: "Bench", step: str, **arguments: Any) -> dict[str, Any]:
    environment = bench.environment(bench.databases.fresh()) | {"GREENROOM_HOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    told: dict[str, Any] = children.run(f"bench.hooks_hub:{step}", environment=environment, **arguments)
    return told
