"""Faults that change what an answer says: shorter lists, wrong totals, moving attendance, members that come and go."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from greenroom.sandbox.faults import Fault

T = TypeVar("T")

# Members that hold lists in the shapes GoTo has for them, and members that count them.
_LIST_MEMBERS = ("_embedded", "data", "content", "results", "resources", "companies", "sessions", "recordingList")
_TOTALS = ("total", "totalElements", "totalResults")
_SECONDS = ("attendanceTimeInSeconds",)
_MINUTES = ("timeInSession", "timeInPartOfSession", "duration")


def remove_some(fault: Fault | None, items: Sequence[T]) -> Sequence[T]:
    """Shrink a whole list before it is paged, so that its totals agree with it."""
    if fault is None or fault.kind not in ("shrunken_list", "late_attendance"):
        return items
    return items[: _kept(fault, len(items))]


def _kept(fault: Fault, count: int) -> int:
    """How many are left: half, unless the rule says how many; late attendance is not there at all."""
    if fault.kind == "late_attendance":
        return 0
    return min(count, fault.keep if fault.keep is not None else count // 2)


def changed(fault: Fault, body: Any) -> Any:
    """Change a body that is plain JSON data."""
    return _CHANGES[fault.kind](fault, body)


def _shrunken(fault: Fault, body: Any) -> Any:
    """Cut a bare list; a paged one was cut before it became a page."""
    return remove_some(fault, body) if isinstance(body, list) else body


def _lying_total(fault: Fault, body: Any) -> Any:
    """Say a total that is `by` too high, or too low when negative; pages follow from it."""
    if not isinstance(body, dict):
        return body
    told = {
        name: max(value + fault.by, 0) if name in _TOTALS and isinstance(value, int) else _lying_total(fault, value)
        for name, value in body.items()
    }
    if {"totalElements", "totalPages", "size"} <= told.keys() and told["size"]:
        told["totalPages"] = -(-told["totalElements"] // told["size"])
    return told


def _changing_attendance(fault: Fault, body: Any) -> Any:
    """Leave out the last attendee and take time off the others: `by` minutes, as before the service settled."""
    rows = _rows(body)
    if rows:
        rows.pop()
    return _less_time(fault, body)


def _rows(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        for name in _LIST_MEMBERS:
            if name in body:
                found = body[name]
                return _rows(next(iter(found.values()))) if isinstance(found, dict) and found else _rows(found)
    return []


def _less_time(fault: Fault, value: Any) -> Any:
    if isinstance(value, list):
        return [_less_time(fault, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _shortened(fault, name, member) for name, member in value.items()}


def _shortened(fault: Fault, name: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and name in _SECONDS + _MINUTES:
        return max(value - fault.by * (60 if name in _SECONDS else 1), 0)
    return _less_time(fault, value)


def _drifted(fault: Fault, body: Any) -> Any:
    """Change every object of a body, or only the first rows of its list."""
    if fault.rows is None:
        return _drift(fault, body)
    rows = _rows(body)
    rows[: fault.rows] = [_drift(fault, row) for row in rows[: fault.rows]]
    return body


def _drift(fault: Fault, body: Any) -> Any:
    """Change every object: one more member, one less, or members of another type."""
    if isinstance(body, list):
        return [_drift(fault, item) for item in body]
    if not isinstance(body, dict):
        return body
    inner = {name: _drift(fault, value) for name, value in body.items()}
    change = fault.change or "unknown"
    if change == "unknown":
        return inner | {fault.member or "addedLately": {"note": "no specification has this member", "count": 1}}
    wanted = [fault.member] if fault.member is not None else _leaves(inner)[-1:] if change == "missing" else list(inner)
    if change == "missing":
        return {name: value for name, value in inner.items() if name not in wanted}
    return {name: _retyped(value) if name in wanted else value for name, value in inner.items()}


def _leaves(body: dict[str, Any]) -> list[str]:
    return [name for name, value in body.items() if not isinstance(value, dict | list)]


def _retyped(value: Any) -> Any:
    """Numbers become text, digits become numbers, true becomes "true", other text null."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() else None
    return value


_CHANGES: dict[str, Callable[[Fault, Any], Any]] = {
    "shrunken_list": _shrunken,
    "late_attendance": _shrunken,
    "lying_total": _lying_total,
    "changing_attendance": _changing_attendance,
    "schema_drift": _drifted,
}
LIST_KINDS = tuple(_CHANGES)
