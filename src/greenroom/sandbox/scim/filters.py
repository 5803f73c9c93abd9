"""The one-term filters SCIM takes: `userName eq "ada@example.com"`."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from greenroom.sandbox.scim import errors

_TERM = re.compile(r'\s*([\w.]+)\s+(eq|sw|co)\s+"((?:[^"\\]|\\.)*)"\s*', re.IGNORECASE)

T = TypeVar("T")


def matching(
    items: list[T], text: str, readers: Mapping[str, Callable[[T], str]], operators: tuple[str, ...]
) -> list[T]:
    """
    Keep the items a filter takes; case does not count. Assumed.

    Raises:
        RefusalError: the filter is no term of a known attribute and operator.
    """
    if not text.strip():
        return items
    found = _TERM.fullmatch(text)
    if found is None or found[1] not in readers or found[2].lower() not in operators:
        raise errors.bad_request("Invalid filter syntax.")
    read, operator, wanted = readers[found[1]], found[2].lower(), re.sub(r"\\(.)", r"\1", found[3]).casefold()
    return [item for item in items if _holds(operator, read(item).casefold(), wanted)]


def _holds(operator: str, value: str, wanted: str) -> bool:
    if operator == "eq":
        return value == wanted
    return value.startswith(wanted) if operator == "sw" else wanted in value
