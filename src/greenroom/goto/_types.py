"""
The kinds of value GoTo's answers are made of, and the base of every model.

Reading is tolerant, because the same member differs between calls; writing is strict.
Source: the GoTo facts on types, keys, dates and spelling (observed).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    Key: TypeAlias = str
    EscapedText: TypeAlias = str
    UtcTime: TypeAlias = datetime
else:
    # Marker classes that say "an instance of mine is one of that class", so that models hold plain values.
    # The check is the plain class's own, in C: msgspec makes it for every key.
    class _ReadsText(type):
        __instancecheck__ = staticmethod(str.__instancecheck__)

    class _ReadsMoment(type):
        __instancecheck__ = staticmethod(datetime.__instancecheck__)

    class Key(metaclass=_ReadsText):
        """A GoTo key: text for us, number or text in JSON. Numbers beyond 64 bits stay exact."""

    class EscapedText(metaclass=_ReadsText):
        """A text in which GoTo writes `<` and `>` as HTML entities; plain for us."""

    class UtcTime(metaclass=_ReadsMoment):
        """A moment that GoTo writes with an offset, or in several ways; always UTC for us."""


# The usual moment: read by msgspec itself for speed; odd shapes take the mending road of `_decoding`.
Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]

# GoTo's keys have 19 digits, or 36 characters (observed). What is far longer, or no text that people can write down,
# is no key, and would fit nowhere that keys are kept.
KEY_LENGTH_MAX = 64

_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d*))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_US_TIME = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP]M)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
_EPOCH = re.compile(r"-?\d{9,16}(?:\.\d+)?", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138


def parse_time(value: object) -> datetime:
    """
    Read a moment in any shape GoTo or its integrators have shown.

    Args:
        value: ISO 8601 text with `Z`, an offset (`+0200`, `+02:00`) or nothing (taken as UTC), with or
            without a fraction, padded or not; a US date (`9/1/2026 2:03 PM`, month first, assumed); seconds
            or milliseconds since 1970 as number or text.

    Raises:
        ValueError: it is no moment.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value)
    if not isinstance(value, str):
        raise ValueError("not a time")
    text = value.strip()
    if _EPOCH.fullmatch(text):
        return _from_epoch(float(text) if "." in text else int(text))
    match = _TIME.fullmatch(text)
    if match is not None:
        *parts, fraction, zone = match.groups()
        return _from_parts(parts, fraction, zone)
    american = _US_TIME.fullmatch(text)
    if american is None:
        raise ValueError("not a time")
    month, day, year, hour, minute, second, half, zone = american.groups()
    return _from_parts([year, month, day, _hour(hour, half), minute, second], None, zone)


def _from_epoch(number: float) -> datetime:
    """Read seconds or milliseconds since 1970."""
    seconds, milliseconds = number, 0
    try:
        if abs(number) >= _MILLISECONDS_FROM:
            seconds, milliseconds = divmod(int(number), 1000)
        return datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=milliseconds)
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError("not a time") from error


def _hour(hour: str | None, half: str | None) -> str | None:
    """Read an hour of the day, or of half a day: 12 AM is midnight."""
    if hour is None or half is None:
        return hour
    if not 1 <= int(hour) <= 12:
        raise ValueError("not a time")
    return str(int(hour) % 12 + (12 if half.upper() == "PM" else 0))


def _from_parts(parts: Sequence[str | None], fraction: str | None, zone: str | None) -> datetime:
    """Put a moment together from its matched parts, year first."""
    numbers = [int(part or 0) for part in parts]
    microseconds = int((fraction or "")[:6].ljust(6, "0"))
    try:
        return datetime(*numbers, microseconds, tzinfo=_zone(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]
    except OverflowError as error:
        raise ValueError("not a time") from error


def _zone(text: str | None) -> timezone:
    """Read an offset; nothing, Z, UTC and GMT are UTC."""
    if text is None or text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def write_time(moment: datetime) -> str:
    """
    Write a moment the one way GoTo surely reads: `YYYY-MM-DDTHH:MM:SSZ`.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("times sent to GoTo need a time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def read_special(kind: type, value: object) -> object:
    """Read the kinds msgspec does not know; its `dec_hook`."""
    if kind is Key:
        return read_key(kind, value)
    if kind is UtcTime:
        return parse_time(value)
    if kind is EscapedText and isinstance(value, str):
        return unescape(value)
    raise ValueError(f"not a {kind.__name__}")


def read_key(_kind: type, value: object) -> str:
    """Read a key; the `dec_hook` of models without other special kinds, as ten thousand registrants come this way."""
    if value.__class__ is int:
        value = f"{value}"
    if isinstance(value, str) and len(value) <= KEY_LENGTH_MAX and value.isprintable():
        return value
    raise ValueError("not a key")


def escape(text: str) -> str:
    """Write `<` and `>` as HTML entities, and nothing else, as GoToMeeting wants it in a subject."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">")


class Word(StrEnum):
    """
    A closed list that GoTo may open: compared without case, unknown words are kept, in upper case.

    An unknown word is a member of its own that no name leads to; it equals, and prints as, its text.
    """

    @classmethod
    def _missing_(cls, value: object) -> Word | None:
        if not isinstance(value, str):
            return None
        folded = value.upper()
        for member in cls:
            if member.value.upper() == folded:
                return member
        stranger = str.__new__(cls, folded)
        stranger._name_ = stranger._value_ = folded
        return stranger


HIDDEN = frozenset(
    {
        "access_token",
        "answerer_email",
        "asked_by",
        "attendee_email",
        "confirmation_url",
        "customer_email",
        "customer_join_url",
        "download_url",
        "email",
        "expert_email",
        "host_url",
        "join_link",
        "join_url",
        "launch_url",
        "mp4_download_url",
        "organizer_email",
        "password",
        "phone",
        "principal",
        "recording_share_url",
        "refresh_token",
        "secret",
        "session_data_download_url",
        "session_token",
        "share_url",
        "start_url",
        "technician_email",
        "thumbnail_url",
        "transcript_download_url",
        "user_email",
        "user_name",
        "user_token",
        "value",
    }
)


class Model(msgspec.Struct, rename="camel", frozen=True):
    """
    Base of what GoTo answers: unknown members are ignored, absent ones have a default.

    Its `repr` is safe for logs: links that admit their bearer, tokens and addresses are not in it.
    """

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Name the members that have a value, with the secret ones covered."""
        values = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return [(n, Covered() if n in HIDDEN and v else v) for n, v in values if v is not None]


class Covered:
    """Stands in a `repr` where a secret is."""

    def __repr__(self) -> str:
        return "***"


class Body(Model, frozen=True):
    """Base of what we send: no member that is None, times in UTC with `Z`, keys as GoTo's schema types them."""


# Keys that GoTo's schema wants as numbers in bodies.
_NUMBERS = frozenset({"questionKey", "answerKey", "organizers"})


def write_body(body: object) -> bytes:
    """Encode a request body, or a list of them."""
    return msgspec.json.encode(_wire(msgspec.to_builtins(body, builtin_types=(datetime,))))


def _wire(value: Any, name: str = "") -> Any:
    """Bring one value, and what is in it, into the shape that is sent."""
    if isinstance(value, dict):
        return {key: _wire(item, key) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_wire(item, name) for item in value]
    if isinstance(value, datetime):
        return write_time(value)
    if name in _NUMBERS and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value
