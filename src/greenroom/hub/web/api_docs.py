"""The page that describes the JSON API, and lets a reader try it with a key of theirs."""

from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenroom.hub.automation.callers import MEANING
from greenroom.hub.automation.platforms.examples import example_of, example_of_output
from greenroom.hub.automation.platforms.schemas import Member, Schemas, describe_registry
from greenroom.hub.automation.registry import Operation, Trigger, list_operations, list_triggers


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show every operation and trigger; it holds nothing of anybody, so no one has to sign in."""
    context = {"subjects": _subjects(), "triggers": _triggers(), "api_url": f"{settings.PUBLIC_URL}/api/v1"}
    return render(request, "api_docs/page.html", context)


@cache
def _subjects() -> dict[str, list[dict[str, Any]]]:
    """Return the operations by what they are about. Made once: the registry does not change while we run."""
    schemas, by_tag = describe_registry("#/"), dict[str, list[dict[str, Any]]]()
    for operation in list_operations():
        by_tag.setdefault(operation.tags[0] if operation.tags else "Other", []).append(_told(operation, schemas))
    return dict(sorted(by_tag.items()))


def _told(operation: Operation[Any, Any], schemas: Schemas) -> dict[str, Any]:
    members = schemas.members_of(operation)
    body = {one.name: example_of(one.schema, schemas) for one in members if one.place == "body" and one.is_required}
    return {
        "operation": operation,
        "needs": MEANING[operation.verb] if operation.verb else "",
        "members": [_told_member(one, schemas) for one in members],
        "in_address": [one.name for one in members if one.place != "body"],
        "body": "" if operation.is_search else _pretty(body),
        "answer": "" if operation.status == 204 else _pretty(example_of_output(operation.output, schemas)),
    }


def _told_member(member: Member, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.resolve(member.schema)
    return {
        "name": member.name,
        "place": member.place,
        "is_required": member.is_required,
        "description": member.description,
        "kind": schema.get("format") or schema.get("type") or "one of several",
        "values": schema.get("enum", ()),
    }


@cache
def _triggers() -> list[dict[str, Any]]:
    return [_told_trigger(one) for one in list_triggers()]


def _told_trigger(trigger: Trigger) -> dict[str, Any]:
    return {"trigger": trigger, "sample": _pretty(msgspec.to_builtins(trigger.samples[0]))}


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
