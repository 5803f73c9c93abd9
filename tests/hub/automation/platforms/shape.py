"""
What flows rely on in the Swagger document, one line for each member.

`python -m tests.hub.automation.platforms.shape` writes it down, as promised from then on.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Shape = dict[str, str]


def shape_of(document: dict[str, Any]) -> Shape:
    """Return the type of everything that goes in and comes out, by operation id, direction and path."""
    found: Shape = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "operationId" not in operation:
                continue
            name = operation["operationId"]
            found[f"{name} at"] = f"{method} {path}"
            for one in operation["parameters"]:
                found |= {f"{name} takes {where}": kind for where, kind in _given(one)}
            for status, answer in operation["responses"].items():
                if status[0] == "2":
                    found |= {
                        f"{name} answers {where}": kind for where, kind in _members(answer.get("schema", {}), document)
                    }
    return found


def _given(parameter: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if parameter["in"] != "body":
        yield parameter["name"], _kind(parameter, is_needed=parameter["required"])
        return
    schema = parameter["schema"]
    for name, member in schema["properties"].items():
        yield name, _kind(member, is_needed=name in schema.get("required", []))


def _kind(schema: dict[str, Any], *, is_needed: bool) -> str:
    return f"{schema.get('type', 'any')}{' needed' if is_needed else ''}"


def _members(schema: dict[str, Any], document: dict[str, Any], where: str = "") -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        schema = document["definitions"][schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        yield from _members(schema["items"], document, where)
    for name, inner in schema.get("properties", {}).items():
        path = f"{where}.{name}" if where else name
        yield path, inner.get("type", "any")
        yield from _members(inner, document, path)


def _write() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from greenroom.hub.api import urls  # noqa: F401 - fills the registry with what the API adds
    from greenroom.hub.automation.platforms.swagger import make_swagger

    shape = shape_of(make_swagger("https://hub.example.com"))
    text = json.dumps(shape, indent=0, sort_keys=True) + "\n"
    Path(__file__).with_name("promised.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write()
