"""Reading the bodies of control calls."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import User
from greenroom.sandbox.times import parse_instant

Body = dict[str, Any]
Handler = Callable[..., Any]


class ControlError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def only(body: Body, *names: str) -> None:
    """Refuse members the call does not have: a typing error must not pass in silence."""
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise ControlError(400, f"Unknown: {', '.join(unknown)}. This call takes {', '.join(names) or 'no members'}.")


def read_instant(value: object, name: str) -> datetime:
    try:
        return parse_instant(str(value))
    except (ValueError, OverflowError):
        raise ControlError(400, f"{name} must be a time such as 2026-09-01T14:00:00Z.") from None


def read_whole(body: Body, name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ControlError(400, f"{name} must be a whole number from 0.")
    return value


def read_at(body: Body) -> datetime | None:
    return read_instant(body["at"], "at") if body.get("at") is not None else None


def user_of(core: Core, body: Body) -> User:
    """Find the organizer a body names by `organizer_key` or `organizer` (the e-mail address)."""
    user = core.state.users.get(str(body.get("organizer_key", ""))) or core.state.user_by_email(
        str(body.get("organizer", ""))
    )
    if user is None:
        raise ControlError(404, "No such organizer. Name one by organizer_key or by organizer (the e-mail address).")
    return user
