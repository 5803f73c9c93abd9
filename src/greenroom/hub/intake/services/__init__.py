"""Setting up GoTo's webhooks, taking in what they bring, and applying it."""

from greenroom.hub.intake.services.applying import (
    apply_again,
    apply_deliveries,
    apply_what_waits,
    ask_about_deliveries,
)
from greenroom.hub.intake.services.keeping import (
    ask_for_webhooks,
    keep_webhooks,
    let_go,
    remove_webhooks,
    request_audit,
)
from greenroom.hub.intake.services.receiving import check_delivery, receive_delivery
from greenroom.hub.intake.services.secrets import renew_secret, rotate_secret
from greenroom.hub.intake.services.tidying import delete_old_deliveries, empty_old_bodies

__all__ = [
    "apply_again",
    "apply_deliveries",
    "apply_what_waits",
    "ask_about_deliveries",
    "ask_for_webhooks",
    "check_delivery",
    "delete_old_deliveries",
    "empty_old_bodies",
    "keep_webhooks",
    "let_go",
    "receive_delivery",
    "remove_webhooks",
    "renew_secret",
    "request_audit",
    "rotate_secret",
]
