"""
The API as Swagger 2.0 with Microsoft's extensions, for a custom connector of Power Platform.

Source: learn.microsoft.com/connectors/custom-connectors/openapi-extensions; what their reviewers ask for: `rules`.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from greenroom import __version__
from greenroom.hub.automation.platforms.openapi import API, PROBLEM
from greenroom.hub.automation.platforms.schemas import (
    Member,
    Schema,
    Schemas,
    describe_registry,
    references,
    takes_null,
    without_null,
)
from greenroom.hub.automation.registry import (
    Operation,
    Trigger,
    get_operation,
    list_operations,
    list_triggers,
)

PREFIX = "#/definitions/"
# Beside the polled trigger of the same news: this is how people tell them apart in the list.
INSTANT = "Instant"
_ABOUT = (
    "Works with the webinars, trainings and meetings of the GoTo accounts that are connected to your Greenroom hub: "
    "finds and plans events, signs people up, tells who came, and starts flows when something happens."
)
_TAKEN_OVER = (
    "type",
    "format",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
)


def make_swagger(public_url: str) -> dict[str, Any]:
    """Return the document for the hub at this address, such as https://hub.example.com."""
    schemas = describe_registry(PREFIX)
    paths: dict[str, dict[str, Any]] = {}
    for operation in list_operations():
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    for trigger in list_triggers():
        paths[f"/trigger/{trigger.name}"] = {"get": _polled(trigger, schemas)}
        paths[f"/hooks/on/{trigger.name}"] = _hooked(trigger, schemas)
    paths["/hooks/out/{id}/u/{token}"] = {"delete": _unsubscribe(schemas)}
    return {
        "swagger": "2.0",
        "info": {
            "title": "Greenroom",
            "description": _ABOUT,
            "version": __version__,
            "contact": {"name": "Whoever runs this hub", "url": public_url},
        },
        "host": urlsplit(public_url).netloc,
        "basePath": API,
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": _definitions(paths, schemas),
        "securityDefinitions": {"api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        "security": [{"api_key": []}],
        "tags": [],
        "x-ms-connector-metadata": [
            {"propertyName": "Website", "propertyValue": public_url},
            {"propertyName": "Privacy policy", "propertyValue": public_url},
            {"propertyName": "Categories", "propertyValue": "Collaboration;Marketing"},
        ],
    }


def _definitions(paths: dict[str, Any], schemas: Schemas) -> dict[str, Schema]:
    """Return what answers are; whatever those hold stands in them."""
    named = {**schemas.named, "Problem": PROBLEM}
    return {name: _flat(named[name], schemas) for name in sorted(set(references(paths, PREFIX)))}


def _operation(operation: Operation[Any, Any], schemas: Schemas) -> dict[str, Any]:
    answers = {operation.status: "It went well.", **operation.other_statuses}
    return {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "description": operation.description,
        "x-ms-visibility": str(operation.visibility),
        "parameters": _parameters(schemas.members_of(operation), schemas),
        "responses": {
            **{str(status): _answer(meaning, operation.output, schemas) for status, meaning in sorted(answers.items())},
            "default": _FAILED,
        },
    }


_FAILED = {"description": "It did not work; the message says why.", "schema": {"$ref": PREFIX + "Problem"}}


def _answer(meaning: str, kind: Any, schemas: Schemas) -> dict[str, Any]:
    if kind in (None, type(None)):
        return {"description": meaning}
    schema = schemas.of(kind)
    return {"description": meaning, "schema": schema if "$ref" in schema else _flat_list(schema, schemas)}


def _flat_list(schema: Schema, schemas: Schemas) -> Schema:
    """Keep the name of what is in a list; the names are how people know the objects from the connector's reference."""
    is_named = schema.get("type") == "array" and "$ref" in schema["items"]
    return {"type": "array", "items": schema["items"]} if is_named else _flat(schema, schemas)


def _polled(trigger: Trigger, schemas: Schemas) -> dict[str, Any]:
    items = {"type": "array", "items": schemas.of(trigger.data)}
    return {
        "operationId": trigger.operation_id,
        "summary": trigger.summary,
        "description": trigger.description,
        "x-ms-visibility": str(trigger.visibility),
        "x-ms-trigger": "batch",
        "x-ms-trigger-metadata": {"mode": "polling", "kind": "query"},
        "parameters": _parameters(schemas.filter_of(trigger, "query"), schemas),
        "responses": {
            "200": {"description": "What is new.", "schema": items},
            "202": {"description": "Nothing is new; the header Location says where to ask again."},
            "default": _FAILED,
        },
    }


def _hooked(trigger: Trigger, schemas: Schemas) -> dict[str, Any]:
    body = _body([_CALLBACK, *schemas.filter_of(trigger, "body")], schemas)
    subscribe = {
        "operationId": trigger.operation_id + INSTANT,
        "summary": f"{trigger.summary} (instant)",
        "description": f"{trigger.description} The flow starts at once, without waiting for the next look.",
        "x-ms-visibility": str(trigger.visibility),
        "x-ms-trigger": "single",
        "parameters": [body],
        "responses": {
            "201": {
                "description": "Subscribed.",
                "headers": {"Location": {"type": "string", "description": "The address that ends it by DELETE."}},
            },
            "default": _FAILED,
        },
    }
    return {
        "x-ms-notification-content": {"description": trigger.summary, "schema": _flat_item(trigger, schemas)},
        "post": subscribe,
    }


def _unsubscribe(schemas: Schemas) -> dict[str, Any]:
    """Tell of the address in Location. Only here: for everybody else it is an address, and no operation."""
    told = (("id", "Hook Id", "Which subscription."), ("token", "Token", "What lets its subscriber end it."))
    members = [
        Member(
            name=name, place="path", schema={"type": "string", "title": title, "description": meaning}, is_required=True
        )
        for name, title, meaning in told
    ]
    return {
        "operationId": "EndFlowHook",
        "summary": "End a flow",
        "description": "Ends what a flow waits for. Power Automate calls it when the flow is switched off.",
        "x-ms-visibility": "internal",
        "parameters": _parameters(members, schemas),
        "responses": {"204": {"description": "It has ended."}, "default": _FAILED},
        "security": [],
    }


def _flat_item(trigger: Trigger, schemas: Schemas) -> Schema:
    """Return what a flow is given: the members of the item on top, and what names the message beside them."""
    item = _flat(schemas.of(trigger.data), schemas)
    return {**item, "properties": {**item["properties"], **_MESSAGE}}


_MESSAGE: Schema = {
    "id": {"type": "string", "x-ms-summary": "Message Id", "description": "The same if it is sent again."},
    "event_type": {"type": "string", "x-ms-summary": "Event Type", "description": "The name of the trigger."},
    "occurred_at": {
        "type": "string",
        "format": "date-time",
        "x-ms-summary": "Occurred At",
        "description": "When it happened, in UTC.",
    },
}
_CALLBACK = Member(
    name="target_url",
    place="body",
    schema={
        "type": "string",
        "title": "Callback Url",
        "description": "Where the news is sent. Power Automate fills it in.",
        "x-ms-notification-url": True,
        "x-ms-visibility": "internal",
    },
    is_required=True,
)


def _parameters(members: Iterable[Member], schemas: Schemas) -> list[dict[str, Any]]:
    members = list(members)
    names = {member.name for member in members}
    in_body = [member for member in members if member.place == "body"]
    parameters = [_parameter(member, names, schemas) for member in members if member.place != "body"]
    return [*parameters, _body(in_body, schemas)] if in_body else parameters


def _body(members: list[Member], schemas: Schemas) -> dict[str, Any]:
    names = {member.name for member in members}
    required = [member.name for member in members if member.is_required]
    schema: Schema = {
        "type": "object",
        "properties": {member.name: {**_flat(member.schema, schemas), **_choices(member, names)} for member in members},
    }
    return {
        "name": "body",
        "in": "body",
        "required": bool(required),
        "description": "What is sent.",
        "x-ms-summary": "Body",
        "schema": {**schema, "required": required} if required else schema,
    }


def _parameter(member: Member, names: set[str], schemas: Schemas) -> dict[str, Any]:
    schema = _flat(without_null(member.schema), schemas)
    told = {
        "name": member.name,
        "in": member.place,
        "required": member.is_required,
        "x-ms-summary": member.title,
        "description": member.description,
        **{name: schema[name] for name in (*_TAKEN_OVER, "default", "items") if name in schema},
        **_choices(member, names),
    }
    told.setdefault("type", "string")
    if member.place == "path":
        told["x-ms-url-encoding"] = "single"
    if told["type"] == "array":
        told["items"] = {name: value for name, value in told["items"].items() if name in _TAKEN_OVER}
        told["collectionFormat"] = "multi"
    return told


def _choices(member: Member, names: set[str]) -> dict[str, Any]:
    """Say which search fills the drop-down of a member; what that search needs comes from the other members."""
    if not member.choices:
        return {}
    search = get_operation(member.choices)
    needed = {name: {"parameter": name} for name in search.path_members if name in names}
    return {
        "x-ms-dynamic-values": {
            "operationId": member.choices,
            "value-path": "id",
            "value-title": "label",
            **({"parameters": needed} if needed else {}),
        }
    }


def _flat(schema: Schema, schemas: Schemas) -> Schema:
    """
    Say a schema in the words of Swagger 2.0, which has no alternatives and no null.

    What it refers to stands in it, because words beside a reference do not count there.
    """
    is_nullable = takes_null(schema)
    schema = schemas.resolve(without_null(schema) if is_nullable else schema)
    told: Schema = {name: schema[name] for name in _TAKEN_OVER if name in schema}
    if "const" in schema:
        told["enum"] = [schema["const"]]
    if "enum" in told and "type" not in told:
        told["type"] = "integer" if all(isinstance(value, int) for value in told["enum"]) else "string"
    if schema.get("default") not in (None, ""):
        told["default"] = schema["default"]
    if "title" in schema:
        told["x-ms-summary"] = schema["title"]
    if "description" in schema:
        told["description"] = schema["description"]
    told |= {name: value for name, value in schema.items() if name.startswith("x-ms-")}
    if is_nullable:
        told["x-nullable"] = True
    return told | _inside(schema, schemas)


def _inside(schema: Schema, schemas: Schemas) -> Schema:
    inside: Schema = {}
    if "items" in schema:
        inside["items"] = _flat(schema["items"], schemas)
    if "properties" in schema:
        inside["properties"] = {name: _flat(inner, schemas) for name, inner in schema["properties"].items()}
        if schema.get("required"):
            inside["required"] = schema["required"]
    if isinstance(schema.get("additionalProperties"), dict):
        inside["additionalProperties"] = _flat(schema["additionalProperties"], schemas)
    return inside
