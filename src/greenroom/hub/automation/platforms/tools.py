"""
The operations as tools of the Model Context Protocol.

Source: modelcontextprotocol.io/specification/2026-07-28/server/tools.
"""

from functools import cache
from typing import Any

from greenroom.hub.automation.platforms.openapi import body_schema
from greenroom.hub.automation.platforms.schemas import Schema, Schemas, describe_registry
from greenroom.hub.automation.registry import Operation, list_operations

PREFIX = "#/$defs/"
# A list is wrapped, since clients before 2026-07-28 take nothing but an object.
ITEMS, NEXT_CURSOR = "items", "nextCursor"


@cache
def list_tools() -> list[dict[str, Any]]:
    """Return the tools, in an order that never changes from call to call."""
    schemas = describe_registry(PREFIX)
    return [_tool(operation, schemas) for operation in list_operations()]


def _tool(operation: Operation[Any, Any], schemas: Schemas) -> dict[str, Any]:
    tool = {
        "name": operation.operation_id,
        "title": operation.summary,
        "description": operation.description,
        "inputSchema": _whole(body_schema(schemas.members_of(operation)), schemas),
        "annotations": {
            "title": operation.summary,
            "readOnlyHint": operation.is_search,
            "destructiveHint": operation.method in {"DELETE", "PUT", "PATCH"},
            "idempotentHint": operation.method != "POST",
            "openWorldHint": not operation.is_search,
        },
    }
    if operation.output not in (None, type(None)):
        tool["outputSchema"] = _whole(_output(operation, schemas), schemas)
    return tool


def _output(operation: Operation[Any, Any], schemas: Schemas) -> Schema:
    schema = schemas.of(operation.output)
    if schema.get("type") != "array":
        return schemas.resolve(schema)
    properties: Schema = {ITEMS: schema}
    if operation.is_paged:
        properties[NEXT_CURSOR] = {"type": "string", "description": "The cursor of the next page; empty on the last."}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _whole(schema: Schema, schemas: Schemas) -> Schema:
    """Return a schema with everything it refers to inside."""
    used = schemas.used_in(schema)
    return {**schema, "$defs": used} if used else schema
