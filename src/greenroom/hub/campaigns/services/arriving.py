"""Contacts come to a step: when it is to be looked at for each of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from greenroom.hub.campaigns.deciding import decision_of
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import wait_of
from greenroom.hub.campaigns.waiting import Span, Wait, fit, moment_of
from greenroom.hub.contacts.models import Contact
from greenroom.hub.events.models import Event

_GONE = (Event.State.CANCELLED, Event.State.MISSING)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Contacts for whom a step is looked at next at the same moment; `deadline_at` is that of a decision."""

    contacts: Collection[int]
    due_at: datetime
    deadline_at: datetime | None = None


def plan_arrivals(step: CampaignStep, contacts: Sequence[int], *, now: datetime) -> list[Arrival]:
    """Say when a step is to be looked at for contacts who come to it now. Two queries at most, both for waits."""
    if step.kind == CampaignStep.Kind.DECISION:
        limit = timedelta(minutes=decision_of(step.settings).limit_minutes)
        return [Arrival(contacts, now, now + limit)]
    if step.kind != CampaignStep.Kind.WAIT:
        return [Arrival(contacts, now)]
    wait = wait_of(step)
    moment = moment_of(wait, arrived_at=now, event=find_span(wait))
    if moment is None or (wait.can_be_late and moment <= now):
        return [Arrival(contacts, now)]
    return fit_all(wait, moment, contacts)


def fit_all(wait: Wait, moment: datetime, contacts: Sequence[int]) -> list[Arrival]:
    """Put a moment into the hours and days of each contact's own zone. One query, if the zone matters."""
    if not wait.has_window:
        return [Arrival(contacts, moment)]
    grouped: dict[str, list[int]] = {}
    for contact_id, name in Contact.objects.filter(pk__in=contacts).values_list("pk", "time_zone"):
        grouped.setdefault(name, []).append(contact_id)
    return [Arrival(ids, fit(moment, wait, zone_of(name))) for name, ids in grouped.items()]


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that name; that of the site where it is not known."""
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        default = timezone.get_default_timezone()
        assert isinstance(default, ZoneInfo)
        return default


def find_span(wait: Wait) -> Span:
    """Return when the event of a wait is held. One query, if there is one."""
    return find_spans([wait]).get(wait.event, Span()) if wait.event else Span()


def find_spans(waits: Iterable[Wait]) -> dict[int | None, Span]:
    """Return when the events of waits are held, by id; those that are cancelled or gone are not held. One query."""
    held = Event.objects.filter(pk__in={one.event for one in waits if one.event}).exclude(state__in=_GONE)
    return {pk: Span(starts_at, ends_at) for pk, starts_at, ends_at in held.values_list("pk", "starts_at", "ends_at")}
