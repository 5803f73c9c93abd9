"""What is not kept for ever."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.intake.models import WebhookDelivery

# Bodies hold personal data and join links; after this time nobody asks any more what an applied one said.
KEEP_BODIES, KEEP_ROWS = timedelta(days=30), timedelta(days=90)
_AT_ONCE = 5000

State = WebhookDelivery.State


def empty_old_bodies() -> None:
    """Empty the bodies of old deliveries that were applied or had nothing to apply; others may still be needed."""
    for old in _older_than(clock.now() - KEEP_BODIES):
        done = old.filter(state__in=[State.APPLIED, State.IGNORED]).exclude(body="")
        while _some(done).update(body=""):
            pass


def delete_old_deliveries() -> None:
    """Delete deliveries that are older still, but for those that wait to be applied."""
    for old in _older_than(clock.now() - KEEP_ROWS):
        done = old.exclude(state__in=[State.STORED, State.ASKING])
        while _some(done).delete()[0]:
            pass


def _older_than(moment: datetime) -> Iterator[QuerySet[WebhookDelivery]]:
    """Yield the deliveries from before a moment, connection by connection, as they are indexed."""
    for pk in Connection.objects.values_list("pk", flat=True):
        yield WebhookDelivery.objects.filter(connection=pk, received_at__lt=moment)


def _some(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    """Take so many that the table is not locked for long."""
    return WebhookDelivery.objects.filter(pk__in=rows.order_by().values("pk")[:_AT_ONCE])
