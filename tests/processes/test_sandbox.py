"""A served sandbox: killed and started again, it has all it had."""

import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from tests.processes.starting import GREENROOM, answers, free_port, started, wait_until

pytestmark = pytest.mark.processes

KEPT = ("state", "faults", "mail", "switches", "scenarios", "clock", "webhooks/deliveries")


@contextmanager
def serving(file: Path, port: int, mail_port: int) -> Iterator[httpx2.Client]:
    """Serve a sandbox with the demo that keeps its state in a file; at the end it is killed."""
    options = (f"--port={port}", f"--smtp-port={mail_port}", f"--state={file}")
    with started(*GREENROOM, "sandbox", *options, stdout=subprocess.DEVNULL):
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "the sandbox answers")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}/_sandbox/") as control:
            yield control


def test_everything_is_there_after_a_kill(tmp_path: Path) -> None:
    place = tmp_path / "state.sqlite3", free_port(), free_port()
    with serving(*place) as control:
        made = control.post("webinars", json={"organizer": "olga@northwind.example", "generated_registrants": 500})
        crowd = {"event": f"webinars/{made.json()['key']}", "crowd": {"people": 5}}
        control.post("clock", json={"freeze": True})
        control.post("scenarios", json=crowd)
        control.post("faults", json={"kind": "status", "status": 503, "times": 3})
        control.put("switches", json={"email_case": "distinguish"})
        with smtplib.SMTP("127.0.0.1", place[2]) as smtp:
            smtp.sendmail("hub@example.com", ["lena@example.com"], b"Subject: Hello\r\n\r\nHello")
        before = {name: control.get(name).json() for name in KEPT}
    assert "Hello" == before["mail"]["mails"][0]["subject"]
    with serving(*place) as control:
        assert before == {name: control.get(name).json() for name in KEPT}
