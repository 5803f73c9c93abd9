"""Rules of completion: what can be set, how it is said, and where the line runs."""

from decimal import Decimal

import pytest

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.completion_rule import (
    CompletionRule,
    MinMinutes,
    MinPercent,
    is_satisfied,
    make_rule,
    percent_attended,
    read_rule,
    write_rule,
)


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
    ],
)
def test_rule_is_satisfied_exactly_at_its_line(expected: bool, rule: CompletionRule, attended: int, total: int) -> None:
    assert expected is is_satisfied(rule, attended_seconds=attended, total_seconds=total)


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
    ("rule", "kind", "amount"),
    [
        (MinPercent(1), "min_percent", 1),
        (MinPercent(100), "min_percent", 100),
        (MinMinutes(1), "min_minutes", 1),
        (MinMinutes(1440), "min_minutes", 1440),
    ],
)
def test_rule_is_made_from_a_form_and_kept(rule: CompletionRule, kind: str, amount: int) -> None:
    assert rule == make_rule(kind=kind, amount=amount) == read_rule(write_rule(rule))


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("min_percent", 0), ("min_percent", 101), ("min_minutes", 0), ("min_minutes", 1441), ("sessions", 1), ("", 1)],
)
def test_rule_out_of_range_is_refused(kind: str, amount: int) -> None:
    with pytest.raises(InvalidInputError) as caught:
        make_rule(kind=kind, amount=amount)
    assert {"amount": "Out of range."} == caught.value.errors


def test_no_rule_means_eighty_percent() -> None:
    assert MinPercent(80) == read_rule(None)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Attend at least 80 % of the session.", MinPercent(80)),
        ("Attend at least 1 minute.", MinMinutes(1)),
        ("Attend at least 30 minutes.", MinMinutes(30)),
    ],
)
def test_rule_is_said_in_words(words: str, rule: CompletionRule) -> None:
    assert words == rule.describe()
