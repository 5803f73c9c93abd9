"""The benchmarks at a small size, so that they cannot rot. How fast anything is, is none of these tests' business."""

import math
import re
from collections.abc import Iterator

import pytest
from bench.benchmarks import ON_A_DATABASE, WITHOUT_ONE, Bench, Sizes, open_bench
from bench.children import ROOT
from bench.result import Result

BENCHMARKS = {**ON_A_DATABASE, **WITHOUT_ONE}
pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with open_bench(
        Sizes(
            registrants=200,
            decoded=100,
            calls=2,
            iterated=4_000,
            webinars=2,
            jobs=20,
            campaign_contacts=20,
            forms=20,
            learners=100,
            contacts=200,
            segments=3,
            hook_facts=10,
            hook_seconds=1,
            mails=20,
            webhook_seconds=1,
            join_seconds=1,
            rounds=1,
        )
    ) as bench:
        yield bench


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_gives_finite_figures(bench: Bench, name: str):
    page = (ROOT / "docs" / "reference" / "benchmarks.md").read_text(encoding="utf-8")
    documented = {without_size(line) for line in re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)}
    for result in BENCHMARKS[name](bench):
        assert math.isfinite(result.value)
        assert result.value >= 0
        assert without_size(result.name) in documented


def without_size(name: str) -> str:
    return re.sub(r"\d+", "N", name)


def test_line_says_name_value_unit_and_baseline_first():
    result = Result(name="sync", value=2.9411, unit="x_cpu", baseline="floor", goal=4, database="sqlite")

    assert "sync_sqlite 2.94 x_cpu floor goal<=4 ok" == result.line()


def test_missed_goal_is_told():
    result = Result(name="sync", value=4.2, unit="x_cpu", baseline="floor", goal=4)

    assert result.line().endswith("MISSED")
    assert result.to_json()["is_met"] is False


def test_some_figures_must_reach_their_goal():
    result = Result(name="rate", value=2, unit="per_s", baseline="floor", goal=3, more_is_better=True)

    assert result.line().endswith("goal>=3 MISSED")


def test_figure_that_is_none_misses_its_goal():
    assert not Result(name="sync", value=math.nan, unit="x_cpu", baseline="floor", goal=4).is_met
