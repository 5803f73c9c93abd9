"""A hub that is really served, and how to tell of the times its answers took."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from urllib.error import URLError
from urllib.request import urlopen

_PATIENCE = 60


def share(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the sorted values does not pass."""
    return values[min(int(len(values) * share), len(values) - 1)]


@contextmanager
def served(environment: dict[str, str], port: int) -> Iterator[None]:
    """Run the hub's web process and its worker, as `greenroom run` does, until the block ends."""
    with ExitStack() as stack:
        for command in (("serve", "--port", str(port)), ("worker",)):
            process = subprocess.Popen([sys.executable, "-m", "greenroom", *command], env=environment)
            stack.callback(process.wait, _PATIENCE)
            stack.callback(process.terminate)
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        yield


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("The hub did not come up.")
