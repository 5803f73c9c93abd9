"""`greenroom sync` as people start it: a bar on a terminal, plain lines in a pipe."""

import subprocess

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
    with started(
        *GREENROOM, *COMMAND, environment=hub.environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        out, errors = process.communicate(timeout=60)

    assert (0, "") == (process.returncode, errors)
    assert [True] == [line.startswith(f"{OLGA}: ") and line.isprintable() for line in out.splitlines()]
