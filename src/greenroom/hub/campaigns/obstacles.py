"""What keeps steps from working for anybody: found for all of them at once, when they are drawn and when they run."""

from collections.abc import Callable, Iterable, Sequence

from greenroom.hub.actions.registry import Settings, find_gone, find_obstacles
from greenroom.hub.campaigns.accounts import find_closed_steps
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.events.models import Event
from greenroom.hub.mailing.models import Email
from greenroom.hub.segments.rules import read_rules
from greenroom.hub.segments.words import find_names, name_what_is_gone
from greenroom.hub.webforms.models import WebForm

Kind = CampaignStep.Kind


def find_obstacles_of(campaign_id: int, steps: Iterable[CampaignStep]) -> dict[int, str]:
    """Return, by step, one sentence why it can or may work for nobody. Some queries, however many steps there are."""
    steps = list(steps)
    return find_closed_steps(campaign_id, steps) | _find(steps, find_obstacles)


def find_gone_of(steps: Iterable[CampaignStep]) -> dict[int, str]:
    """Return, by step, one sentence what of that which it names is gone. Some queries, however many steps there are."""
    return _find(steps, find_gone)


def _find(steps: Iterable[CampaignStep], find: Callable[[Sequence[tuple[str, Settings]]], list[str]]) -> dict[int, str]:
    steps = list(steps)
    acting = [one for one in steps if one.kind == Kind.ACTION]
    said = find([(one.action, one.settings) for one in acting])
    found = {one.pk: sentence for one, sentence in zip(acting, said, strict=True)}
    found |= _find_gone_in_rules([one for one in steps if one.kind == Kind.CONDITION])
    found |= _find_gone_in_waits([one for one in steps if one.kind in (Kind.DECISION, Kind.WAIT)])
    return {pk: sentence for pk, sentence in found.items() if sentence}


def _find_gone_in_rules(steps: Iterable[CampaignStep]) -> dict[int, str]:
    rules = {one.pk: read_rules(one.settings["rule"]) for one in steps}
    names = find_names(rules.values())
    gone = {pk: name_what_is_gone(rule, names) for pk, rule in rules.items()}
    return {pk: f"The {_WORDS.get(one, one)} is no longer here." for pk, one in gone.items() if one}


_WORDS = {"field": "field of contacts"}
_NAMED = (("event", Event, "event"), ("mail", Email, "e-mail"), ("form", WebForm, "form"))


def _find_gone_in_waits(steps: Sequence[CampaignStep]) -> dict[int, str]:
    found: dict[int, str] = {}
    for name, model, words in _NAMED:
        naming = {one.pk: one.settings[name] for one in steps if one.settings.get(name)}
        there = set(model._default_manager.filter(pk__in=naming.values()).values_list("pk", flat=True))
        found |= {pk: f"The {words} is no longer here." for pk, named in naming.items() if named not in there}
    return found
