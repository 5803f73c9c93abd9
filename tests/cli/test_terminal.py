"""`greenroom` in a real terminal and a real bash: tables that fit, progress, completion."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from tests.processes.terminals import run_in_terminal

Terminal = Callable[..., list[str]]

pytestmark = pytest.mark.processes


@pytest.fixture
def terminal(token: str, sandbox_url: str, tmp_path: Path) -> Terminal:
    """Run `greenroom` in a terminal of some width, and return what is drawn, line by line."""
    environment = {
        "GREENROOM_GOTO_TOKEN": token,
        "GREENROOM_GOTO_API_URL": sandbox_url,
        "GREENROOM_CONFIG_DIR": str(tmp_path),
    }

    def run(*arguments: str, width: int) -> list[str]:
        status, drawn = run_in_terminal(*arguments, environment=environment, width=width)
        assert 0 == status, drawn
        return drawn

    return run


def test_a_table_fits_the_terminal_and_tells_what_it_leaves_out(terminal: Terminal, sandbox_url: str) -> None:
    key = httpx2.get(f"{sandbox_url}/_sandbox/state").json()["accounts"][0]["organizers"][0]["key"]
    call = ("call", "training", "get_all_trainings", f"--param=organizer_key={key}", "--format=table")

    drawn = terminal(*call, width=80)

    head = next(line for line in drawn if "trainingKey" in line)
    assert head.split() == ["trainingKey", "trainingId", "name"]
    assert max(len(line) for line in drawn if not line.startswith("Not shown")) <= 80
    assert any("Forklift theory" in line for line in drawn)
    assert (
        "Not shown: description, organizers, registrationSettings, timeZone, times. Choose with --column"
        in " ".join(drawn)
    )
    assert "registrationSettings" in " ".join(terminal(*call, width=300))


def test_a_long_list_shows_how_far_it_is(terminal: Terminal, sandbox_url: str) -> None:
    with httpx2.Client(base_url=f"{sandbox_url}/_sandbox/") as control:
        key = control.get("state").json()["accounts"][0]["organizers"][0]["key"]
        event = {"organizer_key": key, "generated_registrants": 500}
        webinar_key = control.post("webinars", json=event).json()["key"]

    drawn = terminal(
        "call", "webinar", "get_all_registrants_for_webinar", f"--param=organizer_key={key}",
        f"--param=webinar_key={webinar_key}", "--column=email", width=100,
    )  # fmt: skip

    assert any("500/500" in line for line in drawn)
    assert len([line for line in drawn if "@" in line]) == 500


COMPLETING = """
source <(greenroom --show-completion bash)
complete -p greenroom
lines=("we" "webinar get_webinar_" "webinar get_webinars --param " "webinar get_webinars --param fr")
for line in "${lines[@]}"; do
  read -ra COMP_WORDS <<< "greenroom call $line"
  [[ $line == *" " ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  _greenroom_completion greenroom
  echo "${COMPREPLY[*]}"
done
"""


def test_bash_completes_products_operations_and_parameters(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    program = tmp_path / "greenroom"
    program.write_text(f"#!{sys.executable}\nfrom greenroom.cli import app\napp()\n")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    ran = subprocess.run(
        [bash, "--norc", "-c", COMPLETING], env=environment, capture_output=True, text=True, check=True
    )

    assert ran.stdout.splitlines() == [
        "complete -o default -F _greenroom_completion greenroom",
        "webinar",
        "get_webinar_meeting_times get_webinar_session",
        "organizer_key= from_time= to_time= page= size=",
        "from_time= from_time=2026-09-01T14:00:00Z",
    ]
