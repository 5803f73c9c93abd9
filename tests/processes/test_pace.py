"""Four processes share GoTo's ten calls a second: as GoTo sees it, no second ever holds more."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.processes.hub import served_world, settings_for
from tests.processes.starting import PATIENCE, started

pytestmark = [pytest.mark.processes, pytest.mark.slow]

SECONDS = int(os.environ.get("GREENROOM_PACE_SECONDS", "20"))


@pytest.mark.parametrize("kind", ["client", "hub"])
def test_no_second_holds_more_than_ten_calls_of_four_processes(kind: str, tmp_path: Path):
    with served_world(tmp_path) as (world, url), ExitStack() as stack:
        environment = settings_for(tmp_path, url) | {
            "GREENROOM_GOTO_CALLS_PER_SECOND": "10",
            "GREENROOM_DATABASE_URL": f"sqlite:///{tmp_path}/hub.sqlite3",
            "SLOTS": str(tmp_path / "slots"),
        }
        with started(sys.executable, "-m", "django", "migrate", "--verbosity=0", environment=environment) as setting_up:
            assert 0 == setting_up.wait(PATIENCE)
        token = world.control("POST", "tokens", organizer="olga@northwind.example")["access_token"]
        world.control("DELETE", "counters")
        command = (sys.executable, "-m", "tests.processes.pacing", kind, url, token, world.olga_key, str(SECONDS))
        callers = [stack.enter_context(started(*command, environment=environment)) for _ in range(4)]
        assert [0] * 4 == [caller.wait(SECONDS + PATIENCE) for caller in callers]
        calls = world.control("GET", "counters")["recent"]
    assert {200} == {call["status"] for call in calls}
    arrivals = sorted(call["monotonic_seconds"] for call in calls)
    assert len(arrivals) > 0.8 * 10 * SECONDS
    tenth_before = zip(arrivals, arrivals[10:], strict=False)
    assert 1.0 < min(later - earlier for earlier, later in tenth_before)
