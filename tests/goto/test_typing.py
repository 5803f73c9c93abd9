"""The client's types, as a type checker sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).with_name("typing_examples.py")


@pytest.fixture
def type_cache(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Keep what the checker learned of the libraries between runs, which is most of the time."""
    kept = getattr(request.config, "cache", None)
    return kept.mkdir("goto-types") if kept else tmp_path


def test_types_are_inferred_and_wrong_calls_refused(tmp_path: Path, type_cache: Path) -> None:
    """Ignores that are not needed are errors, so each one proves a refused call."""
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nstrict = true\nwarn_unused_ignores = true\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), "--cache-dir", str(type_cache)]

    checked = subprocess.run([*command, str(EXAMPLES)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout
