"""
Triggers for programs that poll: with a cursor, as Power Platform does, or as a plain list.

Each polls once in 120 seconds, as Microsoft publishes for its connectors. Whoever comes too early loses nothing: the
cursor stays where it was.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings

from greenroom.hub.api.limits import POLLS, Standing, take
from greenroom.hub.api.problems import RefusedCallError, quota_exceeded
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.errors import StaleCursorError
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.items import Item, make_samples
from greenroom.hub.automation.narrowing import Narrowing, read_filter
from greenroom.hub.automation.polling import Cursor, Page, begin, list_latest, poll, read_cursor, write_cursor
from greenroom.hub.automation.registry import (
    Reply,
    Trigger,
    Visibility,
    get_trigger,
    list_triggers,
    operation,
)
from greenroom.hub.core.errors import UnknownObjectError

_TAGS = ("Triggers",)
_LATEST = 100
_BATCH = 100
_STALE = {410: "The cursor is too old; oldest_cursor is one to go on with."}


class TriggersInput(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class TriggerInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which trigger."""

    type: Annotated[str, told("Type", "The trigger's type.", examples=["registrant.added"], max_length=64)]


class LatestInput(Narrowing, frozen=True, kw_only=True):
    """Which trigger, and what narrows it."""

    type: Annotated[str, told("Type", "The trigger's type.", examples=["registrant.added"], max_length=64)]


class WaitInput(LatestInput, frozen=True, kw_only=True):
    """Which trigger, what narrows it, and where the caller was."""

    cursor: Annotated[
        str, told("Cursor", "As it was given with the poll before; none for the first.", max_length=500)
    ] = ""


class PollInput(WaitInput, frozen=True, kw_only=True):
    """The same, and how many at most."""

    limit: Annotated[int, told("Limit", "How many items to return at most, up to 200.", ge=1, le=200)] = _BATCH


class TriggerTold(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger."""

    type: Annotated[str, told("Type", "What its items are called.")]
    summary: Annotated[str, told("Summary", "When it happens, in a few words.")]
    description: Annotated[str, told("Description", "When it happens.")]
    takes: Annotated[list[str], told("Takes", "What narrows it, such as product, event or segment_id.")]


class PollAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is new."""

    cursor: Annotated[str, told("Cursor", "Send this with the next poll.")]
    items: Annotated[list[dict[str, Any]], told("Items", "What is new, the oldest first.")]
    has_more: Annotated[bool, told("Has more", "Whether more is there already; fetch it at once.")]


@operation(
    "ListTriggers",
    "GET",
    "/triggers",
    summary="List triggers",
    verb=Verb.READ,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def tell_triggers(caller: Caller, wanted: TriggersInput) -> list[TriggerTold]:
    """Returns what can be waited for."""
    return [
        TriggerTold(
            type=trigger.name,
            summary=trigger.summary,
            description=trigger.description,
            takes=[field.name for field in msgspec.structs.fields(trigger.filter)],
        )
        for trigger in list_triggers()
    ]


@operation(
    "ListTriggerSamples",
    "GET",
    "/triggers/{type}/samples",
    summary="List samples of a trigger",
    verb=Verb.READ,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def tell_samples(caller: Caller, wanted: TriggerInput) -> list[dict[str, Any]]:
    """Returns three items as they could be, to show their members where nothing has happened yet."""
    return [dict(item) for item in make_samples(_find(wanted.type))]


@operation(
    "PollTrigger",
    "GET",
    "/triggers/{type}",
    summary="Poll a trigger",
    verb=Verb.READ,
    other_statuses=_STALE,
    visibility=Visibility.ADVANCED,
    tags=_TAGS,
)
def poll_trigger(caller: Caller, wanted: PollInput) -> Reply[PollAnswer]:
    """
    Returns what is new since the cursor, the oldest first. The first poll, without a cursor, returns nothing but a
    cursor: what is there already is not new.
    """
    trigger = _find(wanted.type)
    narrowed = read_filter(trigger, _given(wanted))
    cursor = _read(wanted.cursor, caller, trigger)
    standing = _take_turn(caller, trigger, narrowed, cursor)
    if standing.is_exceeded:
        raise _too_early(standing)
    page = poll(caller, trigger, narrowed, cursor, limit=wanted.limit) if cursor else Page([], _begin(caller, trigger))
    answer = PollAnswer(
        cursor=write_cursor(page.cursor, caller, trigger),
        items=[dict(item) for item in page.items],
        has_more=page.has_more,
    )
    return Reply(body=answer, headers=standing.headers)


@operation(
    "WaitForTrigger",
    "GET",
    "/trigger/{type}",
    summary="Wait for a trigger",
    verb=Verb.READ,
    other_statuses={202: "Nothing is new; come back to Location after Retry-After."} | _STALE,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def wait_for_trigger(caller: Caller, wanted: WaitInput) -> Reply[list[dict[str, Any]]]:
    """
    Polls as Power Automate and Logic Apps do: 200 with what is new, or 202 with nothing; both with Location, which
    holds the cursor, and Retry-After, which is 0 when more is there already. Who comes too early gets 202 and the same
    cursor again.
    """
    trigger = _find(wanted.type)
    narrowed = read_filter(trigger, _given(wanted))
    cursor = _read(wanted.cursor, caller, trigger)
    if cursor is None:
        began = _begin(caller, trigger)
        return _come_back(wanted, write_cursor(began, caller, trigger), {"Retry-After": str(POLLS.seconds)})
    standing = _take_turn(caller, trigger, narrowed, cursor)
    headers = {"Retry-After": str(standing.reset), **standing.headers}
    if standing.is_exceeded:
        return _come_back(wanted, wanted.cursor, headers)
    page = poll(caller, trigger, narrowed, cursor, limit=_BATCH)
    if page.has_more:
        headers["Retry-After"] = "0"
    return _come_back(wanted, write_cursor(page.cursor, caller, trigger), headers, page.items)


@operation(
    "ListLatestItems",
    "GET",
    "/zapier/{type}",
    summary="List latest items of a trigger",
    verb=Verb.READ,
    visibility=Visibility.INTERNAL,
    tags=_TAGS,
)
def tell_latest(caller: Caller, wanted: LatestInput) -> Reply[list[dict[str, Any]]]:
    """
    Returns the latest items, at most 100, the newest first, each with an id that never changes: for Zapier, n8n and
    others that remember themselves what they have had.
    """
    trigger = _find(wanted.type)
    narrowed = read_filter(trigger, _given(wanted))
    standing = _take_turn(caller, trigger, narrowed, None)
    if standing.is_exceeded:
        raise _too_early(standing)
    items = list_latest(caller, trigger, narrowed, limit=_LATEST)
    return Reply(body=[dict(item) for item in items], headers=standing.headers)


def _find(name: str) -> Trigger:
    try:
        return get_trigger(name)
    except KeyError:
        raise UnknownObjectError("There is no such trigger. List triggers tells which there are.") from None


def _given(wanted: Narrowing) -> Mapping[str, Any]:
    """Return what narrows the trigger, as far as it was said."""
    told = {field.name: getattr(wanted, field.name) for field in msgspec.structs.fields(Narrowing)}
    return {name: value for name, value in told.items() if value not in {"", None}}


def _read(text: str, caller: Caller, trigger: Trigger) -> Cursor | None:
    try:
        return read_cursor(text, caller, trigger) if text else None
    except StaleCursorError as error:
        raise RefusedCallError(error.status, error.code, str(error), oldest_cursor=error.oldest_cursor) from None


def _begin(caller: Caller, trigger: Trigger) -> Cursor:
    """Begin to poll, which is the new poller's first turn."""
    cursor = begin()
    take(caller.owner, POLLS, f"{trigger.name}:{cursor.poller}")
    return cursor


def _take_turn(caller: Caller, trigger: Trigger, narrowed: Narrowing, cursor: Cursor | None) -> Standing:
    """
    Count a poll. One that fetches what was there already at the poll before belongs to that one.

    Two flows with one key each have their turns; with one count for both, one of them could always come too early.
    """
    if cursor and cursor.is_unfinished:
        return Standing(POLLS, remaining=0, reset=POLLS.seconds, is_exceeded=False)
    poller = cursor.poller if cursor else msgspec.json.encode(narrowed).decode()
    return take(caller.owner, POLLS, f"{trigger.name}:{poller}")


def _too_early(standing: Standing) -> RefusedCallError:
    return quota_exceeded(
        f"A trigger may be polled once in {POLLS.seconds} seconds. Poll again in {standing.reset} seconds, with the "
        "same cursor; nothing is lost.",
        policy=POLLS.name,
        retry_after=standing.reset,
        headers=standing.headers,
    )


def _come_back(
    wanted: WaitInput, cursor: str, headers: Mapping[str, str], items: Sequence[Item] = ()
) -> Reply[list[dict[str, Any]]]:
    """Say what is new, and where and when to come next."""
    query = urlencode({**_given(wanted), "cursor": cursor})
    location = f"{settings.PUBLIC_URL}/api/v1/trigger/{wanted.type}?{query}"
    body = [dict(item) for item in items]
    return Reply(body=body, status=200 if body else 202, headers={**headers, "Location": location})
