"""
CPU seconds and peak memory of a piece of work.

CPU time, not wall time: it hardly changes when other programs use the machine. On PostgreSQL the server's work for
us is counted with ours, or moving work into the server would look like saving it.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Meter:
    """
    A context manager that measures what runs inside it.

    Attributes:
        backends: tells the process ids of the database server that work for us.
        cpu: seconds of this process and of the backends.
        server_cpu: the backends' part of it.
        wall: seconds on the clock.
    """

    backends: Callable[[], Iterable[int]] = field(default=lambda: ())
    cpu: float = 0.0
    server_cpu: float = 0.0
    wall: float = 0.0

    def __enter__(self) -> Self:
        self._before = self._read()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        own, server, wall = (now - before for now, before in zip(self._read(), self._before, strict=True))
        self.cpu, self.server_cpu, self.wall = own + server, server, wall

    def _read(self) -> tuple[float, float, float]:
        server = sum(map(_process_cpu, self.backends()))
        return time.process_time(), server, time.perf_counter()

    def told(self) -> dict[str, float]:
        """Return the figures for a report."""
        return {"cpu": self.cpu, "server_cpu": self.server_cpu, "wall": self.wall}


def _process_cpu(pid: int) -> float:
    """Return the CPU seconds of another process; 0 where they cannot be read, as on another machine."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def peak_bytes() -> int:
    """
    Return the most memory this process has held so far.

    Linux's own `ru_maxrss` starts at what the parent held when it made us, so the kernel's figure for this program
    alone is preferred.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
