"""Whether an item is as the documents say."""

from functools import cache
from typing import Any

import jsonschema
import msgspec

from greenroom.hub.automation.platforms.schemas import Schemas, describe_registry


def validate(item: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    """Raise `jsonschema.ValidationError` unless an item fits the schema that is told of its struct."""
    _validator_of(kind).validate(item)


@cache
def _validator_of(kind: type[msgspec.Struct]) -> jsonschema.Draft202012Validator:
    schemas = _schemas()
    used = schemas.used_in(schemas.of(kind))
    return jsonschema.Draft202012Validator(
        {**schemas.of(kind), "$defs": used}, format_checker=jsonschema.FormatChecker(["date-time"])
    )


@cache
def _schemas() -> Schemas:
    return describe_registry("#/$defs/")
