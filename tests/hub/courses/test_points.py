"""Points for an item, from how somebody stands with it."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from greenroom.hub.courses.models import Completion, SectionItem
from greenroom.hub.courses.points import count_points
from greenroom.hub.courses.results import view_standing
from greenroom.hub.courses.services import mark


@pytest.mark.parametrize(
    ("points", "given_for", "status", "basis", "percent", "dates"),
    [
        ("10", "done", "completed", "rule", 80, 1),
        ("0", "done", "partial", "rule", 79, 1),
        ("8.33", "percent", "partial", "rule", "83.3", 1),
        ("3.333", "dates", "partial", "rule", 100, 1),
        ("10", "dates", "completed", "rule", 100, 4),
        ("10", "percent", "completed", "mark", 0, 0),
        ("0", "dates", "absent", "mark", 100, 3),
        ("5", "percent", "partial", "mark", 50, 1),
        (None, "percent", "excused", "mark", 80, 1),
        (None, "", "completed", "rule", 100, 1),
    ],
)
def test_points_follow_from_the_standing(item, points, given_for, status, basis, percent, dates):
    start, end = item.event.times.values_list("starts_at", "ends_at").get()
    for day in (1, 2):
        item.event.times.create(starts_at=start.replace(day=10 + day), ends_at=end.replace(day=10 + day))
    item.points_for = given_for
    standing = Completion(status=status, basis=basis, percent=Decimal(percent), attended_dates=dates)
    expected = None if points is None else Decimal(points)
    assert expected == count_points(item, standing)
    assert count_points(item, None) is None


def test_points_are_set_shown_and_exported(item, course, lena, eda, ivan, browser):
    url = reverse("completion_rule", args=[item.pk])
    given = {"by": "rule", "way1-percent": "80", "points_for": "percent", "max_points": "20"}
    assert 422 == browser(eda).post(url, given | {"max_points": "0"}).status_code
    assert 302 == browser(eda).post(url, given).status_code
    Completion.objects.update_or_create(
        item=item, user=lena, defaults={"status": "partial", "percent": Decimal("62.5"), "evaluated_at": item.added_at}
    )
    for client, name, args in (
        (browser(ivan), "course_results", [course.slug]),
        (browser(lena), "own_results", [course.slug]),
    ):
        assert "12.5 of 20 points" in client.get(reverse(name, args=args)).content.decode()
    text = SectionItem.objects.create(
        section=item.section, kind="text", text="Read this.", position=20, points_for="done", max_points=5
    )
    for client, name, args in (
        (browser(ivan), "course_results", [course.slug]),
        (browser(lena), "course", [course.slug]),
        (browser(lena), "own_results", [course.slug]),
    ):
        page = client.get(reverse(name, args=args)).content.decode()
        assert 1 == page.count("12.5 of 25 points")
    text.completions.update_or_create(
        user=lena, defaults={"status": "excused", "basis": "mark", "evaluated_at": item.added_at}
    )
    assert "12.5 of 20 points" == view_standing(course=course, user=lena).points
    row = exported(browser(ivan), course)[0]
    assert ("12.5", "20") == (row["Points"], row["Points of"])


def test_what_was_cancelled_asks_for_no_points_unless_somebody_marked_it(item, course, lena, ivan, browser):
    SectionItem.objects.update(points_for="done", max_points=20)
    text = SectionItem.objects.create(
        section=item.section, kind="text", text="Read.", position=20, is_required=True, points_for="done", max_points=5
    )
    text.completions.create(user=lena, status="completed", evaluated_at=item.added_at)
    assert "5 of 25 points" == view_standing(course=course, user=lena).points
    item.event.sessions.all().delete()
    item.event.state = "cancelled"
    item.event.save()
    item.completions.create(user=lena, status="absent", evaluated_at=item.added_at)
    standing = view_standing(course=course, user=lena)
    assert ("5 of 5 points", "", "") == (standing.points, standing.cells[0].points, standing.cells[0].obstacle)
    assert ["", "5"] == [row["Points of"] for row in exported(browser(ivan), course)]
    mark(item=item, users=[lena.pk], status="completed", reason="She came in vain.", actor=ivan)
    assert "25 of 25 points" == view_standing(course=course, user=lena).points
    assert ["20", "5"] == [row["Points of"] for row in exported(browser(ivan), course)]


def exported(client, course) -> list[dict[str, str]]:
    answer = client.post(reverse("start_export", args=["results"]), {"course": course.pk, "format": "csv"})
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
