"""
`python -m bench [NAME ...]` runs the benchmarks, all or those named, and writes `var/bench.json`.

A missed goal is told in its line and at the end; the exit status stays 0, since a busy machine is no broken program.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.benchmarks import ON_A_DATABASE, WITHOUT_ONE, Sizes, open_bench
from bench.databases import find_postgresql, serve_postgresql
from bench.goto import free_port
from bench.result import Result


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    known = [*WITHOUT_ONE, *ON_A_DATABASE]
    if unknown := set(names) - set(known):
        print(f"There is no benchmark named {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
        return 2
    results = []
    for result in _run(names or known, Sizes()):
        print(result.line(), flush=True)
        results.append(result)
    _write(results)
    missed = [result for result in results if not result.is_met]
    for result in missed:
        print(f"GOAL MISSED: {result.line()}")
    if not missed:
        print("All goals are met.")
    return 0


def _run(names: list[str], sizes: Sizes) -> Iterator[Result]:
    on_a_database = [ON_A_DATABASE[name] for name in names if name in ON_A_DATABASE]
    first = [WITHOUT_ONE[name] for name in names if name in WITHOUT_ONE]
    for url in _databases(with_postgresql=bool(on_a_database)):
        with open_bench(sizes, url) as bench:
            for measure in [*first, *on_a_database]:
                yield from measure(bench)
        first = []


def _databases(*, with_postgresql: bool) -> Iterator[str]:
    """Yield the database that is set, or SQLite and then a PostgreSQL of our own where there is one."""
    if url := os.environ.get("GREENROOM_DATABASE_URL"):
        yield url
        return
    yield ""
    if not with_postgresql:
        return
    with _own_postgresql() as url:
        if url:
            yield url
        else:
            print("postgresql skipped: its programs (initdb) are not on this machine", flush=True)


@contextmanager
def _own_postgresql() -> Iterator[str]:
    programs = find_postgresql()
    if programs is None:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-pg-") as folder:
        Path(folder).chmod(0o755)  # the server may be run by somebody else
        with serve_postgresql(programs, Path(folder, "server"), free_port()) as url:
            yield url


def _write(results: Iterable[Result]) -> None:
    path = Path(os.environ.get("GREENROOM_DATA_DIR", "var"), "bench.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    told = {"machine": machine, "results": [result.to_json() for result in results]}
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
