"""
Steps that run in a fresh process each, so that one step's memory and warm caches never flatter the next.

The parent calls `run("bench.hub:synchronize", ...)`; the child imports the function, calls it and prints its result.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 900


def run(step: str, *, environment: Mapping[str, str] | None = None, **arguments: Any) -> Any:
    """
    Call `module:function` with JSON arguments in a process of its own and return its JSON result.

    Raises:
        CalledProcessError: the step failed; what it said stands on standard error.
    """
    command = [sys.executable, "-m", "bench.children", step, json.dumps(arguments)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(step: str, arguments: str) -> None:
    """Be the child."""
    module, function = step.split(":")
    if module in {"bench.hub", "bench.hooks_hub", "bench.campaigns", "bench.contacts", "bench.mail_hub"}:
        # Only here: the client and the floors are measured without Django in their process.
        importlib.import_module("django").setup()
    result = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
