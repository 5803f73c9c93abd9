"""The page on which editors say when an item is done."""

import pytest
from django.urls import reverse

from greenroom.hub.courses.completion_rule import (
    AllOf,
    AnyOf,
    Attended,
    JoinClicked,
    Manual,
    MinDates,
    MinMinutes,
    MinPercent,
    RecordingOpened,
    Registered,
    SurveyAnswered,
    read_rule,
    write_rule,
)

CATCH_UP = AnyOf((AllOf((MinPercent(50, "shorter"), MinDates(2), Attended())), RecordingOpened(14)))


@pytest.fixture
def url(item):
    return reverse("completion_rule", args=[item.pk])


def fields_of(page) -> dict[str, str]:
    """Return what a browser would send if nothing were changed."""
    form, sent = page.context["form"], {}
    for part in (form, *form.ways):
        for bound in part:
            value = bound.value()
            if value not in (None, "", False):
                sent[bound.html_name] = "on" if value is True else str(value)
    return sent


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (MinPercent(80), {"way1-percent": "80"}),
        (MinPercent(80, "planned"), {"way1-percent": "80", "way1-measure": "planned"}),
        (MinMinutes(30), {"way1-minutes": "30"}),
        (AllOf((MinMinutes(30), MinDates())), {"way1-minutes": "30", "way1-all_dates": "on"}),
        (AnyOf((MinMinutes(30), SurveyAnswered())), {"way1-minutes": "30", "way3-survey": "on"}),
        (AllOf((Registered(), JoinClicked())), {"way1-registered": "on", "way1-joined": "on"}),
        (
            CATCH_UP,
            {
                "way1-percent": "50", "way1-measure": "shorter", "way1-dates": "2", "way1-attended": "on",
                "way2-recording_days": "14",
            },
        ),
    ],
)  # fmt: skip
def test_rule_is_put_together_shown_again_and_kept(item, as_eda, url, rule, given):
    answer = as_eda.post(url, {"by": "rule", **given})
    assert f"/lessons/{item.section.lesson_id}/?edit=1#item-{item.pk}" == answer["Location"]
    item.refresh_from_db()
    assert rule == read_rule(item.completion_rule)
    page = as_eda.get(url)
    assert rule.describe() in page.content.decode()
    as_eda.post(url, fields_of(page))
    item.refresh_from_db()
    assert rule == read_rule(item.completion_rule)


def test_everything_can_be_left_to_the_instructor(item, as_eda, url):
    as_eda.post(url, {"by": "manual", "way1-percent": "80"})
    item.refresh_from_db()
    assert Manual() == read_rule(item.completion_rule)
    assert "manual" == fields_of(as_eda.get(url))["by"]


@pytest.mark.parametrize(
    ("place", "field", "given"),
    [
        (1, "percent", {"way1-percent": "101"}),
        (1, "percent", {"way1-percent": "0"}),
        (2, "minutes", {"way1-percent": "80", "way2-minutes": "1441"}),
        (1, "minutes", {"way1-minutes": "x"}),
        (3, "recording_days", {"way3-recording_days": "366"}),
        (1, "measure", {"way1-percent": "80", "way1-measure": "unheard"}),
        (0, "by", {"by": "", "way1-percent": "80"}),
        (0, "__all__", {}),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field(item, as_eda, url, place, field, given):
    answer = as_eda.post(url, {"by": "rule", **given})
    form = answer.context["form"]
    assert (422, {field}) == (answer.status_code, set((form, *form.ways)[place].errors))
    item.refresh_from_db()
    assert item.completion_rule is None


def test_rule_that_the_form_cannot_show_is_said_and_not_overwritten_unseen(item, as_eda, url):
    rule = AllOf((MinPercent(50), MinPercent(80, "planned")))
    item.completion_rule = write_rule(rule)
    item.save()
    page = as_eda.get(url)
    assert rule.describe() in page.content.decode()
    assert "This rule is more than the form can show." in page.content.decode()
    assert 422 == as_eda.post(url, fields_of(page)).status_code


def test_nested_rule_is_shown_as_its_ways(item, as_eda, url):
    item.completion_rule = write_rule(AllOf((MinDates(2), AnyOf((MinPercent(50), MinMinutes(30))))))
    item.save()
    as_eda.post(url, fields_of(as_eda.get(url)))
    item.refresh_from_db()
    ways = (AllOf((MinPercent(50), MinDates(2))), AllOf((MinMinutes(30), MinDates(2))))
    assert AnyOf(ways) == read_rule(item.completion_rule)
