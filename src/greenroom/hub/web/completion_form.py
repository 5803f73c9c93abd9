"""The form that says when an item is done: up to three ways, each a few conditions that hold together."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from django import forms
from django.http import QueryDict

from greenroom.hub.courses.completion_rule import (
    MEASURES,
    AllOf,
    AnyOf,
    Attended,
    CompletionRule,
    Condition,
    JoinClicked,
    Manual,
    MinDates,
    MinMinutes,
    MinPercent,
    RecordingOpened,
    Registered,
    SurveyAnswered,
)
from greenroom.hub.courses.models import SectionItem

WAYS = 3
_SWITCHES: dict[str, CompletionRule] = {
    "attended": Attended(),
    "all_dates": MinDates(),
    "survey": SurveyAnswered(),
    "registered": Registered(),
    "joined": JoinClicked(),
}


class WayForm(forms.Form):
    """Conditions that must all hold; a field left empty asks for nothing."""

    percent = forms.IntegerField(label="Per cent attended, at least", required=False, min_value=1, max_value=100)
    measure = forms.ChoiceField(label="Of what", required=False, choices=tuple(MEASURES.items()), initial="actual")
    minutes = forms.IntegerField(label="Minutes attended, at least", required=False, min_value=1, max_value=1440)
    dates = forms.IntegerField(label="Dates attended, at least", required=False, min_value=1, max_value=100)
    all_dates = forms.BooleanField(label="All dates attended", required=False)
    attended = forms.BooleanField(label="Attended, however short", required=False)
    recording_days = forms.IntegerField(
        label="Recording opened within so many days after the event", required=False, min_value=1, max_value=365
    )
    survey = forms.BooleanField(label="Survey answered", required=False)
    registered = forms.BooleanField(label="Registered", required=False)
    joined = forms.BooleanField(label="Went through Join here", required=False)

    def conditions(self) -> list[CompletionRule]:
        """Return what was asked for."""
        given = self.cleaned_data
        found: list[CompletionRule] = []
        if given["percent"]:
            found.append(MinPercent(given["percent"], given["measure"] or "actual"))
        if given["minutes"]:
            found.append(MinMinutes(given["minutes"]))
        if given["dates"]:
            found.append(MinDates(given["dates"]))
        if given["recording_days"]:
            found.append(RecordingOpened(given["recording_days"]))
        return found + [rule for name, rule in _SWITCHES.items() if given[name]]


class PointsForm(forms.Form):
    """What points are given for at an item, and how many."""

    points_for = forms.ChoiceField(label="Points", required=False, choices=[("", "None"), *SectionItem.Points.choices])
    max_points = forms.IntegerField(label="At most", min_value=1, max_value=1000)


class RuleForm(forms.Form):
    """Whether people complete an item by what they do, and in which ways."""

    by = forms.ChoiceField(
        label="What counts",
        widget=forms.RadioSelect,
        choices=[("rule", "What people do"), ("manual", "Only what instructors mark")],
    )

    def __init__(self, rule: CompletionRule, data: QueryDict | None = None) -> None:
        """Show a rule that is kept; one that has no place in the form leaves it empty."""
        super().__init__(data, initial={"by": "manual" if rule == Manual() else "rule"})
        told = _tell_ways(rule)
        self.is_shown = told is not None
        self.ways = [WayForm(data, prefix=f"way{number}", initial=one) for number, one in enumerate(told or [{}], 1)]
        missing = range(len(self.ways) + 1, WAYS + 1)
        self.ways += [WayForm(data, prefix=f"way{number}") for number in missing]

    def is_valid(self) -> bool:
        """Ask all parts, and for one condition at least."""
        broken = [way for way in self.ways if not way.is_valid()]  # each is asked, so that each shows its errors
        if not super().is_valid() or broken:
            return False
        if self.cleaned_data["by"] == "rule" and not self._filled():
            self.add_error(None, "Ask for one thing at least, or let only instructors mark who has done this.")
        return not self.errors

    def rule(self) -> CompletionRule:
        """Return the rule that was put together."""
        if self.cleaned_data["by"] == "manual":
            return Manual()
        ways = [conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions)) for conditions in self._filled()]
        return ways[0] if len(ways) == 1 else AnyOf(tuple(ways))

    def _filled(self) -> list[list[CompletionRule]]:
        return [conditions for way in self.ways if (conditions := way.conditions())]


def _tell_ways(rule: CompletionRule) -> list[dict[str, Any]] | None:
    """Return what to fill the form's ways in with; None when they cannot hold the rule."""
    if rule == Manual():
        return [{}]
    told = [_tell(way) for way in _ways_of(rule)]
    return [way for way in told if way] if len(told) <= WAYS and all(told) else None


def _ways_of(rule: Condition) -> Iterator[list[Condition]]:
    """Yield each set of conditions that is enough: the rule without its nesting."""
    if isinstance(rule, AnyOf):
        for part in rule.of:
            yield from _ways_of(part)
    elif isinstance(rule, AllOf):
        for parts in product(*(list(_ways_of(part)) for part in rule.of)):
            yield [condition for part in parts for condition in part]
    else:
        yield [rule]


def _tell(way: list[Condition]) -> dict[str, Any] | None:
    told: dict[str, Any] = {}
    for condition in dict.fromkeys(way):
        fields = _fields_of(condition)
        if not fields or told.keys() & fields.keys():
            return None
        told |= fields
    return told


def _fields_of(condition: Condition) -> dict[str, Any]:
    match condition:
        case MinPercent(percent=percent, of=measure):
            return {"percent": percent, "measure": measure}
        case MinMinutes(minutes=minutes):
            return {"minutes": minutes}
        case MinDates(dates=int(dates)):
            return {"dates": dates}
        case RecordingOpened(within_days=days):
            return {"recording_days": days}
    return {name: True for name, rule in _SWITCHES.items() if rule == condition}
