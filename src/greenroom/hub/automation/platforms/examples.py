"""Examples of inputs and outputs, made from their schemas."""

from typing import Any

from greenroom.hub.automation.platforms.schemas import Schema, Schemas

_OF_FORMAT = {"date-time": "2026-03-04T09:00:00Z", "date": "2026-03-04", "uri": "https://example.com/"}
_OF_TYPE = {"string": "", "integer": 1, "number": 1.0, "boolean": True, "null": None}


def example_of(schema: Schema, schemas: Schemas) -> Any:
    """Return a value that the schema takes: an example that is told in it where there is one."""
    schema = schemas.resolve(schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas)
    match schema.get("type"):
        case "object":
            return {name: example_of(inner, schemas) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], schemas)] if "items" in schema else []
        case "string":
            return _OF_FORMAT.get(schema.get("format", ""), schema.get("default", ""))
        case kind:
            return schema.get("default", schema.get("minimum", _OF_TYPE.get(kind or "")))
