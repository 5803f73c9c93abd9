"""Mails with personal links and a record of each, handed to a local mail server, beside handing over ready ones."""

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench import children
from bench.result import Result

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_READY_MAIL = b"Subject: Come in\r\nTo: p@example.com\r\n\r\n" + b"We are happy to see you at our webinar.\r\n" * 60


def measure_mails(bench: "Bench") -> list[Result]:
    """Count mails per second of processor time; the mail server is a process of its own."""
    count = bench.sizes.mails
    with serve_sink() as port:
        floor = children.run("bench.mails:hand_over_ready_mails", count=count, port=port)
        environment = bench.environment(bench.databases.fresh())
        sent: dict[str, Any] = children.run(
            "bench.mail_hub:send_mails", environment=environment, count=count, port=port
        )
    details = {**sent, "floor_per_second": count / floor["cpu"]}
    return [
        Result(
            name="mails_per_second",
            value=count / sent["cpu"],
            unit="mails_per_s_and_core",
            baseline=f"bare_smtplib_{count / floor['cpu']:.0f}",
            goal=1000,
            more_is_better=True,
            database=bench.databases.name,
            details=details,
        )
    ]


def hand_over_ready_mails(count: int, port: int) -> dict[str, float]:
    """Send the same mail over and over, without rendering, links or records."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        cpu = time.process_time()
        for number in range(count):
            smtp.sendmail("hub@example.com", [f"p{number}@example.com"], _READY_MAIL)
        return {"cpu": time.process_time() - cpu}


@contextmanager
def serve_sink() -> Iterator[int]:
    """Run a mail server that takes everything and keeps nothing, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "bench.mail_sink", str(listening.fileno())]
        sink = subprocess.Popen(command, pass_fds=[listening.fileno()])
        try:
            yield listening.getsockname()[1]
        finally:
            sink.kill()
            sink.wait()
