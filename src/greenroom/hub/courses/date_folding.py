"""Which of many dates a card shows at once, and which it keeps folded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_FEW = 5
_WORTH_FOLDING = 3

Date = TypeVar("Date")


@dataclass(frozen=True, slots=True)
class FoldedDates(Generic[Date]):
    """Some dates, and the others; both in their order."""

    shown: Sequence[Date]
    others: Sequence[Date] = ()


def fold_dates(
    dates: Sequence[Date], *, is_ahead: Callable[[Date], bool], is_pressing: Callable[[Date], bool]
) -> FoldedDates[Date]:
    """
    Keep the next few dates, and those that matter now; fold the others, if they are worth it.

    Args:
        dates: in their order. Where none is ahead, the last few are kept.
        is_ahead: whether one is still to come.
        is_pressing: whether one is kept wherever it stands.
    """
    near = ([index for index, date in enumerate(dates) if is_ahead(date)] or range(len(dates))[-_FEW:])[:_FEW]
    kept = {*near, *(index for index, date in enumerate(dates) if is_pressing(date))}
    if len(dates) - len(kept) < _WORTH_FOLDING:
        return FoldedDates(dates)
    others = [date for index, date in enumerate(dates) if index not in kept]
    return FoldedDates([dates[index] for index in sorted(kept)], others)
