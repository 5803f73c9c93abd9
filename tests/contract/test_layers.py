"""Each import contract is kept, and goes red when somebody breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = Path("src/greenroom")
BREACHES = {
    "client": ("goto/_pacing.py", "import django"),
    "sandbox": ("sandbox/times.py", "from greenroom.goto import GotoError"),
    "hub-layers": ("hub/core/errors.py", "from greenroom.hub.jobs import models"),
    "hub-sandbox": ("hub/demo/people.py", "from greenroom.sandbox import clock"),
    "products": ("hub/courses/access.py", "from greenroom.goto import webinar"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source that may be spoilt."""
    shutil.copytree(ROOT / SOURCE, tmp_path / SOURCE, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a tree; it, and not the installed package, comes first on the path."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *options],
        cwd=tree,
        env={"PYTHONPATH": str(tree / "src"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def test_all_contracts_are_kept():
    result = lint(ROOT)
    assert 0 == result.returncode, result.stdout


def test_every_contract_has_a_breach_here():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert sorted(BREACHES) == sorted(contract["id"] for contract in contracts)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_seen(tree: Path, contract: str):
    file, line = BREACHES[contract]
    path = tree / SOURCE / file
    assert 0 == lint(tree, "--contract", contract).returncode
    path.write_text(f"{path.read_text()}\n{line}\n")
    result = lint(tree, "--contract", contract)
    assert (1, True) == (result.returncode, "BROKEN" in result.stdout), result.stdout + result.stderr
