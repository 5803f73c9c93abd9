"""Starting programs for tests, watching them, and seeing that none outlives its test."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
# Long, for machines that do much else: nobody waits for it where all goes well.
PATIENCE = 120.0
GREENROOM = (sys.executable, "-m", "greenroom")

# Where the system can do it, programs end with whoever started them, even when that one is killed.
_LEASH = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()

_OWN_SETTINGS = ("GREENROOM_", "DJANGO_SETTINGS_MODULE")

T = TypeVar("T")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(*command: str, environment: Mapping[str, str] = {}, **options: Any) -> Iterator[subprocess.Popen]:
    """
    Start a program in a process group of its own; nothing of the group is left after the block.

    It gets the settings of `environment` and none that the tests themselves run with.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_SETTINGS)}
    process = subprocess.Popen(
        [*_LEASH, *command],
        env={**inherited, **environment},
        start_new_session=True,
        **{"cwd": ROOT, "stdin": subprocess.DEVNULL} | options,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with process:
            pass


def has_processes(group: int) -> bool:
    """Tell whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Ask again and again until the answer is yes, and return it."""
    deadline = time.monotonic() + patience
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"In {patience:.0f} seconds it did not come about that {what}")
        time.sleep(0.05)
    return answer


def answers(url: str) -> bool:
    """Tell whether an address answers well."""
    try:
        with urlopen(url, timeout=5):
            return True
    except (URLError, OSError):
        return False
