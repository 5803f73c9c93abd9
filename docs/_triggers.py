"""The reference of the triggers, made from the registry."""

import json
import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import django
import msgspec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenroom.hub.settings")


def triggers() -> str:
    """Return one section for each subject, with one for every trigger."""
    django.setup()
    from greenroom.hub.automation.platforms.schemas import describe_registry
    from greenroom.hub.automation.registry import list_triggers

    schemas = describe_registry("#/")
    by_tag = groupby(sorted(list_triggers(), key=lambda one: (one.tags, one.name)), key=lambda one: one.tags[0])
    return "\n".join(line for tag, found in by_tag for line in _subject(tag, found, schemas))


def _subject(tag: str, found: Iterable[Any], schemas: Any) -> Iterator[str]:
    yield f"\n## {tag}\n"
    for trigger in found:
        yield from _trigger(trigger, schemas)


def _trigger(trigger: Any, schemas: Any) -> Iterator[str]:
    yield f"\n### {trigger.name}\n\n{trigger.description} In Power Platform: `{trigger.operation_id}`.\n"
    takes = [f"`{member.name}`" for member in schemas.filter_of(trigger, "query")]
    yield f"Narrowed by: {', '.join(takes) or 'nothing'}.\n"
    yield "| member | type | meaning |\n|--|--|--|"
    for name, member in schemas.resolve(schemas.of(trigger.data))["properties"].items():
        yield f"| `{name}` | {kind_of(member)} | {member['description']} |"
    sample = json.dumps(msgspec.to_builtins(trigger.samples[0]), indent=2)
    yield f"\n```json\n{sample}\n```\n"


def kind_of(member: Any) -> str:
    """Return what a member is, in a word or two."""
    if "anyOf" in member:
        return " or ".join(kind_of(one) for one in member["anyOf"])
    if member.get("type") == "array":
        return f"list of {kind_of(member['items'])}"
    if "$ref" in member:
        return "object"
    return str(member.get("format", member.get("type", "text")))
