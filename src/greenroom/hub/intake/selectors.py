"""Fetching what is known of webhooks and their deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.intake.addresses import may_ask_for_webhooks
from greenroom.hub.intake.models import WebhookDelivery, WebhookSecret, WebhookSubscription

_USABLE = """
    SELECT id, value FROM intake_webhooksecret WHERE client_id = %s AND (retired_at IS NULL OR retired_at > %s)
    ORDER BY valid_from DESC, id DESC
"""


def list_usable_secrets() -> list[str]:
    """Return the secrets a delivery may be signed with now, the newest first. One query."""
    # Asked for each delivery: composing the same query anew would cost more than answering it.
    ours = WebhookSecret.objects.raw(_USABLE, [settings.GOTO_CLIENT_ID, clock.now()])
    return [one.value for one in ours]


@dataclass(frozen=True, slots=True)
class WebhookState:
    """
    How the webhooks of one connection are doing, for people.

    Attributes:
        is_wanted: whether GoTo is asked for webhooks at all.
        subscriptions: one for each event name, once begun.
        last_received_at: when the last delivery came that is still kept.
        failed: deliveries that could not be applied.
    """

    is_wanted: bool
    subscriptions: Sequence[WebhookSubscription]
    last_received_at: datetime | None
    failed: int

    @property
    def is_switched_off(self) -> bool:
        """Whether somebody decided that there be none."""
        return settings.WEBHOOKS == "off"

    @property
    def is_active(self) -> bool:
        """Whether GoTo sends all there is."""
        return bool(self.subscriptions) and all(one.state == one.State.ACTIVE for one in self.subscriptions)

    @property
    def refused(self) -> Sequence[WebhookSubscription]:
        """Those that GoTo did not take."""
        return [one for one in self.subscriptions if one.state == one.State.FAILED]


def describe_webhooks(connections: Iterable[Connection]) -> dict[int, WebhookState]:
    """Return how the webhooks of connections are doing, by connection. Three queries, whatever their number."""
    keys = [one.pk for one in connections]
    subscriptions: dict[int, list[WebhookSubscription]] = {}
    for one in WebhookSubscription.objects.filter(connection__in=keys):
        subscriptions.setdefault(one.connection_id, []).append(one)
    latest = WebhookDelivery.objects.filter(connection=OuterRef("pk")).order_by("-received_at").values("received_at")
    last = dict(Connection.objects.filter(pk__in=keys).values_list("pk", Subquery(latest[:1])))
    failed = WebhookDelivery.objects.filter(connection__in=keys, state=WebhookDelivery.State.FAILED).order_by()
    failures = dict(failed.values_list("connection").annotate(Count("pk")))
    is_wanted = may_ask_for_webhooks()
    return {
        key: WebhookState(is_wanted, subscriptions.get(key, []), last.get(key), failures.get(key, 0)) for key in keys
    }


def list_deliveries(*, connection: Connection, state: str = "") -> QuerySet[WebhookDelivery]:
    """Return what GoTo delivered for one connection, the latest first. Bodies are not read."""
    deliveries = connection.webhook_deliveries.defer("body")
    return deliveries.filter(state=state) if state else deliveries
