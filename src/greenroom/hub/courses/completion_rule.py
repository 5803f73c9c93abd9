"""When a live item counts as done, in words and in numbers."""

from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from greenroom.hub.core.errors import InvalidInputError


class MinPercent(msgspec.Struct, frozen=True, tag="min_percent", tag_field="kind"):
    """Attend at least this share of what really took place."""

    percent: int

    def describe(self) -> str:
        """Say it to a person."""
        return f"Attend at least {self.percent} % of the session."


class MinMinutes(msgspec.Struct, frozen=True, tag="min_minutes", tag_field="kind"):
    """Attend at least so many minutes."""

    minutes: int

    def describe(self) -> str:
        """Say it to a person."""
        return f"Attend at least {self.minutes} {'minute' if self.minutes == 1 else 'minutes'}."


CompletionRule = MinPercent | MinMinutes
DEFAULT_RULE: CompletionRule = MinPercent(80)


def read_rule(value: Any) -> CompletionRule:
    """Read a rule from its JSON column; nothing there means the default."""
    return DEFAULT_RULE if value is None else msgspec.convert(value, CompletionRule)


def write_rule(rule: CompletionRule) -> Any:
    """Return a rule for its JSON column."""
    return msgspec.to_builtins(rule)


def make_rule(*, kind: str, amount: int) -> CompletionRule:
    """
    Make a rule from what a form gives.

    Raises:
        InvalidInputError: a share over 100 %, nothing at all, or a kind that does not exist.
    """
    if kind == "min_percent" and 1 <= amount <= 100:
        return MinPercent(amount)
    if kind == "min_minutes" and 1 <= amount <= 24 * 60:
        return MinMinutes(amount)
    raise InvalidInputError("Choose 1 to 100 per cent, or 1 to 1,440 minutes.", {"amount": "Out of range."})


def percent_attended(*, attended_seconds: int, total_seconds: int) -> Decimal:
    """Return the share attended, 0 to 100, cut to one decimal so that 79.96 never reads as 80."""
    if total_seconds <= 0:
        return Decimal(0)
    share = Decimal(min(attended_seconds, total_seconds) * 100) / total_seconds
    return share.quantize(Decimal("0.1"), rounding=ROUND_DOWN)


def is_satisfied(rule: CompletionRule, *, attended_seconds: int, total_seconds: int) -> bool:
    """Tell whether so much attendance, of a total that took place, is enough."""
    if isinstance(rule, MinMinutes):
        return attended_seconds >= rule.minutes * 60
    return total_seconds > 0 and attended_seconds * 100 >= rule.percent * total_seconds
