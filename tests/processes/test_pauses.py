"""
A process that renews an account's tokens is paused for longer than its lease, while another one takes over.

When it goes on, its writes are refused if they are old, and kept if GoTo has given nothing newer since.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.processes.hub import Hub
from tests.processes.starting import PATIENCE, started

pytestmark = pytest.mark.processes

ENGINES = [
    pytest.param("sqlite"),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@contextmanager
def paused(hub: Hub, moment: str) -> Iterator[subprocess.Popen]:
    """Let a process renew the tokens up to that moment, and go on at the end of the block; it must end well."""
    hub.do("let_access_token_run_out")
    command = [sys.executable, "-m", "tests.processes.renewing", moment]
    pipes = {"stdout": subprocess.PIPE, "text": True}
    with started(*command, environment=hub.environment, **pipes) as process:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        hub.do("let_lease_run_out")
        yield process
        process.send_signal(signal.SIGCONT)
        printed, _ = process.communicate(timeout=PATIENCE)
        assert (0, hub.world.olga_key) == (process.returncode, printed.strip())


@pytest.fixture
def rotation(request: pytest.FixtureRequest, hub: Hub) -> Iterator[str]:
    """Let GoTo rotate refresh tokens so; each old one is used up by its first use."""
    hub.world.control("PUT", "switches", refresh_rotation=request.param)
    yield request.param
    hub.world.control("PUT", "switches", refresh_rotation="never")


@pytest.mark.parametrize("hub", ENGINES, indirect=True)
@pytest.mark.parametrize("rotation", ["always"], indirect=True)
def test_the_token_goto_gave_before_the_pause_is_not_lost(hub: Hub, rotation: str):
    with paused(hub, "before_storing"):
        assert "ReconnectNeededError" == hub.do("ask"), "GoTo has ended the refresh token that others know"
        assert "reconnect_needed" == hub.do("state_of_account")
    assert "active" == hub.do("state_of_account")
    expect_working(hub)


@pytest.mark.parametrize("hub", ENGINES, indirect=True)
@pytest.mark.parametrize("rotation", ["never"], indirect=True)
def test_tokens_from_before_the_pause_do_not_overwrite_newer_ones(hub: Hub, rotation: str):
    with paused(hub, "before_storing"):
        assert "" == hub.do("ask")
        newer = hub.do("fingerprint_of_tokens")
    assert newer == hub.do("fingerprint_of_tokens")
    expect_working(hub)


@pytest.mark.parametrize("hub", ENGINES, indirect=True)
@pytest.mark.parametrize("rotation", ["never", "always"], indirect=True)
def test_a_renewal_that_begins_after_the_pause_asks_for_nobody(hub: Hub, rotation: str):
    """Its refresh token is used up by then; the one in the row is not."""
    with paused(hub, "before_asking"):
        assert "" == hub.do("ask")
    assert "active" == hub.do("state_of_account")
    expect_working(hub)


def expect_working(hub: Hub) -> None:
    """Check that what is stored can be renewed once more."""
    hub.do("let_access_token_run_out")
    assert "" == hub.do("ask")
