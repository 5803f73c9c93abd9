"""`greenroom run`: one command that starts everything, stops everything, and can be given again and again."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.processes.hub import Hub, console, settings_for
from tests.processes.starting import GREENROOM, PATIENCE, answers, free_port, has_processes, started, wait_until

pytestmark = pytest.mark.processes


@dataclass(frozen=True)
class Place:
    """A data directory and three ports."""

    folder: Path
    hub_port: int
    sandbox_port: int
    mail_port: int

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox answers."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def hub_url(self) -> str:
        """Where the hub answers."""
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings that lead there."""
        return {
            "GREENROOM_DATA_DIR": str(self.folder),
            "GREENROOM_PORT": str(self.hub_port),
            "GREENROOM_SANDBOX_PORT": str(self.sandbox_port),
            "GREENROOM_SANDBOX_SMTP_PORT": str(self.mail_port),
            "GREENROOM_GOTO_CALLS_PER_SECOND": "1000",
        }

    @contextmanager
    def run(self) -> Iterator[None]:
        """Run everything, and see that SIGTERM ends it and leaves no process."""
        with started(*GREENROOM, "run", environment=self.settings) as process:
            url = f"{self.hub_url}/healthz"
            wait_until(lambda: answers(url) or process.poll() is not None, "the hub answers")
            assert process.poll() is None, "greenroom run has ended"
            yield
            process.send_signal(signal.SIGTERM)
            assert 0 == process.wait(PATIENCE)
            assert not has_processes(process.pid)
            assert not answers(url)
            assert not answers(f"{self.sandbox_url}/healthz")

    def count_registrants_at_sandbox(self) -> int:
        """Return how many registrants there are at the sandbox."""
        return httpx2.get(f"{self.sandbox_url}/_sandbox/state").json()["counts"]["registrants"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, free_port(), free_port(), free_port())


@pytest.mark.slow
def test_a_second_run_neither_doubles_nor_loses(place: Place):
    with console(settings_for(place.folder, place.sandbox_url)) as process:
        hub = Hub(settings_for(place.folder, place.sandbox_url), None, process)
        with place.run():
            key = hub.do("coming_event")
            hub.do("register", event_key=key, email="lena@example.com")
            wait_until(lambda: hub.do("is_settled"), "the registration is delivered")
            wait_until(lambda: hub.do("read"), "everything is read")
            before, at_goto = hub.do("inventory"), place.count_registrants_at_sandbox()
        with place.run():
            wait_until(lambda: hub.do("is_settled"), "all work is done")
            wait_until(lambda: hub.do("read"), "everything is read")
            assert before == hub.do("inventory")
            assert at_goto == place.count_registrants_at_sandbox()
            assert ["delivered"] == hub.do("report", event_key=key)["requests"]


@pytest.mark.slow
def test_a_forgotten_password_is_answered_in_the_sandboxs_mailbox(place: Place):
    with place.run(), httpx2.Client(base_url=place.hub_url, follow_redirects=True) as browser:
        browser.get("/accounts/password/reset/")
        form = {"email": "lena@example.com", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        assert 200 == browser.post("/accounts/password/reset/", data=form).status_code
        mailbox = f"{place.sandbox_url}/_sandbox/mail"
        (letter,) = httpx2.get(mailbox, params={"to": "lena@example.com"}).json()["mails"]
        (link,) = httpx2.get(f"{mailbox}/{letter['key']}").json()["links"]
        assert link["url"].startswith(place.hub_url)
        assert 'name="password1"' in browser.get(link["url"]).text
        assert letter["subject"] in httpx2.get(f"{place.sandbox_url}/mail").text


@pytest.mark.parametrize("command", ["sandbox", "serve"])
def test_ctrl_c_in_a_terminal_ends_what_serves(place: Place, command: str):
    """A terminal interrupts all processes of the command at once; they used to wait for each other."""
    port = str(free_port())
    # As in a terminal: the tests themselves may run where interrupts are ignored.
    options = {"environment": place.settings, "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with started(*GREENROOM, command, "--port", port, **options) as process:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "it answers")
        os.killpg(process.pid, signal.SIGINT)
        assert 0 == process.wait(PATIENCE / 4)
        assert not has_processes(process.pid)


@pytest.mark.parametrize("setting", ["GREENROOM_PORT", "GREENROOM_SANDBOX_PORT", "GREENROOM_SANDBOX_SMTP_PORT"])
def test_a_taken_port_is_told_in_one_sentence(place: Place, setting: str):
    port = place.settings[setting]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with (
        socket.create_server(("127.0.0.1", int(port))),
        started(*GREENROOM, "run", environment=place.settings, **pipes) as process,
    ):
        printed, told = process.communicate(timeout=PATIENCE)
    assert f"Port {port} is taken by another program. Set {setting} to a free one.\n" == told
    assert ("", 1) == (printed, process.returncode)
