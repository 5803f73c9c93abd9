"""Reading what a call brings into the input of an operation, and naming everything that is wrong with it."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, NoReturn

import msgspec
from django.http import HttpRequest

from greenroom.hub.api.problems import RefusedCallError
from greenroom.hub.automation.registry import Operation
from greenroom.hub.core.errors import InvalidInputError

_MOST_BYTES = 1_000_000
_WHERE = re.compile(r" - at `\$?([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")


def read_input(request: HttpRequest, operation: Operation[Any, Any], path: Mapping[str, str]) -> Any:
    """
    Return the input of an operation.

    Raises:
        InvalidInputError: members are missing, wrong or unknown; each is named by a JSON pointer.
        RefusedCallError: the body is no JSON object, or too large.
    """
    if operation.is_search:
        given = {**path, **_query(request, operation)}
        return read_members(operation, given, texts=given.keys())
    return read_members(operation, {**path, **_body(request, operation)}, texts=path.keys())


def read_members(operation: Operation[Any, Any], given: Mapping[str, Any], *, texts: Collection[str] = ()) -> Any:
    """
    Return the input of an operation from its members.

    Args:
        texts: the names of those that came as texts whatever they are, as everything in an address does.

    Raises:
        InvalidInputError: members are missing, wrong or unknown; each is named by a JSON pointer.
    """
    fields = _members(operation).fields
    names = {field.encode_name for field in fields}
    errors = {f"/{name}": "There is no such member here." for name in given.keys() - names}
    values: dict[str, Any] = {}
    for field in fields:
        name = field.encode_name
        if name not in given:
            if field.required:
                errors[f"/{name}"] = "This is needed."
            continue
        try:
            values[field.name] = _in_utc(msgspec.convert(given[name], field.type, strict=name not in texts))
        except msgspec.ValidationError as error:
            pointer, sentence = _explain(error)
            errors[f"/{name}{pointer}"] = sentence
        except OverflowError:
            errors[f"/{name}"] = "This is outside the calendar. Give a date of the years 1 to 9999 in UTC."
        else:
            errors |= {f"/{name}{where}": _UNSTORABLE for where in _unstorable(given[name])}
    if errors:
        raise InvalidInputError("Some of what you sent is missing or wrong; see errors.", errors)
    return operation.input(**values)


def _in_utc(value: Any) -> Any:
    """Return a moment in UTC, and anything else as it is: people may write offsets that no database takes."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _query(request: HttpRequest, operation: Operation[Any, Any]) -> dict[str, Any]:
    lists = _members(operation).lists
    return {name: values if name in lists else values[-1] for name, values in request.GET.lists()}


class _Members(NamedTuple):
    """The members of an input, and the names of those that are lists."""

    fields: tuple[msgspec.structs.FieldInfo, ...]
    lists: frozenset[str]


def _members(operation: Operation[Any, Any]) -> _Members:
    kind: Any = operation.input
    return _look_up(kind)


@cache
def _look_up(kind: type[msgspec.Struct]) -> _Members:
    """Look an input's type up once: it does not change while we run, and every call asks."""
    fields = msgspec.structs.fields(kind)
    return _Members(fields, frozenset(field.encode_name for field in fields if _is_list(field.type)))


def _is_list(kind: Any) -> bool:
    return isinstance(msgspec.inspect.type_info(kind), msgspec.inspect.ListType)


def _body(request: HttpRequest, operation: Operation[Any, Any]) -> dict[str, Any]:
    body = read_object(request)
    if clash := body.keys() & set(operation.path_members):
        raise InvalidInputError(
            "Some of what you sent stands in the address already.",
            {f"/{name}": "This stands in the address; leave it out of the body." for name in clash},
        )
    return body


def read_object(request: HttpRequest) -> dict[str, Any]:
    """
    Return the JSON object that is the body, or an empty one when there is no body.

    Raises:
        RefusedCallError: it is no JSON object, or too large.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
        raise RefusedCallError(413, "too_large", "A body has at most a million bytes. Send several smaller ones.")
    raw = request.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise RefusedCallError(413, "too_large", "A body has at most a million bytes. Send several smaller ones.")
    if not raw:
        return {}
    if request.content_type not in {"application/json", ""}:
        raise RefusedCallError(415, "not_json", "Send the body as application/json.")
    try:
        body = json.loads(raw, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise RefusedCallError(
            400, "broken_json", "The body is no JSON, names a member twice, or holds NaN. Send one JSON object."
        ) from None
    if not isinstance(body, dict):
        raise RefusedCallError(400, "not_an_object", "Send one JSON object.")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a member stands twice")
    return read


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _explain(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return where inside a member it is wrong, as the rest of a pointer, and a sentence."""
    text = str(error)
    where = _WHERE.search(text)
    pointer = re.sub(r"\.|\[(\d+|\.\.\.)\]", lambda found: f"/{found[1] or ''}", where[1]) if where else ""
    sentence = _WHERE.sub("", text)
    if missing := _MISSING.match(sentence):
        return f"{pointer}/{missing[1]}", "This is needed."
    return pointer, f"{sentence}."


_UNSTORABLE = "This text holds a character that cannot be kept (NUL or half of a pair). Take it out."


def _unstorable(value: Any) -> Iterator[str]:
    """Yield where in a value a text stands that no database takes."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            yield ""
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (f"/{name}{where}" for where in _unstorable(inner))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from (f"/{number}{where}" for where in _unstorable(inner))
