"""Changing and cancelling events at GoTo, without undoing what somebody else did meanwhile."""

from datetime import timedelta
from functools import partial

import msgspec

from greenroom.goto import GoTo
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.errors import ChangedMeanwhileError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.products.base import EventData, EventWish
from greenroom.hub.events.services.acts.sending import Store, send
from greenroom.hub.events.services.mirror import as_listed, mark_cancelled, store_events
from greenroom.hub.events.versions import Versions, list_dates_together, same_text, versions_at_goto
from greenroom.hub.jobs.errors import RetryLaterError

_AROUND = timedelta(days=1)
# GoTo answers a change with "accepted": how often we ask again when it cannot be seen yet.
_LOOKS = 3


def carry_update(goto: GoTo, act: EventAct) -> Store:
    """
    Have the event changed, if GoTo still has it as the person saw it, or as we have left it half way.

    Raises:
        ChangedMeanwhileError: somebody else has changed it; what it is now is written down.
        UnknownObjectError: GoTo does not have it any more.
    """
    event, product = _event_of(act), get_product(act.product)
    changes, before = msgspec.convert(act.wanted["changes"], EventWish), _before(act)
    found = _read(goto, product, event, changes)
    if not found:
        raise UnknownObjectError("GoTo no longer has this event.")
    if not _is_as_wished(found, changes, before):
        if not _is_ours(found, changes, before):
            _store(act, found)
            raise ChangedMeanwhileError
        send(act, lambda: product.update_event(goto, event.organizer_key, event.event_key, changes))
        found = _read(goto, product, event, changes)
        if versions_at_goto(found) == before and act.tries < _LOOKS:
            raise RetryLaterError("not_visible_yet", after=10)
    return partial(_store, act, found)


def _before(act: EventAct) -> Versions:
    return msgspec.convert(act.wanted["before"], Versions)


def _event_of(act: EventAct) -> Event:
    assert act.event is not None
    return act.event


def _read(goto: GoTo, product: Product, event: Event, changes: EventWish) -> list[EventData]:
    """Return the event as GoTo has it now, with the dates that people may pick instead of it."""
    together = list_dates_together(event)
    if len(together) == 1:
        one = product.get_event(goto, event.organizer_key, event.event_key)
        return [as_listed(one, event)] if one else []
    dates = [date for one in together for date in one.times.values_list("starts_at", "ends_at")]
    dates += changes.times or ()
    since, until = min(start for start, _ in dates) - _AROUND, max(end for _, end in dates) + _AROUND
    listed = product.list_events(goto, event.organizer_key, since, until)
    return [one for one in listed if one.recurrence_key == event.recurrence_key]


def _is_as_wished(found: list[EventData], changes: EventWish, before: Versions) -> bool:
    """Tell whether our change has been made already, by a try whose answer was lost."""
    has_texts = _have_texts(found, changes) if changes.title is not None else _are_texts(found, before)
    has_dates = _have_dates(found, changes) if changes.times is not None else _are_dates(found, before)
    return has_texts and has_dates


def _is_ours(found: list[EventData], changes: EventWish, before: Versions) -> bool:
    """Tell whether it is as the person saw it, but for a part of the change that we may have made before."""
    has_texts = _are_texts(found, before) or _have_texts(found, changes)
    return has_texts and (_are_dates(found, before) or _have_dates(found, changes))


def _have_texts(found: list[EventData], changes: EventWish) -> bool:
    return all(same_text(one.title, changes.title) and _kept(one.description, changes.description) for one in found)


def _have_dates(found: list[EventData], changes: EventWish) -> bool:
    times = {date for one in found for date in one.times}
    return times == set(changes.times or ()) and all(_kept(one.time_zone, changes.time_zone) for one in found)


def _kept(text: str, wanted: str | None) -> bool:
    """Tell whether GoTo has a text as it was sent; some products keep none."""
    return not text or text == wanted


def _are_texts(found: list[EventData], before: Versions) -> bool:
    return _parts(versions_at_goto(found), 0) == _parts(before, 0)


def _are_dates(found: list[EventData], before: Versions) -> bool:
    return _parts(versions_at_goto(found), 1) == _parts(before, 1)


def _parts(versions: Versions, number: int) -> dict[str, str]:
    return {key: version[number] for key, version in versions.items()}


def _store(act: EventAct, found: list[EventData]) -> Event:
    store_events(connection=act.connection, product=act.product, found=found)
    return Event.objects.select_related("connection").get(pk=_event_of(act).pk)


def carry_cancel(goto: GoTo, act: EventAct) -> Store:
    """Have the event cancelled; one that GoTo does not have any more is cancelled."""
    event, product = _event_of(act), get_product(act.product)
    tell = bool(act.wanted.get("tell_registrants"))
    send(act, lambda: product.cancel_event(goto, event.organizer_key, event.event_key, tell_registrants=tell))
    return partial(_store_cancelled, event)


def _store_cancelled(event: Event) -> Event:
    mark_cancelled(event=event)
    return event
