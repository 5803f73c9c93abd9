"""What an import costs a program that has loaded nothing else: a fresh interpreter for each measurement."""

import subprocess
import sys
from dataclasses import dataclass

_PROGRAM = """
import sys, time
before = time.process_time()
exec(sys.argv[1])
print(time.process_time() - before, *sys.modules)
"""


@dataclass(frozen=True)
class Import:
    """CPU seconds an import took, and all modules that were loaded after it."""

    cpu: float
    modules: frozenset[str]


def measure(statement: str) -> Import:
    """Run an import statement in an interpreter of its own."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, statement], stdout=subprocess.PIPE, text=True, check=True)
    cpu, *modules = done.stdout.split()
    return Import(float(cpu), frozenset(modules))
