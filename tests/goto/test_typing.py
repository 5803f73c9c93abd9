"""The client's types, as a type checker sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).with_name("typing_examples.py")


def test_types_are_inferred_and_wrong_calls_refused(tmp_path: Path) -> None:
    """Ignores that are not needed are errors, so each one proves a refused call."""
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nstrict = true\nwarn_unused_ignores = true\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), "--cache-dir", str(tmp_path / "cache")]

    checked = subprocess.run([*command, str(EXAMPLES)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout
