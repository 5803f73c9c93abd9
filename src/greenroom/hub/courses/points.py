"""How many points somebody has for an item: from how they stand with it, in nothing but numbers."""

from decimal import ROUND_DOWN, Decimal

from greenroom.hub.courses.models import Completion, SectionItem

_THOUSANDTH = Decimal("0.001")


def count_points(item: SectionItem, standing: Completion | None) -> Decimal | None:
    """
    Return somebody's points for an item, cut to a thousandth; None where none are given or nothing is said yet.

    Who is excused has none, neither good nor bad. What an instructor marked as completed or absent is all or nothing.
    Dates are those of the item's event, fetched unless they were before.
    """
    status = Completion.Status
    if not item.points_for or standing is None or standing.status == status.EXCUSED:
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
