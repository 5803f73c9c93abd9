"""How many points somebody has for an item and in all: from how they stand, in nothing but numbers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from greenroom.hub.courses.models import Completion, SectionItem

_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Points:
    """How many points of how many."""

    earned: Decimal = Decimal(0)
    possible: int = 0

    @property
    def words(self) -> str:
        """Say how many of how many; empty where there are none to have."""
        return f"{self.earned.normalize():f} of {self.possible} points" if self.possible else ""


def sum_points(
    standings: Iterable[tuple[SectionItem, Completion | None]], *, cancelled: Collection[int] = ()
) -> Points:
    """
    Add up somebody's points for these items; what they are excused from gives none and asks for none.

    Nor does what was `cancelled` (ids of items), unless an instructor marked it.
    """
    counted = [(item, one) for item, one in standings if asks_points(item, one, item.pk in cancelled)]
    earned = sum((count_points(item, one) or Decimal(0) for item, one in counted), Decimal(0))
    return Points(earned, sum(item.max_points for item, _ in counted))


def asks_points(item: SectionItem, standing: Completion | None, is_cancelled: bool) -> bool:
    """Tell whether the points of an item count for somebody, earned or not."""
    if not item.points_for or _is_excused(standing):
        return False
    return not is_cancelled or (standing is not None and standing.basis == Completion.Basis.MARK)


def count_points(item: SectionItem, standing: Completion | None) -> Decimal | None:
    """
    Return somebody's points for an item, cut to a thousandth; None where none are given or nothing is said yet.

    Who is excused has none, neither good nor bad. What an instructor marked as completed or absent is all or nothing.
    Dates are those of the item's event, fetched unless they were before.
    """
    status = Completion.Status
    if not item.points_for or standing is None or _is_excused(standing):
        return None
    is_marked = standing.basis == Completion.Basis.MARK and standing.status in {status.COMPLETED, status.ABSENT}
    if is_marked or item.points_for == SectionItem.Points.DONE:
        share = Decimal(standing.status == status.COMPLETED)
    elif item.points_for == SectionItem.Points.PERCENT:
        share = Decimal(standing.percent) / 100
    else:
        dates = len(item.event.times.all()) if item.event else 0
        share = min(Decimal(1), Decimal(standing.attended_dates) / max(dates, 1))
    return (share * item.max_points).quantize(_THOUSANDTH, ROUND_DOWN)


def _is_excused(standing: Completion | None) -> bool:
    return standing is not None and standing.status == Completion.Status.EXCUSED
