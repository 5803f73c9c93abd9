"""The reference of the hub's API, made from the registry."""

import os
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import django
from _triggers import kind_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenroom.hub.settings")


def api() -> str:
    """Return one section for each subject, with one for every operation."""
    django.setup()
    from greenroom.hub.automation.platforms.schemas import describe_registry
    from greenroom.hub.automation.registry import list_operations

    schemas = describe_registry("#/")
    found = sorted(list_operations(), key=lambda one: (one.tags, one.operation_id))
    by_tag = groupby(found, key=lambda one: one.tags[0] if one.tags else "Others")
    return "\n".join(
        line
        for tag, operations in by_tag
        for line in [f"\n## {tag}\n", *(part for one in operations for part in _operation(one, schemas))]
    )


def _operation(operation: Any, schemas: Any) -> Iterator[str]:
    yield f"\n### {operation.operation_id}\n\n`{operation.method} /api/v1{operation.path}`\n"
    verb = f" The key must allow `{operation.verb}`." if operation.verb else ""
    yield f"{operation.description}{verb}\n"
    members = schemas.members_of(operation)
    if members:
        yield "| takes | in | type | meaning |\n|--|--|--|--|"
        for one in members:
            needed = "" if one.is_required else ", optional"
            yield f"| `{one.name}` | {one.place}{needed} | {kind_of(one.schema)} | {one.description} |"
    yield f"\n{_answer(operation, schemas)}\n"


def _answer(operation: Any, schemas: Any) -> str:
    if operation.output in (None, type(None)):
        return f"Answers {operation.status} with nothing."
    schema = schemas.of(operation.output)
    is_list = schema.get("type") == "array"
    members = schemas.resolve(schema["items"] if is_list else schema).get("properties", {})
    told = ", ".join(f"`{name}`" for name in members)
    return f"Answers {operation.status} with {'a list of' if is_list else 'one of'}: {told or 'what is described'}."
