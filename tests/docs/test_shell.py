"""The shell examples of the documentation, run with curl against a sandbox that is served as users serve it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.processes.starting import GREENROOM, answers, free_port, started, wait_until

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^<!-- run: shell -->\n```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Tells the status of each answer, but where the page itself has curl tell something.
_CURL = """#!/bin/sh
case " $* " in
  *" -w "*) exec {curl} --max-time 20 "$@" ;;
esac
exec {curl} --max-time 20 "$@" -w '%{{stderr}}status %{{http_code}}\\n'
"""


class Told(NamedTuple):
    """What a page's calls are answered besides success, in their order, and words it prints, in theirs."""

    refusals: list[str]
    words: list[str]


PAGES = {
    "how-to/use-the-sandbox-with-curl.md": Told(
        ["409", "429", "429"],
        ["&state=my-state", '"attendanceTimeInSeconds":2400', "curl says 18", '"operation":"getWebinar"'],
    ),
    "reference/sandbox.md": Told(
        [], ['"attendance_delay_seconds":3600', '"kind":"lost_rotation"', '"webhook_order":"shuffled"']
    ),
}


@pytest.fixture(scope="module")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `greenroom sandbox` with the demo, kept in memory, on a free port."""
    port = free_port()
    settings = {"GREENROOM_SANDBOX_FILE": ":memory:", "GREENROOM_SANDBOX_SMTP_PORT": "0"}
    folder = tmp_path_factory.mktemp("sandbox")
    with started(*GREENROOM, "sandbox", f"--port={port}", environment=settings, cwd=folder, stdout=subprocess.DEVNULL):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{url}/_sandbox/state"), "the sandbox answers")
        yield url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to work in, with a curl that tells the status of each answer."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "curl"
    program.write_text(_CURL.format(curl=curl))
    program.chmod(0o755)
    return tmp_path


def script_of(page: str, url: str) -> str:
    """Join a page's blocks; the address they name becomes the sandbox's."""
    blocks = _BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    assert blocks
    return "\n".join(blocks).replace("http://127.0.0.1:8001", url)


@pytest.mark.processes
@pytest.mark.parametrize("page", PAGES)
def test_every_line_of_a_page_runs(page: str, sandbox_url: str, folder: Path) -> None:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script_of(page, sandbox_url)],
        cwd=folder, env={"PATH": path}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    statuses = re.findall(r"^status (\d+)$", ran.stderr, re.MULTILINE)
    assert PAGES[page].refusals == [status for status in statuses if not status.startswith(("2", "3"))], ran.stdout
    assert re.search(".*".join(map(re.escape, PAGES[page].words)), ran.stdout, re.DOTALL), ran.stdout


def test_every_page_with_shell_examples_is_run() -> None:
    pages = [page for page in DOCS.rglob("*.md") if "```bash" in page.read_text(encoding="utf-8")]

    assert sorted(PAGES) == sorted(str(page.relative_to(DOCS)) for page in pages)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.count("```bash") == len(_BLOCK.findall(text)), page
