"""
The parts of the reference that are made from the code.

A page holds a placeholder such as `<!-- generated: operations -->`; it is replaced while Sphinx reads the page, so
nothing generated is kept in the repository.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from greenroom.goto import OPERATIONS, Endpoint
from greenroom.sandbox.switches import SWITCHES

_PLACEHOLDER = re.compile(r"<!-- generated: (\w+) -->")
_PAGING = {
    "Hal": "`page`, `size`",
    "Data": "`page`, `limit`",
    "Content": "`page`, `size`",
    "Offset": "`offset`",
}


def fill_placeholders(app: Any, page: str, source: list[str]) -> None:
    """Replace the placeholders of a page; Sphinx's `source-read` event."""
    source[0] = _PLACEHOLDER.sub(lambda found: PARTS[found[1]](), source[0])


def operations() -> str:
    """Return one section per product, with every operation of the client."""
    by_product = groupby(sorted(OPERATIONS.values(), key=lambda one: one.product), key=lambda one: one.product)
    return "\n".join(line for product, endpoints in by_product for line in _section(product, list(endpoints)))


def _section(product: str, endpoints: list[Endpoint]) -> Iterator[str]:
    yield f"\n## {product}\n\n{len(endpoints)} operations.\n"
    yield "| function | call | query | sent again | what it does |\n|--|--|--|--|--|"
    for one in sorted(endpoints, key=lambda one: one.name):
        query = ", ".join([*(f"`{name}`" for name in one.required_query), *(f"`{n}`?" for n in one.optional_query)])
        paging = f"; paged by {_PAGING[type(one.paging).__name__]}" if one.paging else ""
        again = "yes" if one.retryable else "no"
        yield f"| `{one.name}` | `{one.method} {one.base_path}{one.path}` | {query}{paging} | {again} | {_says(one)} |"


def _says(endpoint: Endpoint) -> str:
    text = inspect.getdoc(endpoint.function) or ""
    return text.partition("\n")[0].replace("|", "\\|")


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


PARTS: dict[str, Callable[[], str]] = {"operations": operations, "switches": switches}
