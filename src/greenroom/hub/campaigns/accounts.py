"""Which events a campaign names, and whether it may use them: only those of accounts that are open to it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from greenroom.hub.actions.accounts import check_events_are_open, find_closed_events
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.connections.models import ConnectionUse
from greenroom.hub.segments.rules import read_rules

_USED_BY = ConnectionUse.UsedBy.CAMPAIGN


def events_of(settings: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the events that the settings of a step name."""
    named = {settings["event"]} if settings.get("event") else set()
    return named | (events_of_rule(settings["rule"]) if "rule" in settings else set())


def events_of_rule(rule: Any) -> set[int]:
    """Return the numbers of the events that a condition or a goal names."""
    return {event for one in read_rules(rule).walk() for event in one.events}


def check_events(campaign_id: int, events: Collection[int]) -> None:
    """
    See whether a campaign may use these events.

    Raises:
        InvalidInputError: it may not; `errors` has a sentence for `event`.
    """
    check_events_are_open(events=events, used_by=_USED_BY, object_id=campaign_id)


def find_closed_steps(campaign_id: int, steps: Iterable[CampaignStep]) -> dict[int, str]:
    """Return a sentence for each step that names an event the campaign may not use, by its number. One query."""
    named = {step.pk: events_of(step.settings) for step in steps}
    events = {event for some in named.values() for event in some}
    closed = find_closed_events(events=events, used_by=_USED_BY, object_id=campaign_id)
    return {step: closed[min(some & closed.keys())] for step, some in named.items() if some & closed.keys()}
