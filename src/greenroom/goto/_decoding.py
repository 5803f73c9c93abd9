"""
Turn answer bodies into models: fast when they are as usual, patient when they are not.

The fast road is msgspec alone. When it refuses a body, or the body shows another spelling of a member, the
patient road reads it as plain values, mends what GoTo is known to vary, and tries once more.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect as kinds

from greenroom.goto._types import Key, Model, UtcTime, parse_time, read_key, read_special
from greenroom.goto.errors import UnexpectedResponseError

T = TypeVar("T")

# Other spellings seen, by the name our models use. Source: the GoTo facts on types and keys (observed).
SPELLINGS: dict[str, tuple[str, ...]] = {
    "webinarID": ("webinarId",),
    "webinarId": ("webinarID",),
    "joinUrl": ("joinURL", "joinLink"),
    "joinLink": ("joinUrl", "joinURL"),
    "hostURL": ("hostUrl", "startUrl", "startURL"),
    "startUrl": ("startURL", "hostURL", "hostUrl"),
    "subject": ("name",),
    "panelistKey": ("panelistId",),
    "organizerKey": ("organizerkey",),
    "organizerkey": ("organizerKey",),
    "meetingId": ("meetingid",),
    "meetingid": ("meetingId",),
    "groupkey": ("groupKey",),
    "joinURL": ("joinUrl",),
    "resources": ("Resources",),
    "industry": ("Industry",),
    "userSubscriptionKey": ("userSubscriptionsKey",),
}
# One answer is written by one program: its spelling shows at the beginning.
_SPELLING_WINDOW = 65_536
_PATH = re.compile(r" - at `([^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)


def decode(content: bytes, kind: type[T], *, product: str, operation: str) -> T:
    """
    Read a JSON body as `kind`.

    Raises:
        UnexpectedResponseError: it does not fit; names the place, never the content.
    """
    value = _read(content, kind, product, operation)
    rows = value if isinstance(value, list) else [value]
    stranger = find_stranger(rows, lambda: _objects(content))
    if stranger is not None:
        raise UnexpectedResponseError(product, operation, f"$[{stranger}]" if rows is value else "$")
    return value


def _read(content: bytes, kind: type[T], product: str, operation: str) -> T:
    reading = _reading(cast(Any, kind))
    if not reading.has_other_spelling(content):
        try:
            return cast(T, reading.decode(content))
        except _UNREADABLE:
            pass  # the patient road below reads it or says what is wrong
    try:
        mended = _mend(plain(content), reading.kind)
        return msgspec.convert(mended, kind, strict=False, dec_hook=read_special)
    except _UNREADABLE as error:
        raise UnexpectedResponseError(product, operation, _path_of(error)) from None


def plain(content: bytes) -> Any:
    """
    Read a body as plain values.

    Where a text in it holds what is no character (half a surrogate pair, broken UTF-8, a bare control character),
    that becomes U+FFFD: one person's odd name must not make everybody else unreadable.
    """
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _plain_with_marks(content)


def _plain_with_marks(content: bytes) -> Any:
    try:
        loose = json.loads(content.decode("utf-8-sig", "replace"), strict=False)
        written = json.dumps(loose, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise msgspec.DecodeError("no JSON") from None
    return msgspec.json.decode(written.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _objects(content: bytes) -> Sequence[Any]:
    rows = plain(content)
    return rows if isinstance(rows, list) else [rows]


def find_stranger(rows: Sequence[object], objects: Callable[[], Sequence[Any]]) -> int | None:
    """
    Find the first row with none of its type's members: it is something else than what was asked for.

    An envelope may have no member at all; whether that is a list is for the one who opens it.

    Args:
        rows: as read, all of one type.
        objects: gives the same rows as plain objects; asked only where a row came out blank.
    """
    item: Any = type(rows[0]) if rows else None
    blank = _blank(item)
    if blank is None or blank not in rows:
        return None
    names, is_model = _known_names(item), issubclass(item, Model)
    return next((n for n, row in enumerate(objects()) if (row or is_model) and names.isdisjoint(row)), None)


@functools.lru_cache(maxsize=512)
def _blank(item: Any) -> object:
    """Make what an object without any member is read as; None where some are required, and for what is no model."""
    if item is None or not issubclass(item, msgspec.Struct):
        return None
    fields = msgspec.structs.fields(item)
    return item() if fields and not any(field.required for field in fields) else None


@functools.lru_cache(maxsize=512)
def _known_names(item: Any) -> frozenset[str]:
    names = {field.encode_name for field in msgspec.structs.fields(item)}
    return frozenset(names.union(*(SPELLINGS.get(name, ()) for name in names)))


def _path_of(error: Exception) -> str:
    """Take the place out of msgspec's message, and the member that is missing there; the rest may quote the body."""
    match, missing = _PATH.search(str(error)), _MISSING.match(str(error))
    place = match.group(1) if match else "$"
    return f"{place}.{missing.group(1)}" if missing else place


class _Reading:
    """
    How a type is read, found out once.

    Attributes:
        kind: the type, as msgspec tells it.
        decode: the fast road.
    """

    __slots__ = ("_spellings", "decode", "kind")

    def __init__(self, wanted: Any) -> None:
        self.kind = kinds.type_info(wanted)
        parts = _parts(self.kind)
        specials = {part.cls for part in parts if isinstance(part, kinds.CustomType)}
        self.decode = msgspec.json.Decoder(wanted, dec_hook=read_key if specials == {Key} else read_special).decode
        self._spellings = _spellings({field.encode_name for part in parts for field in getattr(part, "fields", ())})

    def has_other_spelling(self, content: bytes) -> bool:
        """Tell whether the body's beginning shows a member under another name than the model's, and not under that."""
        for own, others in self._spellings:
            if content.find(own, 0, _SPELLING_WINDOW) < 0:
                for other in others:
                    if content.find(other, 0, _SPELLING_WINDOW) >= 0:
                        return True
        return False


_reading = functools.lru_cache(maxsize=512)(_Reading)


def _spellings(own: set[str]) -> list[tuple[bytes, list[bytes]]]:
    """List the members that have other spellings, as they stand in a body, and those, less what has a meaning."""
    return [
        (_quoted(name), [_quoted(other) for other in SPELLINGS[name] if other not in own])
        for name in sorted(own & SPELLINGS.keys())
    ]


def _quoted(name: str) -> bytes:
    return f'"{name}"'.encode()


def _parts(kind: kinds.Type) -> list[kinds.Type]:
    """List a type and all types inside it."""
    found, structs = [kind], set()
    for part in found:  # grows while it is read
        if isinstance(part, kinds.StructType):
            if part.cls not in structs:
                structs.add(part.cls)
                found.extend(field.type for field in part.fields)
        else:
            found.extend(_inner_kinds(part))
    return found


def _inner_kinds(kind: kinds.Type) -> tuple[kinds.Type, ...]:
    """Name the types inside a union, list or map."""
    if isinstance(kind, kinds.UnionType):
        return kind.types
    if isinstance(kind, kinds.ListType | kinds.VarTupleType):
        return (kind.item_type,)
    if isinstance(kind, kinds.DictType):
        return (kind.value_type,)
    return ()


def _mend(value: Any, kind: kinds.Type) -> Any:
    """Bring plain values nearer to a type: times read, names set right, empty members dropped."""
    if isinstance(kind, kinds.UnionType):
        return _mend(value, _fitting(value, kind))
    if isinstance(kind, kinds.StructType) and isinstance(value, dict):
        return _mend_object(value, kind)
    if isinstance(kind, kinds.ListType | kinds.VarTupleType) and isinstance(value, list):
        return [_mend(item, kind.item_type) for item in value]
    if isinstance(kind, kinds.DictType) and isinstance(value, dict):
        return {name: _mend(item, kind.value_type) for name, item in value.items()}
    if isinstance(kind, kinds.DateTimeType):
        return _mend_time(value)
    return value


def _fitting(value: Any, union: kinds.UnionType) -> kinds.Type:
    """Choose the member of a union that a plain value can be meant for."""
    if isinstance(value, dict):
        wanted: tuple[type, ...] = (kinds.StructType, kinds.DictType)
    elif isinstance(value, list):
        wanted = (kinds.ListType, kinds.VarTupleType)
    else:
        wanted = (kinds.DateTimeType,)
    return next((kind for kind in union.types if isinstance(kind, wanted)), kinds.AnyType())


def _mend_object(members: dict[str, Any], kind: kinds.StructType) -> dict[str, Any]:
    """Mend one object: find each field under its names, drop a null or empty one that may be absent."""
    mended: dict[str, Any] = {}
    own = {field.encode_name for field in kind.fields}
    for field in kind.fields:
        name = next((n for n in _names_of(field.encode_name, own) if members.get(n) is not None), None)
        if name is None:
            if field.required and field.encode_name in members:
                mended[field.encode_name] = None
            continue
        value = _mend(members[name], field.type)
        if value != "" or field.required or _takes_empty_text(field.type):
            mended[field.encode_name] = value
    return mended


def _names_of(name: str, own: set[str]) -> tuple[str, ...]:
    """Name a member as it may be spelled, less what is another member's own name."""
    return (name, *(other for other in SPELLINGS.get(name, ()) if other not in own))


def _takes_empty_text(kind: kinds.Type) -> bool:
    """Tell whether an empty text is a value; for times, numbers, flags and words it says that there is none."""
    if isinstance(kind, kinds.UnionType):
        return any(_takes_empty_text(inner) for inner in kind.types)
    if isinstance(kind, kinds.CustomType):
        return kind.cls is not UtcTime
    return isinstance(kind, kinds.StrType | kinds.AnyType)


def _mend_time(value: Any) -> datetime | Any:
    """Read an odd time; what is none stays, and the conversion says where."""
    try:
        return parse_time(value)
    except ValueError:
        return value
