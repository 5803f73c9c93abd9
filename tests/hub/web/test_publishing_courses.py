"""Courses that are published and close by themselves: who sees them when, and who still comes in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_enrollment
from tests.factories.users import make_user

from greenroom.hub.courses.calendars import list_calendar_dates
from greenroom.hub.courses.models import Completion, Course, CourseCompletion
from greenroom.hub.courses.services import change_course, make_invitation
from greenroom.hub.courses.services.roster import start_roster
from greenroom.hub.events.models import RegistrationRequest
from greenroom.hub.events.registration_form import Answers

SECOND = timedelta(seconds=1)


def texts(answer) -> str:
    return answer.content.decode()


def settings_of(course, **more: str) -> tuple[str, dict[str, str]]:
    return reverse("course_settings", args=[course.slug]), {"title": course.title, "is_published": "on", **more}


def page_of(course) -> str:
    return reverse("course", args=[course.slug])


def close(course, moment: datetime) -> None:
    Course.objects.filter(pk=course.pk).update(close_at=moment)


# Eda's clock is Berlin's: an hour ahead of UTC before the 29th of March and from the 25th of October, two in between.
@pytest.mark.parametrize(
    ("typed", "begins_at"),
    [
        ("2026-03-29T01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25T01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25T03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_course_is_published_and_closes_to_the_second(world, course, as_eda, as_lena, typed, begins_at):
    as_eda.post(*settings_of(course, publish_at=typed))
    seen = []
    for moment in (begins_at - SECOND, begins_at, begins_at + SECOND):
        world.clock.set(moment)
        seen.append((as_lena.get(page_of(course)).status_code, page_of(course) in texts(as_lena.get("/courses/"))))
    assert [(404, False), (200, True), (200, True)] == seen
    as_eda.post(*settings_of(course, close_at=typed))
    closed = []
    for moment in (begins_at - SECOND, begins_at, begins_at + SECOND):
        world.clock.set(moment)
        closed.append("This course has closed" in texts(as_lena.get(page_of(course))))
    assert [False, True, True] == closed


def test_course_that_is_not_published_yet_is_there_only_for_who_runs_it(
    world, course, section, item, lena, obi, browser, as_eda, as_ivan, as_lena
):
    make_enrollment(course, obi, "observer")
    item.event.calendar_entries.create(
        title="Ladder safety", starts_at=item.event.starts_at, ends_at=item.event.ends_at, changed_at=world.now
    )
    Course.objects.update(publish_at=world.now + timedelta(minutes=5), is_open=True)
    outside = (page_of(course), f"/lessons/{section.lesson_id}/", reverse("register", args=[item.pk]))
    for learner in (as_lena, browser(obi), browser(make_user("Ben"))):
        assert [404, 404, 404] == [learner.get(path).status_code for path in outside]
        assert course.slug not in texts(learner.get("/courses/"))
    assert ([], []) == (as_lena.get("/").context["next_items"], list_calendar_dates(user=lena))
    for runs_it in (as_eda, as_ivan):
        assert "Learners do not see this course yet. It is published" in texts(runs_it.get(page_of(course)))
        assert "Not published yet" in texts(runs_it.get("/courses/"))
    world.clock.advance(minutes=5)
    assert 200 == as_lena.get(page_of(course)).status_code
    assert (1, 1) == (len(as_lena.get("/").context["next_items"]), len(list_calendar_dates(user=lena)))


def test_draft_stays_one_when_its_moment_comes(world, course, as_lena):
    Course.objects.update(publish_at=world.now - SECOND, is_published=False)
    assert 404 == as_lena.get(page_of(course)).status_code


def test_who_did_all_before_completes_the_course_when_it_is_published(world, course, section, lena, run_jobs):
    text = section.items.create(kind="text", text="Look up first.", position=20)
    done = {"status": "completed", "basis": "auto", "completed_at": world.now, "evaluated_at": world.now}
    Completion.objects.create(item=text, user=lena, **done)

    def publish(in_minutes: int) -> None:
        moment = world.now + timedelta(minutes=in_minutes)
        change_course(course=course, title=course.title, summary="", is_published=True, publish_at=moment)

    publish(5)
    publish(10)  # put off
    completed = []
    for _ in range(2):
        world.clock.advance(minutes=5)
        run_jobs()
        completed.append(CourseCompletion.objects.filter(course=course, user=lena).exists())
    assert [False, True] == completed


def test_nobody_new_comes_into_a_course_that_has_closed(world, course, ivan, lena, as_ivan, as_lena, browser):
    ben = make_user("Ben")
    token = make_invitation(course=course, days=9, most_uses=9, actor=ivan)
    Course.objects.update(is_open=True, close_at=world.now + SECOND)
    enter, invitation = reverse("enter_course", args=[course.slug]), f"/invitations/{token}/"
    people = reverse("course_people", args=[course.slug])
    as_ben = browser(ben)
    assert enter in texts(as_ben.get("/courses/"))
    assert (200, 200) == (as_ben.get(enter).status_code, as_ben.get(invitation).status_code)
    world.clock.advance(seconds=1)
    assert enter not in texts(as_ben.get("/courses/"))
    assert "This course has closed. Nobody new takes part." in texts(as_ben.get(enter))
    for door in (as_ben.post(enter), as_ben.get(invitation), as_ben.post(invitation)):
        assert (409, True) == (door.status_code, "This course has closed: nobody new takes part." in texts(door))
    by_hand = as_ivan.post(people, {"email": ben.email, "role": "learner"})
    assert (422, True) == (by_hand.status_code, "This course has closed" in texts(by_hand))
    rows = {"text": f"email,role\n{ben.email},learner\n{lena.email},learner", "confirm": "1"}
    as_ivan.post(reverse("import_people", args=[course.slug]), rows)
    assert not course.enrollments.filter(user=ben).exists()
    assert 302 == as_ivan.post(people, {"email": ben.email, "role": "assistant"}).status_code  # the team may grow


def test_learner_of_a_closed_course_reads_on_and_registers_for_nothing(world, course, section, item, as_lena, as_eda):
    section.items.create(kind="text", text="Look up first.", position=20)
    lesson, register = f"/lessons/{section.lesson_id}/", reverse("register", args=[item.pk])
    assert 200 == as_lena.get(register).status_code
    close(course, world.now)
    page = texts(as_lena.get(lesson))
    assert "Look up first." in page
    assert "This course has closed. Nobody new registers." in page
    assert register not in page
    assert (
        302 == as_lena.post(register, {"firstName": "Lena", "lastName": "L", "email": "lena@example.com"}).status_code
    )
    assert not RegistrationRequest.objects.exists()
    close(course, world.now + SECOND)
    assert register in texts(as_lena.get(lesson))


def test_who_was_registered_before_a_course_closed_keeps_their_place(world, course, item, lena, sign_up, as_lena):
    sign_up(item.event, lena)
    close(course, world.now)
    assert "You are registered." in texts(as_lena.get(f"/lessons/{item.section.lesson_id}/"))


def test_course_that_closes_is_registered_as_a_whole_no_more(world, course, item, ivan, as_ivan, run_jobs):
    start_roster(item=item, answers=Answers(fields={}), actor=ivan)
    close(course, world.now)
    run_jobs()
    assert not RegistrationRequest.objects.exists()
    everybody = reverse("register_everybody", args=[item.pk])
    assert "This course has closed. Nobody new registers." in texts(as_ivan.get(everybody))
    assert 409 == as_ivan.post(everybody).status_code


@pytest.mark.parametrize(
    ("give", "field"),
    [
        ({"publish_at": "2026-03-03T13:00", "close_at": "2026-03-03T13:00"}, "close_at"),
        ({"publish_at": "2026-03-29T02:30"}, "publish_at"),  # does not exist in Berlin: clocks go forward
        ({"close_at": "2026-10-25T02:30"}, "close_at"),  # exists twice there: clocks go back
    ],
)
def test_moments_of_a_course_that_cannot_be_are_refused_beside_the_field(course, as_eda, give, field):
    answer = as_eda.post(*settings_of(course, **give))
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    course.refresh_from_db()
    assert (None, None) == (course.publish_at, course.close_at)
