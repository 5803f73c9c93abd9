"""Subscribing to triggers, and seeing how every call went."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.hooks import replaying, selectors, subscriptions
from greenroom.hub.automation.models import Hook as HookRow
from greenroom.hub.automation.models import HookDelivery
from greenroom.hub.automation.narrowing import (
    Minutes,
    Narrowing,
    OneEvent,
    OneForm,
    OneMail,
    OneProduct,
    OneSegment,
    TitlePart,
)
from greenroom.hub.automation.paging import PageInput, take_page
from greenroom.hub.automation.registry import Reply, Visibility, operation
from greenroom.hub.core.errors import InvalidInputError

_TAGS = ["Hooks"]

Moment = Annotated[datetime, msgspec.Meta(tz=True)]

HookId = Annotated[
    str, told("Hook Id", "Which subscription.", examples=["hook_5f2a8c1e9b7d4a6f3c2e1b0a"], max_length=64)
]
TargetUrl = Annotated[
    str,
    told(
        "Target Url",
        "The address that is called, which begins with https://.",
        examples=["https://hooks.example.com/greenroom"],
        max_length=2000,
    ),
]
EventType = Annotated[str, told("Event type", "The name of a trigger.", examples=["registrant.added"], max_length=64)]
EventTypes = Annotated[
    list[EventType], told("Event types", "The names of the triggers to wait for.", min_length=1, max_length=100)
]
Platform = Literal["generic", "power_automate", "zapier", "n8n", "make"]
Form = Literal["", "envelope", "flat", "cloudevents"]


class SubscribeInput(msgspec.Struct, frozen=True, kw_only=True):
    """What to wait for, and whom to call."""

    target_url: TargetUrl
    event_types: EventTypes
    filter: Annotated[Narrowing | None, told("Filter", "Only what fits.")] = None
    platform: Annotated[Platform, told("Platform", "Who listens there; decides the form unless you choose one.")] = (
        "generic"
    )
    form: Annotated[
        Form,
        told("Form", "envelope, flat (the item's members on top) or cloudevents (CloudEvents 1.0, structured)."),
    ] = ""
    secret: Annotated[
        str,
        told(
            "Secret", "A secret of yours: whsec_ and 24 to 64 bytes in base64. One is made when empty.", max_length=200
        ),
    ] = ""
    expires_at: Annotated[Moment | None, told("Expires at", "When the subscription ends by itself.")] = None
    handshake: Annotated[
        bool,
        told(
            "Handshake", "Whether the address is asked first if it agrees, as CloudEvents describes. Only for generic."
        ),
    ] = False


class Subscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subscription, and how it does."""

    id: Annotated[str, told("Id", "Names the subscription.")]
    status: Annotated[str, told("Status", "active, paused, disabled after failures, or removed.")]
    target_url: Annotated[str, told("Target Url", "The address that is called.")]
    event_types: Annotated[list[str], told("Event types", "The triggers it waits for.")]
    filter: Annotated[Narrowing, told("Filter", "Only what fits.")]
    platform: Annotated[str, told("Platform", "Who listens there.")]
    form: Annotated[str, told("Form", "How an item is sent.")]
    created_at: Annotated[datetime, told("Created at", "When it was made, in UTC.")]
    unsubscribe_url: Annotated[str, told("Unsubscribe Url", "DELETE this address to end it; no key is needed.")]
    waiting: Annotated[int, told("Waiting", "How many deliveries are yet to be taken.")]
    dead: Annotated[int, told("Dead", "How many deliveries were given up.")]
    expires_at: Annotated[datetime | None, told("Expires at", "When it ends by itself, in UTC.")] = None
    last_success_at: Annotated[datetime | None, told("Last success", "When a call was last taken, in UTC.")] = None
    failing_since: Annotated[Moment | None, told("Failing since", "Since when no call was taken, in UTC.")] = None
    secret: Annotated[str, told("Secret", "What calls are signed with; told once, when it is made.")] = ""


_SUBSCRIBED = {200: "There is such a subscription already; this is it, without its secret."}


@operation(
    "CreateHook",
    "POST",
    "/hooks",
    summary="Subscribe to triggers",
    verb=Verb.HOOKS,
    status=201,
    other_statuses=_SUBSCRIBED,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def create_hook(caller: Caller, wanted: SubscribeInput) -> Reply[Subscription]:
    """
    Has an address called whenever something happens.

    The header Location holds an address that ends the subscription by DELETE, without a key. Calls are signed as
    Standard Webhooks describes, and repeated for three days until they are taken.
    """
    if wanted.handshake and wanted.platform != "generic":
        raise InvalidInputError(
            "No platform answers a handshake.", {"handshake": "Leave it out; it is for programs of your own."}
        )
    with _errors_inside_filter():
        hook, is_new = subscriptions.subscribe(
            caller=caller,
            target_url=wanted.target_url,
            event_types=wanted.event_types,
            narrowing=_members(wanted.filter),
            platform=wanted.platform,
            form=wanted.form,
            secret=wanted.secret,
            expires_at=wanted.expires_at,
            handshake=wanted.handshake,
        )
    return _subscribed(hook, is_new=is_new)


class SubscribeOneInput(msgspec.Struct, frozen=True, kw_only=True):
    """One trigger, and whom to call."""

    event_type: EventType
    target_url: TargetUrl
    product: OneProduct = ""
    event: OneEvent = ""
    title_contains: TitlePart = ""
    minutes: Minutes | None = None
    segment_id: OneSegment = ""
    form_id: OneForm = ""
    email_id: OneMail = ""


@operation(
    "CreateFlowHook",
    "POST",
    "/hooks/on/{event_type}",
    summary="Start a flow at once",
    verb=Verb.HOOKS,
    status=201,
    other_statuses=_SUBSCRIBED,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def create_flow_hook(caller: Caller, wanted: SubscribeOneInput) -> Reply[Subscription]:
    """Has a flow of Power Automate called whenever one thing happens; what it is given has its members on top."""
    narrowing = Narrowing(**{name: getattr(wanted, name) for name in Narrowing.__struct_fields__})
    hook, is_new = subscriptions.subscribe(
        caller=caller,
        target_url=wanted.target_url,
        event_types=[wanted.event_type],
        narrowing=_members(narrowing),
        platform=HookRow.Platform.POWER_AUTOMATE,
    )
    return _subscribed(hook, is_new=is_new)


class ListHooksInput(PageInput, frozen=True, kw_only=True):
    """Which subscriptions."""

    target_url: Annotated[str, told("Target Url", "Only those with exactly this address.", max_length=2000)] = ""


@operation(
    "ListHooks",
    "GET",
    "/hooks",
    summary="List subscriptions",
    verb=Verb.HOOKS,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def list_hooks(caller: Caller, wanted: ListHooksInput) -> Reply[list[Subscription]]:
    """Returns the subscriptions of this key, the latest first."""
    hooks, cursor = take_page(selectors.list_hooks_of(caller, wanted.target_url), wanted, caller, order="-pk")
    backlogs = selectors.count_backlogs(hooks)
    return Reply(body=[_told(hook, backlogs[hook.pk]) for hook in hooks], next_cursor=cursor)


class HookInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which subscription."""

    id: HookId


@operation(
    "GetHook",
    "GET",
    "/hooks/{id}",
    summary="Get subscription",
    verb=Verb.HOOKS,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def get_hook(caller: Caller, wanted: HookInput) -> Subscription:
    """Returns a subscription and how it does."""
    return _show(selectors.get_hook_of(caller, wanted.id))


class ChangeHookInput(HookInput, frozen=True, kw_only=True):
    """What is to be different."""

    status: Annotated[Literal["active", "paused"] | None, told("Status", "paused to wait, active to go on.")] = None
    target_url: TargetUrl | None = None
    event_types: EventTypes | None = None
    filter: Annotated[Narrowing | None, told("Filter", "Only what fits, instead of the filter there is.")] = None


@operation(
    "ChangeHook",
    "PATCH",
    "/hooks/{id}",
    summary="Change subscription",
    verb=Verb.HOOKS,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def change_hook(caller: Caller, wanted: ChangeHookInput) -> Subscription:
    """Pauses or resumes a subscription, or changes its address, its triggers or its filter."""
    hook = selectors.get_hook_of(caller, wanted.id)
    if (wanted.target_url, wanted.event_types, wanted.filter) != (None, None, None):
        with _errors_inside_filter():
            subscriptions.change(
                hook=hook,
                caller=caller,
                target_url=wanted.target_url,
                event_types=wanted.event_types,
                narrowing=None if wanted.filter is None else _members(wanted.filter),
            )
    if wanted.status == "paused" and hook.state != HookRow.State.PAUSED:
        subscriptions.pause(hook=hook)
    if wanted.status == "active" and hook.state != HookRow.State.ACTIVE:
        subscriptions.resume(hook=hook)
    return _show(hook)


@operation(
    "DeleteHook",
    "DELETE",
    "/hooks/{id}",
    summary="End subscription",
    verb=Verb.HOOKS,
    status=204,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def delete_hook(caller: Caller, wanted: HookInput) -> None:
    """Ends a subscription. May be repeated."""
    subscriptions.end(hook=selectors.get_hook_of(caller, wanted.id))


class SampleInput(HookInput, frozen=True, kw_only=True):
    """Which sample."""

    event_type: Annotated[
        str, told("Event type", "A trigger of the subscription; its first when empty.", max_length=64)
    ] = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One item on its way to one address."""

    id: Annotated[str, told("Id", "Names the delivery.")]
    message_id: Annotated[str, told("Message Id", "The webhook-id it is sent with, the same on every attempt.")]
    event_type: Annotated[str, told("Event type", "The trigger.")]
    state: Annotated[str, told("State", "waiting, delivered or dead.")]
    attempts: Annotated[int, told("Attempts", "How often it was tried since it was made or replayed.")]
    happened_at: Annotated[datetime, told("Happened at", "When it happened, in UTC.")]
    created_at: Annotated[datetime, told("Created at", "When it was made, in UTC.")]
    next_attempt_at: Annotated[datetime | None, told("Next attempt", "When it is tried again, in UTC.")]
    finished_at: Annotated[datetime | None, told("Finished at", "When it was taken or given up, in UTC.")]


@operation(
    "TestHook",
    "POST",
    "/hooks/{id}/test",
    summary="Send a sample",
    verb=Verb.HOOKS,
    status=202,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def send_sample(caller: Caller, wanted: SampleInput) -> Delivery:
    """Has a sample sent to the address, as if something had happened."""
    hook = selectors.get_hook_of(caller, wanted.id)
    return _told_delivery(subscriptions.send_sample(hook=hook, event_type=wanted.event_type))


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret, and how long the one before counts."""

    secret: Annotated[str, told("Secret", "What calls are signed with from now on. Told once.")]
    old_secret_until: Annotated[
        datetime | None, told("Old secret until", "Until when the old one signs as well, in UTC.")
    ]


@operation(
    "RotateHookSecret",
    "POST",
    "/hooks/{id}/rotate-secret",
    summary="Renew secret",
    verb=Verb.HOOKS,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def rotate_hook_secret(caller: Caller, wanted: HookInput) -> NewSecret:
    """Signs with a new secret, and for 24 hours with the old one as well."""
    hook = selectors.get_hook_of(caller, wanted.id)
    return NewSecret(secret=subscriptions.rotate_secret(hook=hook), old_secret_until=hook.old_secret_until)


class DeliveriesInput(PageInput, frozen=True, kw_only=True):
    """Which deliveries."""

    id: HookId
    state: Annotated[Literal["", "waiting", "delivered", "dead"], told("State", "Only those in this state.")] = ""


@operation(
    "ListHookDeliveries",
    "GET",
    "/hooks/{id}/deliveries",
    summary="List deliveries",
    verb=Verb.HOOKS,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def list_hook_deliveries(caller: Caller, wanted: DeliveriesInput) -> Reply[list[Delivery]]:
    """Returns what was sent to a subscription, the latest first. Kept for 90 days."""
    rows = selectors.get_hook_of(caller, wanted.id).deliveries.defer("payload")
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    page, cursor = take_page(rows, wanted, caller, order="-pk")
    return Reply(body=[_told_delivery(row) for row in page], next_cursor=cursor)


class ReplayInput(HookInput, frozen=True, kw_only=True):
    """What to send again: one delivery, or what failed since a moment, or all of a trigger since a moment."""

    delivery_id: Annotated[str, told("Delivery Id", "This one, whatever became of it.", max_length=32)] = ""
    since: Annotated[
        Moment | None, told("Since", "What happened since then, at most 14 days ago and 10,000 in number.")
    ] = None
    event_type: Annotated[
        str, told("Event type", "Everything of this trigger since then; only what failed when empty.", max_length=64)
    ] = ""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent again."""

    count: Annotated[int | None, told("Count", "How many; not known yet when everything of a trigger is sent.")]


@operation(
    "ReplayHook",
    "POST",
    "/hooks/{id}/replay",
    summary="Send again",
    verb=Verb.HOOKS,
    status=202,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def replay_hook(caller: Caller, wanted: ReplayInput) -> Replayed:
    """Sends again what was sent, with the same webhook-id, or what would have been sent before there was the hook."""
    hook = selectors.get_hook_of(caller, wanted.id)
    if wanted.delivery_id:
        number = int(wanted.delivery_id) if wanted.delivery_id.isdecimal() and len(wanted.delivery_id) < 19 else 0
        replaying.replay_delivery(delivery=selectors.get_delivery_of(hook, number))
        return Replayed(count=1)
    if wanted.since is None:
        raise InvalidInputError("Say what to send again.", {"since": "Give this or a delivery_id."})
    if not wanted.event_type:
        return Replayed(count=replaying.replay_failed(hook=hook, since=wanted.since))
    replaying.replay_type(hook=hook, trigger_type=wanted.event_type, since=wanted.since)
    return Replayed(count=None)


def _subscribed(hook: HookRow, *, is_new: bool) -> Reply[Subscription]:
    headers = {"Location": subscriptions.unsubscribe_url(hook)}
    subscription = _show(hook)
    if is_new:
        return Reply(body=msgspec.structs.replace(subscription, secret=hook.secret), headers=headers)
    return Reply(body=subscription, status=200, headers=headers)


def _show(hook: HookRow) -> Subscription:
    return _told(hook, selectors.count_backlogs([hook])[hook.pk])


def _told(hook: HookRow, backlog: selectors.Backlog) -> Subscription:
    return Subscription(
        id=hook.public_id,
        status=hook.state,
        target_url=hook.target_url,
        event_types=hook.trigger_types,
        filter=msgspec.convert(hook.filter, Narrowing),
        platform=hook.platform,
        form=hook.form,
        created_at=hook.created_at,
        unsubscribe_url=subscriptions.unsubscribe_url(hook),
        waiting=backlog.waiting,
        dead=backlog.dead,
        expires_at=hook.expires_at,
        last_success_at=hook.last_success_at,
        failing_since=hook.failing_since,
    )


def _told_delivery(row: HookDelivery) -> Delivery:
    return Delivery(
        id=str(row.pk),
        message_id=row.message_id,
        event_type=row.trigger_type,
        state=row.state,
        attempts=row.attempts,
        happened_at=row.happened_at,
        created_at=row.created_at,
        next_attempt_at=row.due_at if row.state == HookDelivery.State.WAITING else None,
        finished_at=row.finished_at,
    )


def _members(narrowing: Narrowing | None) -> Mapping[str, Any]:
    return msgspec.structs.asdict(narrowing) if narrowing else {}


@contextmanager
def _errors_inside_filter() -> Iterator[None]:
    """Name what is wrong with the filter by where it stands in the body."""
    members = {f"/{field.encode_name}" for field in msgspec.structs.fields(Narrowing)}
    try:
        yield
    except InvalidInputError as error:
        named = {f"/filter{name}" if name in members else name: text for name, text in error.errors.items()}
        raise InvalidInputError(str(error), named) from error
