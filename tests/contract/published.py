"""What GoTo publishes of its operations: the files of `contract/`, and GoTo's own beside the checkout."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

CONTRACT = Path(__file__).parents[2] / "contract"
FACTS = CONTRACT.parents[1] / "shared" / "goto-api"
METHODS = ("get", "put", "post", "patch", "delete")


class Published(NamedTuple):
    """How many operations a product has, and the name of GoTo's own file of them; the Admin API has none."""

    count: int
    file: str | None


PRODUCTS = {
    "webinar": Published(53, "gotowebinar-v2.yaml"),
    "training": Published(22, "gototraining-v1.yaml"),
    "meeting": Published(26, "gotomeeting-v1.yaml"),
    "scim": Published(17, "scim-v1.yaml"),
    "admin": Published(6, None),
    "assist": Published(16, "gotoassist-remote-support-v1.yaml"),
    "seeit": Published(3, "gotoassist-seeit-v0.9.yaml"),
}


class Entry(NamedTuple):
    """One operation as `contract/` has it; paths are relative to the product's base path."""

    product: str
    name: str
    method: str
    path: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    has_body: bool
    success: tuple[int, ...]
    errors: tuple[int, ...]

    @property
    def id(self) -> tuple[str, str]:
        """What it is found by: product and operationId."""
        return self.product, self.name

    def __str__(self) -> str:
        return f"{self.product}.{self.name}"


@functools.cache
def contract(product: str) -> Mapping[str, Any]:
    """Load a product's file of `contract/`."""
    loaded: dict[str, Any] = yaml.safe_load((CONTRACT / f"{product}.yaml").read_text(encoding="utf-8"))
    return loaded


def _without_query(path: str) -> str:
    """Leave out the query that one path of GoToAssist carries in brackets."""
    return path.partition("[")[0]


def entries(product: str) -> Iterator[Entry]:
    """Read a product's operations, in the order of its file."""
    for told in contract(product)["operations"]:
        query = told.get("query", [])
        yield Entry(
            product=product,
            name=told["name"],
            method=told["method"],
            path=_without_query(told["path"]),
            required=tuple(one["name"] for one in query if one["required"]),
            optional=tuple(one["name"] for one in query if not one["required"]),
            has_body=told.get("body", False),
            success=tuple(told["success"]),
            errors=tuple(told["errors"]),
        )


# Every product that has a file, so that a new one is looked at without being named here.
ENTRIES = [entry for file in sorted(CONTRACT.glob("*.yaml")) for entry in entries(file.stem)]


@dataclass(frozen=True)
class Specified:
    """One operation as GoTo's own file has it; a schema is None where none is declared."""

    method: str
    path: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    has_body: bool
    request: dict[str, Any] | None
    answers: Mapping[int, dict[str, Any] | None]


class Specification:
    """One of GoTo's files: Swagger 2.0 and OpenAPI 3.0 read alike."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.operations = {
            told["operationId"]: self._read(method, path, item, told)
            for path, item in document["paths"].items()
            for method, told in item.items()
            if method in METHODS
        }

    def problems(self, schema: dict[str, Any], body: Any) -> Iterator[jsonschema.ValidationError]:
        """Yield where a body does not fit a schema of this file."""
        parts = {name: self._document[name] for name in ("definitions", "components") if name in self._document}
        validator = jsonschema.Draft4Validator({**schema, **parts}, format_checker=jsonschema.FormatChecker())
        yield from validator.iter_errors(body)

    def _read(self, method: str, path: str, item: dict[str, Any], told: dict[str, Any]) -> Specified:
        parameters = [self._resolved(one) for one in (*item.get("parameters", []), *told.get("parameters", []))]
        query = {one["name"]: one.get("required", False) for one in parameters if one["in"] == "query"}
        bodies = [one for one in parameters if one["in"] == "body"]
        return Specified(
            method=method.upper(),
            path=_without_query(path),
            required=tuple(name for name, is_required in query.items() if is_required),
            optional=tuple(name for name, is_required in query.items() if not is_required),
            has_body=bool(bodies) or "requestBody" in told,
            request=bodies[0].get("schema") if bodies else _schema_of(told.get("requestBody", {})),
            answers={
                int(status): answer.get("schema") or _schema_of(answer)
                for status, answer in told.get("responses", {}).items()
                if str(status).isdigit()
            },
        )

    def _resolved(self, parameter: dict[str, Any]) -> dict[str, Any]:
        """Follow a parameter's reference."""
        if "$ref" not in parameter:
            return parameter
        found: dict[str, Any] = functools.reduce(dict.__getitem__, parameter["$ref"][2:].split("/"), self._document)
        return found


def _schema_of(told: dict[str, Any]) -> dict[str, Any] | None:
    """Take the schema of OpenAPI 3.0's first media type."""
    return next((kind.get("schema") for kind in told.get("content", {}).values()), None)


def specification(product: str) -> Specification:
    """Load GoTo's own file of a product, or skip the test where it does not lie beside the checkout."""
    file = PRODUCTS[product].file
    if file is None or not (FACTS / file).exists():
        pytest.skip(f"GoTo's specification of {product} is not beside this checkout")
    return _load(file)


@functools.cache
def _load(file: str) -> Specification:
    return Specification(yaml.safe_load((FACTS / file).read_text(encoding="utf-8")))
