"""A course is given again: the same lessons, at other dates, with other events."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_file

from greenroom.hub.courses.models import Completion, Course, CoursePolicy, SectionItem
from greenroom.hub.events.models import Event


@pytest.fixture
def path(course) -> str:
    return reverse("copy_course", args=[course.slug])


@pytest.fixture
def again(world, pull) -> Event:
    """The same webinar, four weeks later."""
    return pull(world.schedule_webinar(starts_in=timedelta(days=28)))


def outline(course: Course) -> list[tuple[str, str, str, str]]:
    items = SectionItem.objects.filter(section__lesson__course=course, removed_at=None)
    names = ("section__lesson__title", "section__title", "kind", "title")
    return list(items.order_by("section__lesson__position", "section__position", "position").values_list(*names))


def copy(client, path, **given: object) -> Course:
    known = Course.objects.values_list("pk", flat=True)
    before = set(known)
    answer = client.post(path, {"title": "Workplace safety, spring", "first_day": "2026-03-30", **given})
    assert 302 == answer.status_code, answer.context["form"].errors
    (made,) = set(known.all()) - before
    return Course.objects.get(pk=made)


def test_copy_has_what_is_in_the_course_and_nobody_who_learns(item, section, again, course, ivan, eda, as_ivan, path):
    SectionItem.objects.create(section=section, kind="text", title="Rungs", text="Look up.", position=5)
    SectionItem.objects.create(section=section, kind="text", text="Gone.", position=6, removed_at=again.starts_at)
    file = make_file(section)
    rule = {"kind": "min_minutes", "minutes": 30}
    SectionItem.objects.filter(pk=item.pk).update(title="The hour", completion_rule=rule)
    copied = copy(as_ivan, path, **{f"event_{item.pk}": again.pk, "with_team": "on"})
    assert outline(course) == outline(copied)
    assert {("Ivan", "instructor"), ("Eda", "editor")} == set(
        copied.enrollments.values_list("user__first_name", "role")
    )
    assert not copied.is_published
    new = SectionItem.objects.get(section__lesson__course=copied, kind="live_event")
    assert (again, rule, ivan) == (new.event, new.completion_rule, new.added_by)
    assert not Completion.objects.filter(item=new).exists()
    kept = SectionItem.objects.get(section__lesson__course=copied, kind="file")
    assert (file.file.name, "Ladders.pdf") == (kept.file.name, kept.file_name)
    sent = as_ivan.get(reverse("lesson_file", args=[kept.pk]))
    assert b"%PDF" == b"".join(sent)


def test_next_event_of_the_same_title_is_proposed(item, again, pull, world, as_ivan, path):
    pull(world.schedule_webinar("Ropes", starts_in=timedelta(days=2)))
    field = as_ivan.get(path).context["form"].event_fields()[0]
    assert str(again.pk) == field.initial
    assert "Working at height: Ladder safety" == field.label
    words = [text for _, text in field.field.choices]
    assert "Leave it out" == words[0]
    assert words[1].startswith("The same one: Ladder safety · Mon 2 Mar 2026, 11:00")
    assert 2 + 2 == len(words)


def test_event_without_a_choice_is_left_out(item, course, as_ivan, path):
    assert [] == outline(copy(as_ivan, path))
    assert 1 == len(outline(course))


def test_dates_move_by_days_on_the_clock_of_who_copies(item, section, course, as_ivan, path):
    # Berlin's clocks go forward between the two: nine o'clock stays nine o'clock.
    opens = datetime(2026, 3, 2, 8, tzinfo=UTC)
    section.lesson.available_from = opens
    section.lesson.save()
    SectionItem.objects.update(available_until=opens + timedelta(days=1))
    CoursePolicy.objects.create(course=course, percent=80, complete_by=opens + timedelta(days=7))
    assert "2026-03-02" == str(as_ivan.get(path).context["form"]["first_day"].initial)
    copied = copy(as_ivan, path, **{f"event_{item.pk}": item.event_id})
    assert datetime(2026, 3, 30, 7, tzinfo=UTC) == copied.lessons.get().available_from
    new = SectionItem.objects.get(section__lesson__course=copied)
    assert datetime(2026, 3, 31, 7, tzinfo=UTC) == new.available_until
    assert (80, datetime(2026, 4, 6, 7, tzinfo=UTC)) == (copied.policy.percent, copied.policy.complete_by)


def test_course_without_dates_asks_for_none(section, as_ivan, path):
    assert "first_day" not in as_ivan.get(path).context["form"].fields
    copied = copy(as_ivan, path)
    assert ["Working at height"] == [one.title for one in copied.lessons.all()]


def test_event_of_an_account_for_some_courses_only_is_not_offered(item, again, as_ivan, path):
    type(again.connection).objects.update(is_open_to_all=False)
    choices = as_ivan.get(path).context["form"].event_fields()[0].field.choices
    assert str(again.pk) not in dict(choices)
    answer = as_ivan.post(path, {"title": "x", "first_day": "2026-03-30", f"event_{item.pk}": again.pk})
    assert 422 == answer.status_code


@pytest.mark.parametrize("given", [{"title": ""}, {"first_day": ""}, {"first_day": "soon"}])
def test_what_is_missing_is_told_beside_the_field(item, as_ivan, path, given):
    answer = as_ivan.post(path, {"title": "x", "first_day": "2026-03-30", **given})
    assert (422, set(given)) == (answer.status_code, set(answer.context["form"].errors))
    assert 1 == Course.objects.count()


def test_editor_copies_with_the_team_and_stays_an_editor(item, course, ivan, eda, as_eda, path):
    assert path in as_eda.get(reverse("course", args=[course.slug])).content.decode()
    copied = copy(as_eda, path, **{f"event_{item.pk}": item.event_id})
    assert {(ivan.pk, "instructor"), (eda.pk, "editor")} == set(copied.enrollments.values_list("user", "role"))
    assert 404 == as_eda.get(reverse("course_people", args=[copied.slug])).status_code
