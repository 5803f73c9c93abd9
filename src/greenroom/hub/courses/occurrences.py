"""
The dates of an item of which each learner picks one.

At GoTo each such date is an event of its own; they share a recurrence key. An item that lets pick shows one of them by
name (`SectionItem.event`) and stands for all.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.events.models import Event


def items_showing(event: Event) -> Q:
    """Return the condition on items that they show an event, by name or as one of the dates to pick from."""
    if not event.recurrence_key:
        return Q(event=event)
    same = Q(
        event__connection=event.connection_id, event__product=event.product, event__recurrence_key=event.recurrence_key
    )
    return Q(event=event) | Q(same, picks_date=True)


def events_shown_by(items: QuerySet[SectionItem]) -> Q:
    """Return the condition on events that one of these items shows them."""
    same = items.filter(
        picks_date=True,
        event__connection=OuterRef("connection"),
        event__product=OuterRef("product"),
        event__recurrence_key=OuterRef("recurrence_key"),
    )
    return Q(pk__in=items.filter(event__isnull=False).values("event")) | Q(Exists(same), recurrence_key__gt="")


def find_dates(items: Iterable[SectionItem]) -> dict[int, list[Event]]:
    """
    Return the events that each of these live items stands for, by its id and in order of time.

    Three queries if one of them lets pick a date, none otherwise. The events come with their times, sessions and
    connection if the item's own does.
    """
    live = [item for item in items if item.event]
    picking = [item for item in live if item.picks_date and item.event and item.event.recurrence_key]
    found: dict[tuple[int, str, str], list[Event]] = defaultdict(list)
    if picking:
        sisters = Event.objects.filter(recurrence_key__in={item.event.recurrence_key for item in picking if item.event})
        for event in sisters.select_related("connection").prefetch_related("times", "sessions"):
            found[_series_of(event)].append(event)
    picks = {item.pk for item in picking}
    return {
        item.pk: sorted(found[_series_of(item.event)], key=_when) if item.pk in picks else [item.event]
        for item in live
        if item.event
    }


def list_dates_of(item: SectionItem) -> list[Event]:
    """Return the events that an item stands for; none where it is no live event."""
    return find_dates([item]).get(item.pk, [])


def _series_of(event: Event) -> tuple[int, str, str]:
    return event.connection_id, event.product, event.recurrence_key


def _when(event: Event) -> tuple[bool, float, int]:
    return event.starts_at is None, event.starts_at.timestamp() if event.starts_at else 0, event.pk
