"""From what was typed to an operation: parameters as texts, bodies as JSON."""

import functools
import inspect
import json
import operator
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from greenroom.cli.setup import fail

if TYPE_CHECKING:
    from greenroom.goto import Endpoint, Operation

_MOMENT = "2026-09-01T14:00:00Z"


def function_of(endpoint: "Endpoint") -> Callable[..., Any]:
    """Give the function that makes an endpoint's operations."""
    assert endpoint.function is not None
    return endpoint.function


def parameters_of(endpoint: "Endpoint") -> dict[str, inspect.Parameter]:
    """Give the parameters of an operation by name."""
    return dict(inspect.signature(function_of(endpoint)).parameters)


def kinds_of(endpoint: "Endpoint") -> dict[str, Any]:
    """Give the types of an operation's parameters, without None: to leave one out is to say so."""
    hints = get_type_hints(function_of(endpoint))
    return {name: _without_none(hints[name]) for name in parameters_of(endpoint)}


def build(endpoint: "Endpoint", params: list[str], body: str | None, known: Mapping[str, str]) -> "Operation[Any]":
    """
    Make the operation of what was typed.

    Args:
        params: NAME=VALUE texts.
        body: JSON; @FILE reads a file, - standard input.
        known: keys of whoever is signed in, for parameters that are not given.
    """
    kinds = kinds_of(endpoint)
    values = _read_params(params, kinds)
    if body is not None:
        name = body_parameter(endpoint, kinds)
        if name in values:
            fail(f"The body is given twice: with --json and as {name}.")
        values[name] = _read_json(name, _body_text(body), kinds[name])
    wanted = [name for name, one in parameters_of(endpoint).items() if one.default is one.empty]
    values = {name: key for name, key in known.items() if name in wanted and not _is_acted_on(endpoint, name)} | values
    missing = [name for name in wanted if name not in values]
    if missing:
        fail(f"{endpoint.name} needs {', '.join(missing)}. Add: {_how_to_give(missing, kinds)}")
    try:
        operation: Operation[Any] = function_of(endpoint)(**values)
    except ValueError as error:
        fail(f"These parameters do not fit: {error}.")
    return operation


def _is_acted_on(endpoint: "Endpoint", name: str) -> bool:
    """
    Tell whether a key names what the call is about, being the last of its path.

    Such a key is always typed, so that nobody deletes themselves by leaving something out.
    """
    first, *others = name.split("_")
    return endpoint.path.endswith("{" + first + "".join(map(str.title, others)) + "}")


def _how_to_give(names: Sequence[str], kinds: Mapping[str, Any]) -> str:
    """Write the options that are missing."""
    return " ".join(
        f"--json '{_outline(kinds[name])}'" if has_parts(kinds[name]) else f"--param {name}={example(kinds[name])}"
        for name in names
    )


def example(kind: Any) -> str:
    """Give a text that a parameter takes, or dots."""
    if kind is datetime:
        return _MOMENT
    return {bool: "true", int: "1"}.get(kind, "...")


def _outline(kind: Any) -> str:
    """Write a body with the members it must have."""
    kind = _members(kind)[0]
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        return f"[{_outline(inner)}]"
    if not _is_struct(kind):
        return "..."
    required = [field.encode_name for field in msgspec.structs.fields(kind) if field.required]
    return "{" + ", ".join([f"{json.dumps(name)}: ..." for name in required] or ["..."]) + "}"


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _read_params(params: list[str], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Read NAME=VALUE texts as the operation's parameters want them; a list's name may come several times."""
    values: dict[str, Any] = {}
    for text in params:
        name, separator, value = text.partition("=")
        name = name.replace("-", "_")
        if not separator:
            fail(f"Write parameters as NAME=VALUE, not {text}.")
        if name not in kinds:
            fail(f"There is no parameter {name}. Known are: {', '.join(kinds) or 'none'}.")
        read = _read_value(name, value, kinds[name])
        if name in values and not isinstance(read, list):
            fail(f"{name} is given twice.")
        values[name] = [*values.get(name, []), *read] if isinstance(read, list) else read
    return values


def _without_none(kind: Any) -> Any:
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    kept = (inner for inner in get_args(kind) if inner is not types.NoneType)
    return functools.reduce(operator.or_, kept)


def _read_value(name: str, text: str, kind: Any) -> Any:
    """Read a moment, a number or a yes or no as such, and what has parts as JSON."""
    from greenroom.goto import parse_time

    if kind is datetime:
        try:
            return parse_time(text)
        except ValueError:
            fail(f"{name} is no time: write it like {_MOMENT}.")
    if is_list_of_texts(kind) and not text.startswith("["):
        return [text]
    if has_parts(kind):
        return _read_json(name, text.encode(), kind)
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        fail(f"{name} does not fit: {error}.")


def is_list_of_texts(kind: Any) -> bool:
    """Tell whether a parameter takes several texts, each of which may be given by itself."""
    return get_origin(kind) is Sequence and get_args(kind) == (str,)


def has_parts(kind: Any) -> bool:
    """Tell whether a parameter is an object or a list, so that it may be a body."""
    if get_origin(kind) in (Union, types.UnionType):
        return any(has_parts(inner) for inner in get_args(kind))
    return get_origin(kind) is Sequence or _is_struct(kind)


def body_parameter(endpoint: "Endpoint", kinds: Mapping[str, Any]) -> str:
    """Find the parameter that is the body: the one with parts, and not in the query."""
    found = [name for name, kind in kinds.items() if has_parts(kind) and name not in endpoint.optional_query]
    if len(found) != 1:
        fail(f"{endpoint.name} takes no body.")
    return found[0]


def _body_text(body: str) -> bytes:
    """Fetch the body from where the option says."""
    if body == "-":
        return sys.stdin.buffer.read()
    if not body.startswith("@"):
        return body.encode()
    try:
        return Path(body[1:]).read_bytes()
    except OSError as error:
        fail(f"{body[1:]} cannot be read: {error.strerror}.")


def _read_json(name: str, content: bytes, kind: Any) -> Any:
    """Read a body; a member GoTo does not know is refused rather than dropped."""
    from greenroom.goto._types import read_special

    try:
        plain = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fail(f"{name} is no JSON: {error}.")
    problem = ""
    for wanted in _members(kind):
        try:
            fitted = _fitted(name, plain, msgspec.inspect.type_info(wanted))
            return msgspec.convert(fitted, wanted, strict=False, dec_hook=read_special)
        except (msgspec.ValidationError, ValueError) as error:
            problem = str(error)
    return fail(f"{name} does not fit: {problem.rstrip('.')}.")


def _members(kind: Any) -> tuple[Any, ...]:
    """Name what a body may be, one after the other."""
    if get_origin(kind) is Sequence:
        (inner,) = get_args(kind)
        return (list[inner],)  # type: ignore[valid-type]
    if get_origin(kind) in (Union, types.UnionType):
        return get_args(kind)
    return (kind,)


def _fitted(place: str, value: Any, kind: Any) -> Any:
    """
    Bring what was typed nearer to a body: keys may be numbers, as GoTo documents some of them.

    Raises:
        ValueError: a member is not known.
    """
    kinds = msgspec.inspect
    if isinstance(kind, kinds.UnionType):
        kind = next((k for k in kind.types if not isinstance(k, kinds.NoneType)), kind)
    if isinstance(kind, kinds.StrType) and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(kind, kinds.ListType | kinds.VarTupleType) and isinstance(value, list):
        return [_fitted(f"{place}[{number}]", inner, kind.item_type) for number, inner in enumerate(value)]
    if not isinstance(kind, kinds.StructType) or not isinstance(value, dict):
        return value
    fields = {field.encode_name: field.type for field in kind.fields}
    for name in value.keys() - fields.keys():
        raise ValueError(f"{place} has no member {name}; known are {', '.join(fields)}")
    return {name: _fitted(f"{place}.{name}", inner, fields[name]) for name, inner in value.items()}


def complete_param(endpoint: "Endpoint", given: Sequence[str], incomplete: str) -> Iterator[str]:
    """
    Name the parameters that begin so and are not given yet.

    The last one that is left comes with an example of its value, so that a shell stops behind the sign.
    """
    kinds = kinds_of(endpoint)
    names = {text.partition("=")[0].replace("-", "_") for text in given}
    found = [name for name in kinds if name.startswith(incomplete) and name not in names]
    yield from (f"{name}=" for name in found)
    if len(found) == 1:
        yield f"{found[0]}={example(kinds[found[0]])}"
