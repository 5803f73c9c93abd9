"""Rules of completion: what can be set, how it is said, and where the line runs."""

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.completion_rule import (
    AllOf,
    AnyOf,
    Attended,
    CompletionRule,
    Confirmed,
    Evidence,
    Held,
    JoinClicked,
    Manual,
    MinDates,
    MinMinutes,
    MinPercent,
    RecordingOpened,
    Registered,
    SurveyAnswered,
    check_rule,
    percent_attended,
    read_rule,
    write_rule,
)

HOUR = Held(actual_seconds=3600, planned_seconds=3600, dates=1)


@pytest.mark.parametrize(
    ("expected", "rule", "attended", "total"),
    [
        (True, MinPercent(80), 2880, 3600),
        (False, MinPercent(80), 2879, 3600),
        (True, MinPercent(80), 7196 + 4, 9000),
        (False, MinPercent(80), 7196, 9000),  # 79.96 %
        (True, MinPercent(100), 3600, 3600),
        (False, MinPercent(100), 3599, 3600),
        (True, MinPercent(1), 36, 3600),
        (False, MinPercent(1), 35, 3600),
        (False, MinPercent(1), 0, 0),
        (True, MinPercent(50), 9999, 3600),
        (True, MinMinutes(30), 1800, 3600),
        (False, MinMinutes(30), 1799, 3600),
        (True, MinMinutes(1), 60, 60),
        (False, MinMinutes(90), 3600, 3600),
        (True, Attended(), 1, 3600),
        (False, Attended(), 0, 3600),
    ],
)
def test_rule_is_satisfied_exactly_at_its_line(expected: bool, rule: CompletionRule, attended: int, total: int) -> None:
    assert expected is rule.holds(Evidence(attended), Held(total, total, 1))


@pytest.mark.parametrize(
    ("expected", "measure", "held"),
    [
        ((1440, 1439), "actual", Held(1800, 3600, 1)),  # ended early
        ((2880, 2879), "planned", Held(1800, 3600, 1)),
        ((1440, 1439), "shorter", Held(1800, 3600, 1)),
        ((4320, 4319), "actual", Held(5400, 3600, 1)),  # ran over
        ((2880, 2879), "planned", Held(5400, 3600, 1)),
        ((2880, 2879), "shorter", Held(5400, 3600, 1)),
    ],
)
def test_share_is_of_what_is_asked_for(expected: tuple[int, int], measure: str, held: Held) -> None:
    rule = msgspec.convert({"kind": "min_percent", "percent": 80, "of": measure}, MinPercent)
    assert (True, False) == tuple(rule.holds(Evidence(seconds), held) for seconds in expected)


@pytest.mark.parametrize(
    ("expected", "rule", "evidence"),
    [
        (True, MinDates(2), Evidence(1, 2)),
        (False, MinDates(2), Evidence(1, 1)),
        (True, MinDates(), Evidence(1, 3)),
        (False, MinDates(), Evidence(1, 2)),
        (True, RecordingOpened(14), Evidence(recording_after_days=13)),
        (False, RecordingOpened(14), Evidence(recording_after_days=14)),
        (False, RecordingOpened(14), Evidence()),
        (True, SurveyAnswered(), Evidence(has_answered=True)),
        (False, SurveyAnswered(), Evidence()),
        (True, Registered(), Evidence(is_registered=True)),
        (False, Registered(), Evidence(has_joined=True)),
        (True, JoinClicked(), Evidence(has_joined=True)),
        (False, JoinClicked(), Evidence(is_registered=True)),
        (True, Confirmed(), Evidence(is_confirmed=True)),
        (False, Confirmed(), Evidence(attended_seconds=3600)),
        (False, Manual(), Evidence(9999, 3, True, True, True, True, 0)),
    ],
)
def test_each_condition_asks_for_its_own(expected: bool, rule: CompletionRule, evidence: Evidence) -> None:
    assert expected is rule.holds(evidence, Held(7200, 7200, 3))


def test_all_dates_of_nothing_is_not_done() -> None:
    assert not MinDates().holds(Evidence(), Held())


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(1, 100), st.integers(1, 100))
def test_ways_and_parts_combine(seconds: int, total: int, one: int, other: int) -> None:
    evidence, held = Evidence(seconds), Held(total, total, 1)
    parts = (MinPercent(one), MinPercent(other))
    assert MinPercent(max(one, other)).holds(evidence, held) is AllOf(parts).holds(evidence, held)
    assert MinPercent(min(one, other)).holds(evidence, held) is AnyOf(parts).holds(evidence, held)


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(1, 4000), st.integers(1, 100))
def test_more_attendance_never_takes_away(seconds: int, more: int, total: int, percent: int) -> None:
    held, rule = Held(total, total, 1), MinPercent(percent)
    assert not rule.holds(Evidence(seconds), held) or rule.holds(Evidence(seconds + more), held)


@pytest.mark.parametrize(
    ("percent", "attended", "total"),
    [
        ("79.9", 7996, 10000),  # 79.96 never reads as 80
        ("80.0", 8000, 10000),
        ("99.9", 3599, 3600),
        ("100.0", 3600, 3600),
        ("100.0", 4000, 3600),
        ("33.3", 1, 3),
        ("0.0", 0, 3600),
        ("0", 10, 0),
    ],
)
def test_percent_is_cut_and_never_rounded_up(percent: str, attended: int, total: int) -> None:
    assert Decimal(percent) == percent_attended(attended_seconds=attended, total_seconds=total)


@pytest.mark.parametrize(
    ("stored", "rule"),
    [
        ({"kind": "min_percent", "percent": 80}, MinPercent(80)),
        ({"kind": "min_minutes", "minutes": 1440}, MinMinutes(1440)),
        ({"kind": "min_dates"}, MinDates()),
        (
            {"kind": "any", "of": [{"kind": "attended"}, {"kind": "recording", "within_days": 14}]},
            AnyOf((Attended(), RecordingOpened(14))),
        ),
    ],
)
def test_rule_is_kept_as_data(stored: object, rule: CompletionRule) -> None:
    check_rule(rule)
    assert (stored, rule) == (json.loads(json.dumps(write_rule(rule))), read_rule(stored))


@pytest.mark.parametrize(
    "rule",
    [
        MinPercent(0),
        MinPercent(101),
        MinMinutes(0),
        MinMinutes(1441),
        MinDates(0),
        RecordingOpened(0),
        RecordingOpened(366),
        MinPercent(80, "unheard of"),  # type: ignore[arg-type]
        AllOf(()),
        AnyOf((Manual(), Attended())),
        AnyOf(tuple(AnyOf((Attended(),) * 10) for _ in range(4))),
    ],
)
def test_rule_that_nobody_could_follow_is_refused(rule: CompletionRule) -> None:
    with pytest.raises(InvalidInputError):
        check_rule(rule)


def test_no_rule_means_eighty_percent() -> None:
    assert MinPercent(80) == read_rule(None)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Attend at least 80 % of the actual session.", MinPercent(80)),
        ("Attend at least 80 % of the planned time.", MinPercent(80, "planned")),
        ("Attend at least 1 minute.", MinMinutes(1)),
        ("Attend at least 30 minutes.", MinMinutes(30)),
        ("Attend all dates.", MinDates()),
        ("Your instructor marks who has done this.", Manual()),
        (
            "Attend at least 50 minutes and attend all dates, or open the recording within 1 day after the event.",
            AnyOf((AllOf((MinMinutes(50), MinDates())), RecordingOpened(1))),
        ),
        (
            "Register and either attend for any length of time, or answer the survey.",
            AllOf((Registered(), AnyOf((Attended(), SurveyAnswered())))),
        ),
    ],
)
def test_rule_is_said_in_words(words: str, rule: CompletionRule) -> None:
    assert words == rule.describe()
