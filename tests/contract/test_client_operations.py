"""The client's operations against the contract, and against GoTo's own specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from greenroom.goto import OPERATIONS, Endpoint
from greenroom.goto._operation import snake_case

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "goto-api"
METHODS = ("get", "put", "post", "delete")


def contract(product: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "contract" / f"{product}.yaml").read_text())


def entries(product: str) -> list[Any]:
    return [pytest.param(product, entry, id=f"{product}.{entry['name']}") for entry in contract(product)["operations"]]


def of_product(product: str) -> dict[str, Endpoint]:
    return {e.operation_id: e for e in OPERATIONS.values() if e.product == product}


@pytest.mark.parametrize(("product", "entry"), [*entries("training"), *entries("webinar")])
def test_every_contract_entry_is_an_operation(product: str, entry: dict[str, Any]) -> None:
    endpoint = of_product(product)[entry["name"]]
    query = entry.get("query", [])

    assert (entry["method"], entry["path"]) == (endpoint.method, endpoint.path)
    assert snake_case(entry["name"]) == endpoint.name
    assert contract(product)["base_path"] == endpoint.base_path
    assert {q["name"] for q in query if q["required"]} == set(endpoint.required_query)
    assert {q["name"] for q in query if not q["required"]} == set(endpoint.optional_query)
    assert tuple(entry["success"]) == endpoint.success


@pytest.mark.parametrize(("product", "count"), [("training", 22), ("webinar", 53)])
def test_there_are_no_operations_beside_the_contract(product: str, count: int) -> None:
    names = {entry["name"] for entry in contract(product)["operations"]}

    assert names == of_product(product).keys()
    assert len(names) == count


@pytest.mark.parametrize(
    ("product", "file"), [("training", "gototraining-v1.yaml"), ("webinar", "gotowebinar-v2.yaml")]
)
def test_the_specification_has_the_same_operations(product: str, file: str) -> None:
    """Directly against GoTo's file, where it lies beside the checkout; the contract is made from it."""
    if not (FACTS / file).exists():
        pytest.skip(f"{file} is not beside this checkout")
    specified = yaml.safe_load((FACTS / file).read_text())
    published = {
        operation["operationId"]: (method.upper(), path)
        for path, item in specified["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }

    assert published == {name: (e.method, e.path) for name, e in of_product(product).items()}
