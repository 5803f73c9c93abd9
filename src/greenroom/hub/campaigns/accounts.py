"""Which events a campaign names, and whether it may use them: only those of accounts that are open to it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from greenroom.hub.actions.accounts import check_events_are_open, find_closed_events
from greenroom.hub.actions.fields import title_of
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.events.models import Event
from greenroom.hub.segments.rules import read_rules
from greenroom.hub.segments.selectors import find_events_asked

_Key = TypeVar("_Key")

_USED_BY = ConnectionUse.UsedBy.CAMPAIGN


def events_of(settings: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the events that the settings of a step name."""
    named = {settings["event"]} if settings.get("event") else set()
    return named | (events_of_rule(settings["rule"]) if "rule" in settings else set())


def events_of_rule(rule: Any) -> set[int]:
    """Return the numbers of the events that a condition or a goal names."""
    return read_rules(rule).list_events()


def check_events(campaign_id: int, events: Collection[int]) -> None:
    """
    See whether a campaign may use these events.

    Raises:
        InvalidInputError: it may not; `errors` has a sentence for `event`.
    """
    check_events_are_open(events=events, used_by=_USED_BY, object_id=campaign_id)


def find_closed_steps(campaign_id: int, steps: Iterable[CampaignStep]) -> dict[int, str]:
    """Return a sentence for each step that names an event the campaign may not use, by its number. One query."""
    return _find_closed(campaign_id, {step.pk: events_of(step.settings) for step in steps})


def find_closed_goal(campaign_id: int, goal: Any) -> str:
    """Say which event of a goal the campaign may not use; empty when it may, or there is no goal. One query."""
    return _find_closed(campaign_id, {0: events_of_rule(goal)}).get(0, "") if goal else ""


def find_out_of_reach(campaign_id: int, rules: Mapping[_Key, Any]) -> dict[_Key, str]:
    """
    Return a sentence for each rule that names an event of an account that is closed to the campaign or not connected.

    It may name it through segments that it asks for. Three queries at most.
    """
    named = find_events_asked({key: read_rules(rule) for key, rule in rules.items()})
    events = Event.objects.filter(pk__in={event for some in named.values() for event in some})
    unheard = events.exclude(connection__state=Connection.State.ACTIVE).order_by("pk")
    sentence = (
        "{} belongs to a GoTo account that is not connected, so nothing new is learnt of it. "
        "Ask your site administrator to connect it again, or name another event."
    )
    return _find_closed(campaign_id, named) | _tell(named, {one.pk: sentence.format(title_of(one)) for one in unheard})


def find_conditions_out_of_reach(campaign_id: int, steps: Iterable[CampaignStep]) -> dict[int, str]:
    """
    Return the sentences of `find_out_of_reach` about conditions, by step; not what `find_closed_steps` says.

    They keep nothing from being published: a condition goes by what is known here.
    """
    asking = [one for one in steps if one.kind == CampaignStep.Kind.CONDITION]
    found = find_out_of_reach(campaign_id, {one.pk: one.settings["rule"] for one in asking})
    closed = find_closed_steps(campaign_id, asking)
    return {pk: sentence for pk, sentence in found.items() if pk not in closed}


def find_goal_out_of_reach(campaign_id: int, goal: Any) -> str:
    """Return the sentence of `find_out_of_reach` about a goal; empty when there is none."""
    return find_out_of_reach(campaign_id, {0: goal}).get(0, "") if goal else ""


def _find_closed(campaign_id: int, named: Mapping[_Key, set[int]]) -> dict[_Key, str]:
    events = {event for some in named.values() for event in some}
    return _tell(named, find_closed_events(events=events, used_by=_USED_BY, object_id=campaign_id))


def _tell(named: Mapping[_Key, set[int]], sentences: Mapping[int, str]) -> dict[_Key, str]:
    """Return for each thing the sentence about the first of the events it names that has one."""
    return {key: sentences[min(some & sentences.keys())] for key, some in named.items() if some & sentences.keys()}
