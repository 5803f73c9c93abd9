"""
Having GoTo send us webhooks, and seeing to it that it goes on doing so.

GoTo makes a webhook inactive and lists it only some seconds later; then it can be activated, and the organizer be
subscribed to it. So each turn looks at what there is, does what it can, and comes again until there is nothing to do:
the same when it begins, when it was interrupted, and when somebody changed or deleted something at GoTo.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog
from django.db.models import QuerySet

from greenroom.goto import BadRequestError, GoTo, GotoError, ResourceNotFoundError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError, ReconnectNeededError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products.webhooks import (
    EVENT_NAMES,
    PRODUCT,
    RELIED_ON,
    HookData,
    activate_hooks,
    delete_hooks,
    list_hooks,
    make_hook,
    subscribe,
)
from greenroom.hub.intake.addresses import callback_url, may_ask_for_webhooks
from greenroom.hub.intake.models import WebhookDelivery, WebhookSubscription
from greenroom.hub.intake.services.secrets import ensure_secret
from greenroom.hub.jobs.errors import RetryLaterError
from greenroom.hub.jobs.registry import task

log = structlog.get_logger(__name__)

State, Delivery = WebhookSubscription.State, WebhookDelivery.State
Rows = Mapping[str, WebhookSubscription]

# Looked at every hour: one look may fail before webhooks are no longer relied on.
TRUSTED_FOR = timedelta(hours=2)
# A webhook that GoTo made so lately and does not list is not missing.
_LISTED_WITHIN = timedelta(minutes=1)
# While one is on its way the turns follow each other in so many seconds; else they come ever more seldom.
_ON_ITS_WAY, _NEXT_TURN = timedelta(minutes=5), 3.0


def ask_for_webhooks(*, connection: Connection) -> None:
    """Have the webhooks of one organizer looked at in the background, unless none are wanted and none are there."""
    if may_ask_for_webhooks() or connection.webhook_subscriptions.exists():
        keep_webhooks.enqueue(connection_id=connection.pk, dedupe_key=f"intake.keep:{connection.pk}")


@task(queue="goto", max_attempts=1000)
def keep_webhooks(connection_id: int) -> None:
    """Bring the webhooks of one organizer into order, in as many turns as GoTo needs for it."""
    connection = Connection.objects.get(pk=connection_id)
    if not connection.is_usable:
        return
    if not may_ask_for_webhooks():
        remove_webhooks(connection=connection)
        return
    try:
        with open_goto(connection) as goto:
            ensure_secret(goto)
            is_in_order = _take_turn(goto, connection)
    except ReconnectNeededError:
        return  # a person has to act, and then it begins anew
    except GotoError as error:
        connection.webhook_subscriptions.update(state=State.FAILED, last_error=error.code)
        _distrust(connection)
        raise RetryLaterError("webhooks_refused") from error
    if not is_in_order:
        lately = connection.webhook_subscriptions.filter(made_at__gt=clock.now() - _ON_ITS_WAY)
        raise RetryLaterError("webhooks_on_their_way", _NEXT_TURN if lately.exists() else None)


def _take_turn(goto: GoTo, connection: Connection) -> bool:
    """Do what can be done now; True when nothing is left to be done: GoTo says that all of it delivers."""
    rows, url = _rows(connection), callback_url(connection)
    hooks, surplus = _sort_out(list_hooks(goto), rows, url)
    if surplus:
        delete_hooks(goto, surplus)
    for name in rows.keys() - hooks.keys():
        _make(goto, rows[name], url)
    _wake(goto, hooks)
    _note(rows, hooks)
    delivering = {name for name, hook in hooks.items() if hook.delivers}
    if delivering >= RELIED_ON:
        _trust(connection)
    else:
        _distrust(connection)
    return delivering == rows.keys()


def _wake(goto: GoTo, hooks: Mapping[str, HookData]) -> None:
    """Activate what is not active, and subscribe to what is not subscribed to."""
    sleeping = [hook.webhook_key for hook in hooks.values() if not hook.is_active]
    unsubscribed = [hook for hook in hooks.values() if not hook.is_subscribed]
    # What GoTo lists it may not know elsewhere for some seconds; then the next turn goes on.
    with suppress(ResourceNotFoundError):
        if sleeping:
            activate_hooks(goto, sleeping)
            reached("intake.activated")
        if unsubscribed:
            subscribe(goto, unsubscribed)
            reached("intake.subscribed")


def _rows(connection: Connection) -> dict[str, WebhookSubscription]:
    wanted = [WebhookSubscription(connection=connection, event_name=name) for name in EVENT_NAMES]
    WebhookSubscription.objects.bulk_create(wanted, ignore_conflicts=True)
    return {row.event_name: row for row in connection.webhook_subscriptions.filter(event_name__in=EVENT_NAMES)}


def _sort_out(listed: Sequence[HookData], rows: Rows, url: str) -> tuple[dict[str, HookData], list[HookData]]:
    """
    Return the webhook of ours for each event name, and those of ours that are too many or deliver elsewhere.

    Others, such as those of another hub with the same OAuth client, are left alone.
    """
    keys = {row.webhook_key for row in rows.values() if row.webhook_key}
    ours = [hook for hook in listed if hook.callback_url == url or hook.webhook_key in keys]
    # One that we know of, or that delivers, is kept rather than one that was made when an answer was lost.
    ours.sort(key=lambda hook: (hook.callback_url != url, hook.webhook_key not in keys, not hook.delivers))
    hooks: dict[str, HookData] = {}
    for hook in ours:
        if hook.event_name in rows and hook.callback_url == url:
            hooks.setdefault(hook.event_name, hook)
    return hooks, [hook for hook in ours if hooks.get(hook.event_name) != hook]


def _make(goto: GoTo, row: WebhookSubscription, url: str) -> None:
    """Have one webhook made, unless it was and is only not listed yet."""
    now = clock.now()
    if row.callback_url == url and row.made_at and now - row.made_at < _LISTED_WITHIN:
        return
    try:
        key = make_hook(goto, row.event_name, url)
    except BadRequestError as error:
        # GoTo does not reach us, or does not know this name: by itself, so that the others are tried.
        row.state, row.last_error = State.FAILED, error.code
        row.save(update_fields=["state", "last_error"])
        log.warning("intake.webhook_refused", connection=row.connection_id, event_name=row.event_name, code=error.code)
        return
    reached("intake.webhook_created")
    row.state, row.callback_url, row.webhook_key, row.made_at, row.last_error = State.WANTED, url, key, now, ""
    row.save(update_fields=["state", "callback_url", "webhook_key", "made_at", "last_error"])


def _note(rows: Rows, hooks: Mapping[str, HookData]) -> None:
    """Write down what GoTo listed."""
    now = clock.now()
    for name, hook in hooks.items():
        row = rows[name]
        row.callback_url, row.webhook_key, row.last_error = hook.callback_url, hook.webhook_key, ""
        row.subscription_key = hook.subscription_key
        row.state = State.ACTIVE if hook.delivers else State.WANTED
        row.checked_at = now if hook.delivers else row.checked_at
    fields = ["callback_url", "webhook_key", "subscription_key", "state", "checked_at", "last_error"]
    WebhookSubscription.objects.bulk_update([rows[name] for name in hooks], fields)


def _trust(connection: Connection) -> None:
    """Say that webhooks may be relied on for a while, and have read what came while they could not be."""
    now = clock.now()
    was_trusted = Connection.objects.filter(pk=connection.pk, webhooks_trusted_until__gte=now).exists()
    Connection.objects.filter(pk=connection.pk).update(webhooks_trusted_until=now + TRUSTED_FOR)
    if not was_trusted:
        request_audit(Connection.objects.filter(pk=connection.pk))


def _distrust(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(webhooks_trusted_until=None)


def request_audit(connections: QuerySet[Connection]) -> int:
    """
    Have the registrants of all events to come read once, whatever webhooks told. One statement.

    Webhooks tell neither of those who are taken off nor of what was lost on the way.
    """
    now = clock.now()
    events = Event.objects.filter(product=PRODUCT, connection__in=connections).exclude(state=Event.State.CANCELLED)
    return events.exclude(ends_at__lt=now).update(registrants_due_at=now)


def remove_webhooks(*, connection: Connection, is_waited_for: bool = False) -> None:
    """
    Have GoTo send nothing more to one connection, and forget what was set up.

    Tried once: what GoTo goes on sending to an account that is disconnected is not taken.
    """
    rows = {row.event_name: row for row in connection.webhook_subscriptions.all()}
    if not rows:
        return
    try:
        with open_goto(connection, is_waited_for=is_waited_for) as goto:
            hooks, surplus = _sort_out(list_hooks(goto), rows, callback_url(connection))
            delete_hooks(goto, [*hooks.values(), *surplus])
    except (HubError, GotoError) as error:
        log.warning("intake.webhooks_not_removed", connection=connection.pk, code=error.code)
    _forget(connection)


def _forget(connection: Connection) -> None:
    connection.webhook_subscriptions.all().delete()
    _distrust(connection)


def let_go(*, connection: Connection) -> None:
    """Forget what was set up for a connection to which GoTo lets us no longer, and what of it waits to be applied."""
    _forget(connection)
    waiting = connection.webhook_deliveries.filter(state__in=[Delivery.STORED, Delivery.ASKING])
    waiting.update(state=Delivery.IGNORED, reason="disconnected")
