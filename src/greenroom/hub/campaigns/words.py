"""Steps in words: one sentence for each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as format_date

from greenroom.hub.actions.registry import find_titles
from greenroom.hub.campaigns.deciding import decision_of
from greenroom.hub.campaigns.kinds import OF_EVENTS, Decision
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import wait_of
from greenroom.hub.campaigns.waiting import Wait
from greenroom.hub.mailing.models import Email
from greenroom.hub.segments.rules import Rule, read_rules
from greenroom.hub.segments.words import GONE_EVENT, describe_rule, find_names

Kind = CampaignStep.Kind

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_UNITS = ((7 * 24 * 60, "week"), (24 * 60, "day"), (60, "hour"), (1, "minute"))
_DEEDS = {"opened": "open {}", "clicked": "click a link in {}", "submitted": "submit a form"}
_ANY_MAIL = "an e-mail of this campaign"
_BRANCHES = {
    Kind.ACTION: {"yes": "If it works", "error": "If it does not work"},
    Kind.CONDITION: {"yes": "If so", "no": "If not"},
    Kind.DECISION: {"yes": "As soon as they do", "no": "If they do not in time"},
    Kind.WAIT: {"yes": "In time", "no": "If it is too late"},
}


def describe_branch(kind: str, branch: str) -> str:
    """Say when contacts go into a branch."""
    return _BRANCHES[Kind(kind)][branch]


def describe_way_on(step: CampaignStep) -> str:
    """Say when contacts go on from a step below which no others stand; empty where that goes without saying."""
    if step.kind == Kind.WAIT:
        return "After the wait"
    return "" if step.kind == Kind.ACTION else "Either way"


class StepWords:
    """Says what steps do; looks up what they name once, for all of them. Four queries or so, however many they are."""

    def __init__(self, steps: Iterable[CampaignStep], goal: Any = None) -> None:
        """Look up the names in these steps, and in a goal."""
        steps = list(steps)
        self._titles = find_titles((one.action, one.settings) for one in steps if one.kind == Kind.ACTION)
        rules = [read_rules(one.settings["rule"]) for one in steps if one.kind == Kind.CONDITION]
        rules += [read_rules(goal)] if goal else []
        events = [one.settings["event"] for one in steps if one.kind != Kind.ACTION and one.settings.get("event")]
        mails = {one.settings["mail"] for one in steps if one.kind == Kind.DECISION and one.settings.get("mail")}
        self._mails = {one.pk: f"“{one.name}”" for one in Email.objects.filter(pk__in=mails)}
        self._names = find_names([*rules, Rule(did="registered", events=events)])

    def describe(self, step: CampaignStep) -> str:
        """Say what a step does, beginning with a small letter."""
        match step.kind:
            case Kind.ACTION:
                return self._titles.describe(step.action, step.settings)
            case Kind.CONDITION:
                return f"is it so: {self.describe_rule(step.settings['rule'])}"
            case Kind.DECISION:
                return self._describe_decision(decision_of(step.settings))
        return self._describe_wait(wait_of(step))

    def describe_rule(self, rule: Any) -> str:
        """Say what a condition or a goal asks."""
        return describe_rule(read_rules(rule), self._names)

    def _describe_decision(self, decision: Decision) -> str:
        return f"wait until they {self._deed(decision)}, at most {span_words(decision.limit_minutes)}"

    def _deed(self, decision: Decision) -> str:
        if decision.does not in OF_EVENTS:
            mail = self._mails.get(decision.mail or 0, "an e-mail that is no longer here")
            return _DEEDS[decision.does].format(mail if decision.mail else _ANY_MAIL)
        event = self._event(decision.event)
        if decision.does == "registered":
            return f"register for {event}"
        return f"attend {event}" + (f" for {span_words(decision.minutes)}" if decision.minutes else "")

    def _describe_wait(self, wait: Wait) -> str:
        return f"{self._length(wait)}{_window(wait)}"

    def _length(self, wait: Wait) -> str:
        if wait.until:
            return f"wait until {_moment(wait.until)}"
        if wait.event is None:
            return f"wait {span_words(wait.minutes)}"
        verb = "starts" if wait.anchor == "start" else "ends"
        event = self._event(wait.event)
        if not wait.minutes:
            return f"wait until {event} {verb}"
        side = "before" if wait.minutes < 0 else "after"
        return f"wait until {span_words(abs(wait.minutes))} {side} {event} {verb}"

    def _event(self, pk: int | None) -> str:
        return self._names.events.get(pk or 0, GONE_EVENT)


def span_words(minutes: int) -> str:
    """Say a length of time: `2 days`, `1 hour 30 minutes`."""
    parts = []
    for length, unit in _UNITS:
        count, minutes = divmod(minutes, length)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts)


def _window(wait: Wait) -> str:
    hours = "" if (wait.from_hour, wait.to_hour) == (0, 24) else f" between {wait.from_hour}:00 and {wait.to_hour}:00"
    if not wait.weekdays:
        return f"{hours}, by their own clock" if hours else ""
    if set(wait.weekdays) == set(range(5)):
        return f"{hours} on a working day, by their own clock"
    return f"{hours} on {' or '.join(_DAYS[day] for day in sorted(set(wait.weekdays)))}, by their own clock"


def _moment(at: datetime) -> str:
    return format_date(timezone.localtime(at), "j F Y, H:i")
