"""One call of every operation, and an answer to each that has every member; made from the types alone."""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect as kinds
from tests.goto.fakes import NOW

from greenroom.goto import OPERATIONS, Content, Data, Endpoint, Hal, Offset, Operation, Page, Redirect
from greenroom.goto._types import EscapedText, UtcTime, read_special

# Parameters an operation cannot do without although each has a default.
NEEDED = {"assist.get_recordings": {"account_key": "1"}}
# Answers that are read by hand, as what is sent.
BY_HAND = {
    "training.schedule_training": "4104950342217711886",
    "admin.get_licenses": {"results": [{"key": 2**62, "products": ["G2W"]}]},
    "assist.get_sessions": {"sessions": [{"sessionId": 2**62, "status": "notStarted"}]},
    "scim.get_users": {"resources": [{"id": 2**62, "userName": "u", "name": {"givenName": "g"}}], "totalResults": 1},
    "scim.get_groups": {"resources": [{"id": "g", "members": [{"type": "user", "value": 7}]}], "totalResults": 1},
}  # fmt: skip


def specimen(name: str) -> tuple[Operation[Any], Any]:
    """Make an operation and an answer to it."""
    endpoint = OPERATIONS[name]
    return make_operation(endpoint), BY_HAND[name] if name in BY_HAND else make_answer(endpoint)


def make_operation(endpoint: Endpoint) -> Operation[Any]:
    function: Any = endpoint.function
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters
    required = {n: make_argument(hints[n]) for n, p in parameters.items() if p.default is p.empty}
    operation: Operation[Any] = function(**required, **NEEDED.get(f"{endpoint.product}.{endpoint.name}", {}))
    return operation


def make_argument(kind: Any) -> Any:
    if kind in (str, datetime):
        return "1" if kind is str else NOW
    if get_origin(kind) is Sequence:
        return [make_argument(get_args(kind)[0])]
    if get_origin(kind) in (Union, types.UnionType):
        return make_argument(get_args(kind)[0])
    return msgspec.convert(example(kinds.type_info(kind)), kind, dec_hook=read_special)


def answer_type(endpoint: Endpoint) -> Any:
    """Take T of Operation[T]."""
    return get_args(get_type_hints(endpoint.function)["return"])[0]


def make_answer(endpoint: Endpoint) -> Any:
    kind = answer_type(endpoint)
    if kind in (Redirect, types.NoneType) or kind is Any:
        return None
    if get_origin(kind) is Page:
        return in_envelope(endpoint, example(kinds.type_info(get_args(kind)[0])))
    return example(kinds.type_info(kind))


def in_envelope(endpoint: Endpoint, item: Any) -> Any:
    page = {"size": 20, "totalElements": 1, "totalPages": 1, "number": 0}
    match endpoint.paging:
        case Hal(embedded=name):
            return {"_embedded": {name: [item]}, "page": page}
        case Data():
            return {"data": [item], "total": 1, "page": 0, "limit": 20, "pageSize": 1}
        case Content():
            return {"content": [item], "links": [], "page": page}
        case Offset(items=name):
            return {name: [item], "total": 1}
    raise AssertionError("a page without an envelope")


def example(kind: kinds.Type) -> Any:
    """Make a JSON value of a type, every member of an object in it."""
    match kind:
        case kinds.StructType():
            return {field.encode_name: example(field.type) for field in kind.fields}
        case kinds.ListType() | kinds.VarTupleType():
            return [example(kind.item_type)]
        case kinds.DictType():
            return {"77": example(kind.value_type)}
        case kinds.UnionType():
            return example(next(inner for inner in kind.types if not isinstance(inner, kinds.NoneType)))
        case kinds.EnumType():
            return next(iter(kind.cls)).value
        case kinds.LiteralType():
            return kind.values[0]
        case kinds.CustomType():
            return {UtcTime: "2026-09-08T08:00:00.+0000", EscapedText: "a &lt; b"}.get(kind.cls, 2**62)
        case kinds.DateTimeType():
            return "2026-09-08T08:00:00Z"
        case kinds.DateType():
            return "2026-09-08"
        case kinds.BoolType():
            return True
        case kinds.IntType() | kinds.FloatType():
            return 3
        case kinds.StrType():
            return "text"
        case _:
            return {"anything": [1, "x", None]}
