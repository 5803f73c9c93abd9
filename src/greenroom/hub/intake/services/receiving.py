"""Taking in a delivery: proven, stored, and answered. Nothing else happens while GoTo waits."""

import hashlib
from collections.abc import Sequence

from django.conf import settings

from greenroom.goto.webhooks import verify
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.writing import WrittenTogether
from greenroom.hub.events.errors import UnreadableNewsError
from greenroom.hub.events.products.webhooks import read_label
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.intake.selectors import list_usable_secrets
from greenroom.hub.intake.services.applying import apply_deliveries, apply_key
from greenroom.hub.jobs.selectors import is_in_line

UNREADABLE = "unreadable"


def check_delivery(body: bytes, *, signature: str, timestamp: str) -> None:
    """
    Check that a delivery is GoTo's, by any of the secrets in use. One query.

    Raises:
        WebhookSignatureError: it is not provably GoTo's, or too old.
    """
    verify(
        body,
        signature=signature,
        timestamp=timestamp,
        secrets=list_usable_secrets(),
        now=clock.now(),
        tolerance_seconds=settings.WEBHOOK_MAX_AGE.total_seconds(),
    )


def receive_delivery(*, connection_id: int, body: bytes) -> None:
    """
    Store a delivery that is GoTo's, and have it applied. One that came before changes nothing.

    The row is there before a job is asked for, so a job that is ready sees it, and one that runs just now is followed
    by another. A delivery that cannot be read is stored as well, as failed: it is GoTo's, and sending it again would
    not make it readable.

    What comes in a tenth of a second is applied together: a transaction for each few would cost three times as much,
    and on SQLite keep those who bring deliveries from writing.
    """
    delivery = _read(connection_id, body)
    reached("intake.before_store")
    _store(delivery)


def _store_and_have_applied(deliveries: Sequence[WebhookDelivery]) -> None:
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    reached("intake.stored")
    stored = {one.connection_id: one for one in deliveries if one.state == WebhookDelivery.State.STORED}
    for connection_id, delivery in stored.items():
        key = apply_key(connection_id)
        if not is_in_line(key):
            soon = delivery.received_at + settings.WEBHOOKS_GATHERED_FOR
            apply_deliveries.enqueue(connection_id=connection_id, run_at=soon, dedupe_key=key)


_store = WrittenTogether(_store_and_have_applied)


def _read(connection_id: int, body: bytes) -> WebhookDelivery:
    delivery = WebhookDelivery(connection_id=connection_id, received_at=clock.now())
    try:
        delivery.event_name, delivery.event_key = read_label(body)
        delivery.body = body.decode()
    except UnreadableNewsError as error:
        delivery.event_name, delivery.event_key = UNREADABLE, hashlib.sha256(body).hexdigest()
        delivery.body = body.decode(errors="backslashreplace")
        delivery.state, delivery.reason = WebhookDelivery.State.FAILED, error.code[:64]
    return delivery
