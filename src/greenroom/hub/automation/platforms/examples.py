"""Examples of inputs and outputs: a trigger's sample where there is one, else made from the schema."""

from typing import Any

import msgspec

from greenroom.hub.automation.platforms.schemas import Schema, Schemas
from greenroom.hub.automation.registry import list_triggers

_OF_FORMAT = {"date-time": "2026-03-04T09:00:00Z", "date": "2026-03-04", "uri": "https://example.com/"}
_OF_TYPE = {"integer": 1, "number": 1.0, "boolean": True, "null": None}


def example_of_output(kind: Any, schemas: Schemas) -> Any:
    """Return an output as it could be."""
    for trigger in list_triggers():
        if kind in (trigger.data, list[trigger.data]):  # type: ignore[name-defined]
            sample = msgspec.to_builtins(trigger.samples[0])
            return sample if kind is trigger.data else [sample]
    return example_of(schemas.of(kind), schemas)


def example_of(schema: Schema, schemas: Schemas) -> Any:
    """Return a value that the schema takes: an example that is told in it where there is one."""
    schema = schemas.resolve(schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        beside = {name: schema[name] for name in ("title",) if name in schema}
        return example_of({**beside, **schema["anyOf"][0]}, schemas)
    match schema.get("type"):
        case "object":
            return {name: example_of(inner, schemas) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], schemas)] if "items" in schema else []
        case "string":
            return _OF_FORMAT.get(schema.get("format", ""), schema.get("title", ""))
        case kind:
            return schema.get("minimum", _OF_TYPE.get(kind or ""))
