"""The registry's structs as JSON Schema, and what goes into an operation, member by member."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from greenroom.hub.automation.fields import CHOICES
from greenroom.hub.automation.registry import Operation, Trigger, list_operations, list_triggers

Schema = dict[str, Any]
Place = Literal["path", "query", "body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """
    A member of an input.

    Attributes:
        name: on the wire.
        schema: as JSON Schema, with `title`, `description` and `examples` in it.
    """

    name: str
    place: Place
    schema: Schema
    is_required: bool

    @property
    def title(self) -> str:
        """Return its label."""
        return str(self.schema.get("title", self.name))

    @property
    def description(self) -> str:
        """Return what it means, in a sentence."""
        return str(self.schema.get("description", self.title))

    @property
    def choices(self) -> str:
        """Return the operation id of the search that lists what can be chosen, or an empty text."""
        return str(self.schema.get(CHOICES, ""))


@dataclass(frozen=True, slots=True)
class Schemas:
    """
    Schemas that refer to each other by name.

    Attributes:
        named: the schemas that are referred to.
        prefix: what references begin with.
    """

    named: Mapping[str, Schema]
    prefix: str
    _by_kind: Mapping[Any, Schema]

    def of(self, kind: Any) -> Schema:
        """Return the schema of a struct, or of a list of it."""
        return self._by_kind[kind]

    def resolve(self, schema: Schema) -> Schema:
        """Return what a schema refers to, or itself, with the words beside the reference."""
        if "$ref" not in schema:
            return schema
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return {**self.named[schema["$ref"].removeprefix(self.prefix)], **beside}

    def members_of(self, operation: Operation[Any, Any]) -> list[Member]:
        """Return what goes into an operation, in the order of its struct."""
        return list(self._members(operation.input, operation.path_members, "query" if operation.is_search else "body"))

    def filter_of(self, trigger: Trigger, place: Place) -> list[Member]:
        """Return what narrows a trigger, which is sent at one place or another."""
        return list(self._members(trigger.filter, (), place))

    def _members(self, kind: type[msgspec.Struct], in_path: Collection[str], rest: Place) -> Iterator[Member]:
        whole = self.resolve(self.of(kind))
        for name, schema in whole.get("properties", {}).items():
            yield Member(
                name=name,
                place="path" if name in in_path else rest,
                schema=schema,
                is_required=name in whole.get("required", []),
            )

    def used_in(self, document: Any) -> dict[str, Schema]:
        """Return the named schemas that a document refers to, directly or through others, by name."""
        used: dict[str, Schema] = {}
        waiting = [document]
        while waiting:
            for name in references(waiting.pop(), self.prefix):
                if name not in used:
                    used[name] = self.named[name]
                    waiting.append(used[name])
        return dict(sorted(used.items()))


def describe_registry(prefix: str) -> Schemas:
    """Return the schemas of everything in the registry; references begin with `prefix`."""
    kinds = [kind for operation in list_operations() for kind in (operation.input, operation.output)]
    kinds += [kind for trigger in list_triggers() for kind in (trigger.data, trigger.filter)]
    kinds = list(dict.fromkeys(kinds))
    schemas, named = msgspec.json.schema_components(kinds, ref_template=prefix + "{name}")
    for info in msgspec.inspect.multi_type_info(kinds):
        _mark_moments(info, {}, named, set())
    return Schemas(named, prefix, dict(zip(kinds, schemas, strict=True)))


def _mark_moments(info: msgspec.inspect.Type, schema: Schema, named: dict[str, Schema], seen: set[type]) -> None:
    """Say of moments that they are: msgspec tells only that they are texts."""
    match info:
        case msgspec.inspect.DateTimeType():
            schema["format"] = "date-time"
        case msgspec.inspect.Metadata(type=kind):
            _mark_moments(kind, schema, named, seen)
        case msgspec.inspect.ListType(item_type=kind):
            _mark_moments(kind, schema.get("items", {}), named, seen)
        case msgspec.inspect.UnionType(types=kinds):
            text: Schema = next((one for one in schema.get("anyOf", []) if one.get("type") == "string"), {})
            for kind in kinds:
                _mark_moments(kind, text, named, seen)
        case msgspec.inspect.StructType(cls=struct, fields=fields) if struct not in seen:
            seen.add(struct)
            # Two structs of one name are told apart by the names of their modules.
            whole = named.get(struct.__name__) or named[f"{struct.__module__}.{struct.__qualname__}"]
            for field in fields:
                _mark_moments(field.type, whole["properties"][field.encode_name], named, seen)


def references(document: Any, prefix: str) -> Iterator[str]:
    """Yield the names that a document refers to, repeated ones repeatedly."""
    if isinstance(document, dict):
        target = document.get("$ref")
        if isinstance(target, str) and target.startswith(prefix):
            yield target.removeprefix(prefix)
        for value in document.values():
            yield from references(value, prefix)
    elif isinstance(document, list):
        for value in document:
            yield from references(value, prefix)


def without_null(schema: Schema) -> Schema:
    """Return a schema that does not take null, for places that cannot say it, such as an address."""
    bare = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    if schema.get("default") is not None:
        bare["default"] = schema["default"]
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        return {**kinds[0], **bare}
    return {**bare, "anyOf": kinds} if kinds else bare


def takes_null(schema: Schema) -> bool:
    """Whether null is a value of this schema."""
    return {"type": "null"} in schema.get("anyOf", [])
