"""Starting and watching the processes of `child.py`."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes.starting import PATIENCE, started


@dataclass(frozen=True)
class Hub:
    """A hub that lives in processes: where its database is, and how else it is set."""

    environment: dict[str, str]
    traces: Path

    def run(self, *args: str, **settings: str) -> str:
        """Run a process to its good end and return what it printed."""
        with self.started(*args, **settings) as process:
            printed, _ = process.communicate()
        assert process.returncode == 0, printed
        return printed

    @contextmanager
    def started(self, *args: str, **settings: str) -> Iterator[subprocess.Popen]:
        """Start a process; it is killed when it outlives all patience or the block."""
        command = [sys.executable, "-m", "tests.hub.jobs.child", *args]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with started(*command, environment={**self.environment, **settings}, **pipes) as process:
            timer = threading.Timer(PATIENCE, process.kill)
            timer.start()
            try:
                yield process
            finally:
                timer.cancel()

    def report(self) -> dict[str, Any]:
        """Return what stands in the rows."""
        return json.loads(self.run("report"))

    def list_traces(self) -> list[str]:
        """Return the words that jobs have left, sorted."""
        return sorted(self.traces.read_text().split()) if self.traces.exists() else []
