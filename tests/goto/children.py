"""What tests run in processes of their own: `python -m tests.goto.children ACT ARGUMENT...`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


def start(act: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a child; it waits for a line before it acts, so that several begin together."""
    command = [sys.executable, "-m", "tests.goto.children", act, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run_together(children: list[subprocess.Popen[str]]) -> list[str]:
    """Let all children act at once and return what they printed; none outlives its patience."""
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        outputs = [child.communicate(timeout=PATIENCE)[0] for child in children]
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert [0] * len(children) == [child.returncode for child in children]
    return outputs


def call(url: str, token_file: str) -> None:
    """Send one call with the token kept in a file."""
    from greenroom.goto import FileTokenStore, GoTo, OAuth, OAuthClient, training

    auth = OAuth(OAuthClient("an-id", "a-secret"), FileTokenStore(token_file))
    with GoTo(auth, base_url=url, auth_url=url) as goto:
        wait_for_start()
        goto.send(training.get_all_trainings("1"))


def reserve(folder: str, count: str) -> None:
    """Take slots and print their moments; nothing is waited for."""
    from greenroom.goto import FileSlotStore, SharedLimiter

    moments = []

    def clock() -> float:
        moments.append(time.time())
        return moments[-1]

    limiter = SharedLimiter(FileSlotStore(folder), "an-id", clock=clock)
    wait_for_start()
    for _ in range(int(count)):
        wait = limiter.reserve("webinar")
        print(moments[-1] + wait)  # noqa: T201


def wait_for_start() -> None:
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()


if __name__ == "__main__":
    {"call": call, "reserve": reserve}[sys.argv[1]](*sys.argv[2:])
