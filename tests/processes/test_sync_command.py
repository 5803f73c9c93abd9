"""`greenroom sync` as people start it: a bar on a terminal, plain lines in a pipe."""

import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from tests.processes.hub import Hub
from tests.processes.starting import GREENROOM, started
from tests.processes.terminals import run_in_terminal

pytestmark = [pytest.mark.processes, pytest.mark.parametrize("hub", ["sqlite"], indirect=True)]

OLGA = "Olga Ortiz, Northwind Academy: webinars"
COMMAND = ("sync", "--product=webinar", "--full")


def test_terminal_shows_how_far_it_is(hub: Hub):
    for number in range(3):
        hub.world.schedule_webinar(f"Webinar {number}", registrants=2)

    status, drawn = run_in_terminal(*COMMAND, environment=hub.environment)

    events = len(hub.world.list_webinars())
    bars = [line for line in drawn if f"{events}/{events}" in line]
    assert bars
    assert all(line.startswith(OLGA) for line in bars)
    assert any(line.startswith(f"{OLGA}: {events} events, ") for line in drawn)
    assert 0 == status


def test_pipe_gets_plain_lines_and_no_bar(hub: Hub):
    expect_one_plain_line(hub.environment)


def test_without_a_goto_client_it_reads_from_the_sandbox_as_the_hub_does(hub: Hub):
    port = urlsplit(hub.environment["GREENROOM_GOTO_API_URL"]).port
    given = {name: value for name, value in hub.environment.items() if not name.startswith("GREENROOM_GOTO_")}
    del given["GREENROOM_LOG_LEVEL"]
    expect_one_plain_line(given | {"GREENROOM_SANDBOX_PORT": str(port)})


def expect_one_plain_line(environment: Mapping[str, str]) -> None:
    """Check that the command does well and prints how it went, and nothing else."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with started(*GREENROOM, *COMMAND, environment=environment, **pipes) as process:
        out, errors = process.communicate(timeout=60)

    assert (0, "") == (process.returncode, errors)
    assert [True] == [line.startswith(f"{OLGA}: ") and line.isprintable() for line in out.splitlines()]
