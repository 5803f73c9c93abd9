"""A worker knows every task there is, though nothing but `tasks.py` is loaded on its behalf."""

import ast
import os
import subprocess
import sys

from tests.processes.starting import ROOT

HUB = ROOT / "src/greenroom/hub"
KNOWN = """
import django
django.setup()
from greenroom.hub.jobs import registry
print(*registry._tasks)
"""


def is_task(node: ast.AST) -> bool:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(isinstance(one, ast.Call) and getattr(one.func, "id", "") == "task" for one in decorators)


def test_a_worker_finds_every_task():
    declared = {
        f"{path.relative_to(HUB).parts[0]}.{node.name}"
        for path in HUB.rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if is_task(node)
    }
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    found = subprocess.run(
        [sys.executable, "-c", KNOWN], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert len(declared) > 30
    assert set() == declared - set(found.stdout.split())
