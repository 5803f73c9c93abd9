"""
The parts of the reference that are made from the code.

A page holds a placeholder such as `<!-- generated: operations -->`; it is replaced while Sphinx reads the page, so
nothing generated is kept in the repository.
"""

import re
from collections.abc import Callable
from typing import Any

from _api import api
from _coverage import coverage, schema_faults
from _operations import operations
from _triggers import triggers

from greenroom.sandbox.switches import SWITCHES

_PLACEHOLDER = re.compile(r"<!-- generated: (\w+) -->")


def fill_placeholders(app: Any, page: str, source: list[str]) -> None:
    """Replace the placeholders of a page; Sphinx's `source-read` event."""
    source[0] = _PLACEHOLDER.sub(lambda found: PARTS[found[1]](), source[0])


def generated_pages(app: Any, environment: Any, *_: Any) -> list[str]:
    """Name the pages with placeholders, which are out of date whenever the code is; `env-get-outdated`."""
    return [
        page
        for page in environment.found_docs
        if _PLACEHOLDER.search(environment.doc2path(page).read_text(encoding="utf-8"))
    ]


def switches() -> str:
    """Return a table of the sandbox's switches."""
    lines = ["| switch | values, the default first | how we know | what is known |\n|--|--|--|--|"]
    for one in SWITCHES:
        others = [f"`{choice}`" for choice in one.choices if choice != one.default]
        values = (
            ", ".join([f"`{one.default}`", *others]) if one.choices else f"`{one.default}`, or another whole number"
        )
        lines.append(f"| `{one.name}` | {values} | {one.status} | {one.source} |")
    return "\n".join(lines)


PARTS: dict[str, Callable[[], str]] = {
    "api": api,
    "coverage": coverage,
    "operations": operations,
    "schema_faults": schema_faults,
    "switches": switches,
    "triggers": triggers,
}
