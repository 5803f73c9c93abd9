"""What is not kept for ever."""

from datetime import timedelta

from django.db.models import QuerySet

from greenroom.hub.automation.models import HookAttempt, HookDelivery
from greenroom.hub.core import clock

KEEP_PAYLOADS, KEEP_ROWS = timedelta(days=30), timedelta(days=90)
_AT_ONCE = 5000

State = HookDelivery.State


def empty_old_payloads() -> None:
    """Empty what was sent and answered long ago. What still waits for a paused hook by then is given up."""
    old = HookDelivery.objects.filter(created_at__lt=clock.now() - KEEP_PAYLOADS).exclude(payload="")
    while pks := _some(old):
        HookAttempt.objects.filter(delivery__in=pks).exclude(answer="").update(answer="")
        rows = HookDelivery.objects.filter(pk__in=pks)
        rows.filter(state=State.WAITING).update(state=State.DEAD, finished_at=clock.now())
        rows.update(payload="")


def delete_old_deliveries() -> None:
    """Delete deliveries that are older still, with their attempts."""
    old = HookDelivery.objects.filter(created_at__lt=clock.now() - KEEP_ROWS)
    while pks := _some(old):
        HookDelivery.objects.filter(pk__in=pks).delete()


def _some(rows: "QuerySet[HookDelivery]") -> list[int]:
    """Take so many that the table is not locked for long."""
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:_AT_ONCE])
