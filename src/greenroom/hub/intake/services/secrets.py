"""The secrets GoTo signs with: made when there is none, replaced when somebody asks, and known for a while after."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from greenroom.goto import GoTo
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.selectors import list_active_connections
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.products.webhooks import SecretData, make_secret
from greenroom.hub.intake.models import WebhookSecret
from greenroom.hub.jobs.registry import task

# GoTo goes on trying what it signed before; it does not say for how long.
OVERLAP = timedelta(days=1)
# A new secret counts from then on. Should its answer be lost, another one is there before it would have been missed.
_LEAD = timedelta(minutes=10)


def ensure_secret(goto: GoTo) -> None:
    """
    Have a secret made unless there is one. One call, or none.

    Two that ask at the same moment may have two made. Both are kept and tried, so nothing is lost by it.
    """
    if not WebhookSecret.objects.filter(client_id=settings.GOTO_CLIENT_ID).exists():
        made = make_secret(goto)
        reached("intake.secret_created")
        _store(made)


def rotate_secret() -> None:
    """
    Ask for a new secret; the background work has it made. The old one proves deliveries for one more day.

    Raises:
        StateConflictError: no account is connected, and a secret is made by one.
    """
    if not list_active_connections().exists():
        raise StateConflictError("No GoTo account is connected, so no secret can be made. Connect one first.")
    renew_secret.enqueue(dedupe_key="intake.renew_secret")


@task(queue="goto", max_attempts=1000)
def renew_secret() -> None:
    """Have a new secret made. May be repeated: one whose answer was lost is followed by another before it counts."""
    connection = list_active_connections().first()
    if connection is None:
        return
    with open_goto(connection) as goto:
        made = make_secret(goto, valid_from=clock.now() + _LEAD)
    reached("intake.secret_created")
    _store(made)


def _store(made: SecretData) -> None:
    ours = WebhookSecret.objects.filter(client_id=settings.GOTO_CLIENT_ID)
    # Not documented as required; without an id the value itself tells secrets apart.
    secret_id = made.secret_id or hashlib.sha256(made.value.encode()).hexdigest()
    with transaction.atomic():
        WebhookSecret.objects.update_or_create(
            client_id=settings.GOTO_CLIENT_ID,
            secret_id=secret_id,
            defaults={"value": made.value, "valid_from": made.valid_from or clock.now(), "retired_at": None},
        )
        # By GoTo's own dates, so that it does not matter in which order two answers arrive here.
        newest = ours.latest("valid_from")
        older = ours.filter(valid_from__lt=newest.valid_from, retired_at=None)
        older.update(retired_at=newest.valid_from + OVERLAP)
