"""What is there of GoTo's published operations, made by looking, and by calling each of them."""

from collections.abc import Iterator
from itertools import groupby

from tests.contract.coverage import Row, rows
from tests.contract.published import PRODUCTS, contract
from tests.contract.schema_faults import PARAMETER_FAULTS, SCHEMA_FAULTS

_GAP = "**no**"


def coverage() -> str:
    """Return the counts of all products, and one table per product."""
    found = {product: list(of_product) for product, of_product in groupby(rows(), key=lambda row: row.entry.product)}
    return "\n".join([*_counts(found), *(line for product in found for line in _product(product, found[product]))])


def _counts(found: dict[str, list[Row]]) -> Iterator[str]:
    yield "| product | published | client | sandbox | tested |\n|--|--|--|--|--|"
    for product, there in found.items():
        yield _count(product, PRODUCTS[product].count, there)
    everything = [row for there in found.values() for row in there]
    yield _count("**all**", sum(one.count for one in PRODUCTS.values()), everything)


def _count(name: str, published: int, there: list[Row]) -> str:
    counts = (
        sum(bool(row.function) for row in there),
        sum(row.is_served for row in there),
        sum(row.answered is not None for row in there),
    )
    return f"| {name} | {published} | {' | '.join(f'{count} ({count / published:.0%})' for count in counts)} |"


def _product(product: str, there: list[Row]) -> Iterator[str]:
    yield f"\n## {product}\n\nPaths are below `{contract(product)['base_path']}`.\n"
    yield "| operation | client | sandbox | tested |\n|--|--|--|--|"
    for row in there:
        function = f"[yes](#{product}.{row.function})" if row.function else _GAP
        yield (
            f"| {row.entry.name}<br>`{row.entry.method} {row.entry.path}` | {function} "
            f"| {'yes' if row.is_served else _GAP} | {row.answered or _GAP} |"
        )


def schema_faults() -> str:
    """Return a table of where GoTo's own files are not what GoTo does."""
    lines = ["| operation | place | the file says | the sandbox answers | why |", "|--|--|--|--|--|"]
    lines += [
        f"| `{one.product}.{one.operation}` | {f'`{one.place}`' if one.place else 'the body'} | {one.says} "
        f"| {one.answered} | {one.reason} |"
        for one in SCHEMA_FAULTS
    ]
    lines += [
        f"| `{product}.{operation}` | query `{name}` | required | as well without it | {why} |"
        for (product, operation, name), why in PARAMETER_FAULTS.items()
    ]
    return "\n".join(lines)
