"""Observers look at the results of the learners they were granted, and at nothing else."""

import pytest
from django.urls import reverse
from tests.factories.courses import make_enrollment
from tests.factories.users import make_user

from greenroom.hub.courses.models import Enrollment, SectionItem
from greenroom.hub.users.models import User


def texts(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def ben(course) -> User:
    user = make_user("Ben")
    make_enrollment(course, user)
    return user


@pytest.fixture
def grant(course, obi, as_ivan):
    """Have Ivan choose, on the page, whose results Obi sees."""
    make_enrollment(course, obi, "observer")

    def choose(*users: User, **more: str) -> None:
        learners = Enrollment.objects.filter(course=course, user__in=users)
        path = reverse("observing", args=[course.slug, obi.pk])
        answer = as_ivan.post(path, {"learners": [str(one.pk) for one in learners], **more})
        assert (302, reverse("course_people", args=[course.slug])) == (answer.status_code, answer["Location"])

    return choose


def pages(course, item) -> tuple[str, str]:
    return reverse("course_results", args=[course.slug]), reverse("roster", args=[item.pk])


def test_observer_sees_the_rows_of_those_granted(course, item, lena, ben, obi, browser, grant):
    as_obi = browser(obi)
    course_page, lesson = reverse("course", args=[course.slug]), f"/lessons/{item.section.lesson_id}/"
    matrix, roster = pages(course, item)
    of = {user: reverse("person_results", args=[course.slug, user.pk]) for user in (lena, ben, obi)}
    assert [404] * 4 == [as_obi.get(path).status_code for path in (matrix, roster, of[lena], of[ben])]
    assert matrix not in texts(as_obi.get(course_page))
    grant(lena)
    assert matrix in texts(as_obi.get(course_page))
    assert roster in texts(as_obi.get(lesson))
    for path in (matrix, roster):
        assert (True, False) == tuple(user.email in texts(as_obi.get(path)) for user in (lena, ben)), path
        assert ben.email not in texts(as_obi.get(path + "?q=ben"))
    assert (200, 404, 404) == tuple(as_obi.get(of[user]).status_code for user in (lena, ben, obi))
    grant(everybody="on")
    assert all(user.email in texts(as_obi.get(path)) for path in (matrix, roster) for user in (lena, ben))
    grant()
    assert [404] * 3 == [as_obi.get(path).status_code for path in (matrix, roster, of[lena])]


def test_observer_finds_nothing_to_change_or_to_take_away(course, item, lena, obi, browser, grant):
    grant(lena)
    as_obi = browser(obi)
    matrix, roster = pages(course, item)
    shown = texts(as_obi.get(matrix)) + texts(as_obi.get(roster))
    away = [
        reverse("mark_people", args=[item.pk]), reverse("import_marks", args=[item.pk]),
        reverse("register_everybody", args=[item.pk]), reverse("event", args=[item.event_id]),
        reverse("observing", args=[course.slug, obi.pk]),
    ]  # fmt: skip
    assert [] == [path for path in away if path in shown]
    assert 404 == as_obi.get(reverse("event", args=[item.event_id])).status_code
    away.remove(reverse("event", args=[item.event_id]))
    assert [404] * 4 == [as_obi.post(path, {"user": lena.pk, "status": "completed"}).status_code for path in away]
    export = reverse("start_export", args=["results"])
    assert export not in shown
    assert 404 == as_obi.post(export, {"course": course.pk, "format": "csv"}).status_code


def test_results_of_what_is_not_open_now_are_seen_all_the_same(world, course, item, lena, obi, browser, grant):
    grant(lena)
    SectionItem.objects.update(available_until=world.now)
    assert 404 == browser(obi).get(reverse("item_card", args=[item.pk])).status_code
    assert lena.email in texts(browser(obi).get(pages(course, item)[1]))


def test_page_offers_the_learners_with_those_that_are_granted(course, lena, ben, ivan, obi, as_ivan, grant):
    grant(ben)
    page = as_ivan.get(reverse("observing", args=[course.slug, obi.pk]))
    enrollments = {one.user: one.pk for one in course.enrollments.all()}
    form = page.context["form"]
    assert {enrollments[lena], enrollments[ben]} == {pk for pk, _ in form.fields["learners"].choices}
    assert ([enrollments[ben]], False) == (form.initial["learners"], form.initial["everybody"])
    stranger = {"learners": [str(enrollments[ivan])]}
    assert 422 == as_ivan.post(reverse("observing", args=[course.slug, obi.pk]), stranger).status_code
    assert 404 == as_ivan.get(reverse("observing", args=[course.slug, lena.pk])).status_code  # observes nobody
