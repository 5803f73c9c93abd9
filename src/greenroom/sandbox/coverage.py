"""What the sandbox serves, as a table: every operation of a list with the path it is served at, or a gap."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from greenroom.sandbox.app import PRODUCTS


class Served(NamedTuple):
    """One operation; `path` and `method` are as published, `is_served` tells whether the sandbox has the same."""

    product: str
    operation: str
    method: str
    path: str
    is_served: bool


def served_operations() -> dict[tuple[str, str], tuple[str, str, tuple[str, ...]]]:
    """Everything routed: product and operation to method, full path and query parameters."""
    return {
        (product.name, operation.name): (operation.method, product.base_path + operation.path, operation.query)
        for product in PRODUCTS
        for operation in product.operations
    }


def coverage(contracts: Mapping[str, Mapping[str, Any]]) -> list[Served]:
    """
    Compare published operations with what is served.

    Args:
        contracts: per product a loaded file of `contract/`: `base_path` and `operations` of name, method and path.
    """
    served = served_operations()
    rows = []
    for product, contract in contracts.items():
        for entry in contract["operations"]:
            path = contract["base_path"] + entry["path"]
            found = served.get((product, entry["name"]))
            is_served = found is not None and found[:2] == (entry["method"], path)
            rows.append(Served(product, entry["name"], entry["method"], path, is_served))
    return rows


def as_markdown(rows: Iterable[Served]) -> str:
    """Write a coverage table for documentation."""
    lines = ["| product | operation | method and path | served |", "|--|--|--|--|"]
    lines += [
        f"| {row.product} | `{row.operation}` | `{row.method} {row.path}` | {'yes' if row.is_served else 'no'} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"
