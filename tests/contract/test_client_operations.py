"""The client's operations against the contract, and against GoTo's own specification."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from greenroom.goto import OPERATIONS, Endpoint
from greenroom.goto._operation import snake_case

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "goto-api"
METHODS = ("get", "put", "post", "patch", "delete")

# Every product with a contract, how many operations it has, and GoTo's file.
PRODUCTS = {
    "webinar": (53, "gotowebinar-v2.yaml"),
    "training": (22, "gototraining-v1.yaml"),
    "meeting": (26, "gotomeeting-v1.yaml"),
    "scim": (17, "scim-v1.yaml"),
    "assist": (16, "gotoassist-remote-support-v1.yaml"),
    "seeit": (3, "gotoassist-seeit-v0.9.yaml"),
}
# All contract files there are, so that a new one is looked at without being named here.
FILES = sorted(path.stem for path in (ROOT / "contract").glob("*.yaml"))
# Parameters that the file of GoToAssist tells in prose only, and one it writes into a path.
UNDECLARED = {
    "CompaniesGet": {"q", "limit", "offset"},
    "ArchiveRecordingsGet": {"accountKey", "companyId"},
    "ArchiveRecordingsUrlsAPIGet": {"recordingIds"},
}


def contract(product: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "contract" / f"{product}.yaml").read_text())


def entries() -> list[Any]:
    return [
        pytest.param(product, entry, id=f"{product}.{entry['name']}")
        for product in FILES
        for entry in contract(product).get("operations", [])
    ]


def of_product(product: str) -> dict[str, Endpoint]:
    return {e.operation_id: e for e in OPERATIONS.values() if e.product == product}


def plain_path(path: str) -> str:
    """Leave out the query that one path of GoToAssist carries in brackets."""
    return path.partition("[")[0]


def test_every_product_has_a_contract() -> None:
    assert set(FILES) >= PRODUCTS.keys()


@pytest.mark.parametrize(("product", "entry"), entries())
def test_every_contract_entry_is_an_operation(product: str, entry: dict[str, Any]) -> None:
    endpoint = of_product(product)[entry["name"]]
    query = entry.get("query", [])

    assert (entry["method"], plain_path(entry["path"])) == (endpoint.method, endpoint.path)
    assert contract(product)["base_path"] == endpoint.base_path
    assert {q["name"] for q in query if q["required"]} == set(endpoint.required_query)
    told = {q["name"] for q in query if not q["required"]} | UNDECLARED.get(entry["name"], set())
    assert told == set(endpoint.optional_query)


@pytest.mark.parametrize(("product", "entry"), entries())
def test_names_and_success_statuses_are_the_contracts(product: str, entry: dict[str, Any]) -> None:
    """But for GoToAssist, whose published ids are no names and which publishes no statuses."""
    endpoint = of_product(product)[entry["name"]]

    if product == "assist":
        assert entry["success"] == []
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", endpoint.name)
    else:
        assert snake_case(entry["name"]) == endpoint.name
        assert tuple(entry["success"]) == endpoint.success


@pytest.mark.parametrize("product", PRODUCTS)
def test_there_are_no_operations_beside_the_contract(product: str) -> None:
    names = {entry["name"] for entry in contract(product)["operations"]}

    assert names == of_product(product).keys()
    assert len(names) == PRODUCTS[product][0]


def test_the_count_of_all_operations() -> None:
    assert len(OPERATIONS) == 53 + 22 + 26 + 17 + 6 + 16 + 3


def published(file: str) -> dict[str, tuple[str, str, set[str]]]:
    """Read GoTo's file: operation id -> method, path and required query parameters."""
    if not (FACTS / file).exists():
        pytest.skip(f"{file} is not beside this checkout")
    specified = yaml.safe_load((FACTS / file).read_text())
    return {
        operation["operationId"]: (
            method.upper(),
            plain_path(path),
            required_query(specified, [*item.get("parameters", []), *operation.get("parameters", [])]),
        )
        for path, item in specified["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def required_query(specified: Any, parameters: list[Any]) -> set[str]:
    """Name the required query parameters, references followed."""
    full = [
        functools.reduce(dict.__getitem__, p["$ref"][2:].split("/"), specified) if "$ref" in p else p
        for p in parameters
    ]
    return {p["name"] for p in full if p.get("in") == "query" and p.get("required")}


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_specification_has_the_same_operations(product: str) -> None:
    """Directly against GoTo's file, where it lies beside the checkout; the contract is made from it."""
    ours = {name: (e.method, e.path, set(e.required_query)) for name, e in of_product(product).items()}

    assert published(PRODUCTS[product][1]) == ours


def test_the_admin_calls_are_those_that_are_known() -> None:
    """No specification is published; the facts list six calls."""
    readme = FACTS / "README.md"
    if not readme.exists():
        pytest.skip("the facts are not beside this checkout")
    chapter = readme.read_text().partition("\n## 8.")[2].partition("\n## 9.")[0]
    known = set(re.findall(r"^\| `([A-Z]+) (/[^`]+)` \|", chapter, re.MULTILINE))

    assert len(known) == 6
    assert known == {(e.method, e.path) for e in of_product("admin").values()}
