"""Making an event at GoTo exactly once, although GoTo knows no way to ask twice for the same."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import msgspec
from django.db import transaction

from greenroom.goto import GoTo
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import Ability, EventData, EventWish
from greenroom.hub.events.services.acts.sending import Store, send
from greenroom.hub.events.services.mirror import store_events
from greenroom.hub.events.versions import same_text
from greenroom.hub.jobs.errors import RetryLaterError

# What was asked for may still be under way when its answer is lost: so long we wait before we say it is not there.
_SETTLING_TIME = timedelta(seconds=10)
# How long what GoTo has made may take to be found there (assumed: GoTo promises nothing).
_LISTED_WITHIN = timedelta(hours=1)
_AROUND = timedelta(days=1)


def carry_create(goto: GoTo, act: EventAct) -> Store | None:
    """Have the event made, or find the one that was made when the answer was lost."""
    if act.event_key:
        return _read_back(goto, act)
    if act.sent_at:
        candidates = _look_up(goto, act)
        if len(candidates) > 1:
            _leave_to_a_person(act, candidates)
            return None
        if candidates:
            reached("acts.found")
            return partial(_store_made, act, candidates[0])
    wish = _wish_of(act)
    product = get_product(act.product)
    created = send(act, lambda: product.create_event(goto, act.connection.organizer_key, wish))
    act.event_key = created.event_key
    EventAct.objects.filter(pk=act.pk).update(event_key=act.event_key)
    reached("acts.noted")
    return _read_back(goto, act, join_url=created.join_url)


def _wish_of(act: EventAct) -> EventWish:
    return msgspec.convert(act.wanted["wish"], EventWish)


def _read_back(goto: GoTo, act: EventAct, join_url: str = "") -> Store:
    """Return the storing of what was made, as GoTo has it now."""
    wish, product = _wish_of(act), get_product(act.product)
    if len(wish.times or ()) > 1 and Ability.PICK_A_DATE in product.abilities:
        groups = _list_groups(goto, act, wish)
        made = next((group for group in groups if any(one.event_key == act.event_key for one in group)), [])
    else:
        one = product.get_event(goto, act.connection.organizer_key, act.event_key)
        made = [one] if one else []
    if made:
        return partial(_store_made, act, made, join_url)
    if act.sent_at and clock.now() - act.sent_at > _LISTED_WITHIN:
        raise UnknownObjectError("GoTo has made it, and does not have it any more.")
    raise RetryLaterError("not_listed_yet", after=_SETTLING_TIME.total_seconds())


def _store_made(act: EventAct, made: list[EventData], join_url: str = "") -> Event:
    if join_url:  # GoTo tells it only with the answer to the making
        made = [replace(one, join_url=join_url) for one in made]
    store_events(connection=act.connection, product=act.product, found=made)
    first = min(made, key=lambda one: one.times)
    key = act.event_key or first.event_key
    return Event.objects.select_related("connection").get(product=act.product, event_key=key)


def _look_up(goto: GoTo, act: EventAct) -> list[list[EventData]]:
    """
    Return what can be the event that was asked for: the same title and times, and not known here before we asked.

    Raises:
        RetryLaterError: there is none, and it is too early to say so.
    """
    assert act.sent_at is not None
    wish = _wish_of(act)
    fitting = [group for group in _list_groups(goto, act, wish) if _fits(group, wish) and not _is_older(act, group)]
    if not fitting and (left := act.sent_at + _SETTLING_TIME - clock.now()) > timedelta(0):
        raise RetryLaterError("settling", after=left.total_seconds())
    return fitting


def _list_groups(goto: GoTo, act: EventAct, wish: EventWish) -> Iterable[list[EventData]]:
    """Return the organizer's events around the wished dates; those that people pick a date from, together."""
    moments = [moment for date in wish.times or () for moment in date] or [clock.now()]
    since, until = min(moments) - _AROUND, max(moments) + _AROUND
    groups: dict[str, list[EventData]] = {}
    for one in get_product(act.product).list_events(goto, act.connection.organizer_key, since, until):
        groups.setdefault(one.recurrence_key or one.event_key, []).append(one)
    return groups.values()


def _fits(group: list[EventData], wish: EventWish) -> bool:
    has_times = {date for one in group for date in one.times} == set(wish.times or ())
    return has_times and all(same_text(one.title, wish.title) for one in group)


def _is_older(act: EventAct, group: list[EventData]) -> bool:
    """Tell whether an event was there before we asked, or is another act's."""
    keys = [one.event_key for one in group]
    known = Event.objects.filter(product=act.product, event_key__in=keys, first_seen_at__lt=act.sent_at)
    others = EventAct.objects.filter(product=act.product, verb=act.verb, event_key__in=keys).exclude(pk=act.pk)
    return known.exists() or others.exists()


def _leave_to_a_person(act: EventAct, candidates: list[list[EventData]]) -> None:
    """Show what it can be to somebody who knows; whoever guesses makes two of one, or one of two."""
    found = [one for group in candidates for one in group]
    with transaction.atomic():
        store_events(connection=act.connection, product=act.product, found=found)
        EventAct.objects.filter(pk=act.pk, state=EventAct.State.PENDING).update(
            state=EventAct.State.UNCLEAR,
            wanted=act.wanted | {"candidates": [one.event_key for one in found]},
        )
