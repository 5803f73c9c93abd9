"""Courses, the people in them, and what each of them finds on the first page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.factories.sessions import sign_up
from tests.factories.users import make_user

from greenroom.hub.courses.models import Completion, Course, Enrollment
from greenroom.hub.events.models import EventTime


def texts(answer) -> str:
    return answer.content.decode()


def test_maker_of_a_course_teaches_it(ada, as_ada):
    answer = as_ada.post(reverse("create_course"), {"title": "Workplace safety", "summary": "Ladders."}, follow=True)
    course = Course.objects.get()
    assert [("/courses/workplace-safety/", 302)] == answer.redirect_chain
    assert [(ada.pk, "instructor")] == list(course.enrollments.values_list("user", "role"))
    assert ["First lesson"] == [one.title for one in course.lessons.all()]


@pytest.mark.parametrize(
    ("slug", "title"), [("workplace-safety-2", "Workplace safety"), ("course", "安全"), ("a" * 70, "a" * 200)]
)
def test_each_course_gets_an_address_of_its_own(course, as_ada, slug, title):
    assert f"/courses/{slug}/" == as_ada.post(reverse("create_course"), {"title": title})["Location"]


@pytest.mark.parametrize("title", ["", "  ", "x" * 201])
def test_course_needs_a_title(as_ada, title):
    answer = as_ada.post(reverse("create_course"), {"title": title})
    assert (422, False) == (answer.status_code, Course.objects.exists())


def test_person_is_taken_in_and_out(course, otto, as_ivan, as_otto):
    people = reverse("course_people", args=[course.slug])
    answer = as_ivan.post(people, {"email": " OTTO@example.com", "role": "learner"}, follow=True)
    assert "Otto Example is in this course." in texts(answer)
    assert 200 == as_otto.get(reverse("course", args=[course.slug])).status_code
    answer = as_ivan.post(reverse("remove_from_course", args=[course.slug, otto.pk]), follow=True)
    assert "Otto Example is no longer in this course. What they completed is kept." in texts(answer)
    assert 404 == as_otto.get(reverse("course", args=[course.slug])).status_code


def test_taking_somebody_in_again_changes_their_role(course, lena, as_ivan):
    as_ivan.post(reverse("course_people", args=[course.slug]), {"email": lena.email, "role": "editor"})
    assert ["editor"] == list(Enrollment.objects.filter(user=lena).values_list("role", flat=True))


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("email", {"email": "nobody@example.com", "role": "learner"}),
        ("email", {"email": "no address", "role": "learner"}),
        ("role", {"email": "otto@example.com", "role": "admin"}),
    ],
)
def test_who_cannot_be_taken_in_is_told_beside_the_field(course, otto, as_ivan, field, form):
    answer = as_ivan.post(reverse("course_people", args=[course.slug]), form)
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    assert 3 == course.enrollments.count()


def test_roster_shows_every_learner_and_nobody_else(world, item, course, lena, as_ivan, sign_up):
    ben = make_user("Ben")
    make_enrollment(course, ben)
    sign_up(item.event, lena)
    Completion.objects.create(
        item=item, user=lena, status="partial", attended_seconds=600, percent="16.6", evaluated_at=world.now
    )
    answer = as_ivan.get(reverse("roster", args=[item.pk]))
    rows = {row.user.first_name: (bool(row.registrant), bool(row.completion)) for row in answer.context["rows"]}
    assert {"Lena": (True, True), "Ben": (False, False)} == rows
    for text in ("Partly attended", "16.6", "Not registered"):
        assert text in texts(answer)


def test_lesson_has_handles_for_editors_only(item, as_eda, as_lena):
    lesson = f"/lessons/{item.section.lesson_id}/"
    handle, register = reverse("remove_item", args=[item.pk]), reverse("register", args=[item.pk])
    assert handle not in texts(as_lena.get(lesson + "?edit=1"))
    assert register in texts(as_lena.get(lesson + "?edit=1"))
    assert handle not in texts(as_eda.get(lesson))
    assert handle in texts(as_eda.get(lesson + "?edit=1"))


def test_each_role_finds_its_own_on_the_first_page(item, course, cast, browser):
    found = {}
    for name in ("otto", "lena", "eda", "ivan", "ada"):
        context = browser(getattr(cast, name)).get("/").context
        found[name] = (
            [view.item.pk for view in context["next_items"]],
            [one.course.slug for one in context["progress"]],
            [one.title for one in context.get("coming_events", [])],
            "connections" in context,
        )
    assert ([], [], [], False) == found["otto"]
    assert ([item.pk], [course.slug], [], False) == found["lena"]
    assert found["eda"] == found["ivan"] == ([], [course.slug], ["Ladder safety"], False)
    assert ([], [course.slug], ["Ladder safety"], True) == found["ada"]


def test_first_page_of_an_empty_hub_leads_the_admin_through_three_steps(db, world, as_ada, as_otto):
    page = texts(as_ada.get("/"))
    assert "Three steps to your first live lesson" in page
    assert reverse("connect") in page
    assert "No courses yet" in texts(as_otto.get("/"))


def test_navigation_shows_only_what_may_be_opened(course, cast, browser):
    learner, editor = ["Home", "Courses"], ["Home", "Courses", "Events", "Automate"]
    expected = {"otto": learner, "lena": learner, "eda": editor, "ivan": editor}
    marketing = ["Contacts", "Segments", "E-mails", "Forms", "Campaigns"]
    expected["ada"] = [*editor, *marketing, "Accounts", "Sync", "To decide", "Health", "People"]
    for name, labels in expected.items():
        assert labels == [one.label for one in browser(getattr(cast, name)).get("/").context["navigation"]], name


def test_next_up_leaves_out_what_is_over_removed_or_hidden(world, pull, section, lena, as_lena):
    over, removed, cancelled, shown = (
        make_item(section, pull(world.schedule_webinar(title, starts_in=timedelta(hours=number))))
        for number, title in enumerate(("Over", "Removed", "Cancelled", "Shown"), start=1)
    )
    hidden = make_course("Hidden", is_published=False)
    make_enrollment(hidden, lena)
    type(over.event).objects.filter(pk=over.event_id).update(state="ended")
    type(over.event).objects.filter(pk=cancelled.event_id).update(state="cancelled")
    removed.removed_at = world.now
    removed.save()
    assert [shown.pk] == [view.item.pk for view in as_lena.get("/").context["next_items"]]


def test_times_are_shown_in_the_zone_of_who_looks(item, lena, as_lena):
    lesson = f"/lessons/{item.section.lesson_id}/"
    assert "11:00" in texts(as_lena.get(lesson))  # ten o'clock UTC in Berlin
    lena.time_zone = "Asia/Kolkata"
    lena.save()
    assert "15:30" in texts(as_lena.get(lesson))


@pytest.mark.parametrize(
    ("zone", "starts_at", "time"),
    [
        ("Pacific/Auckland", datetime(2026, 4, 4, 14, tzinfo=UTC), "02:00–03:00"),  # back from 03:00 at that moment
        ("Pacific/Auckland", datetime(2026, 9, 26, 14, tzinfo=UTC), "03:00–04:00"),  # on from 02:00 at that moment
        ("Asia/Kolkata", datetime(2026, 3, 29, 1, tzinfo=UTC), "06:30–07:30"),  # Berlin goes on to summer time
    ],
)
def test_card_turns_at_the_second_wherever_somebody_is_when_clocks_change(
    world, item, lena, as_lena, zone, starts_at, time
):
    lena.time_zone = zone
    lena.save()
    sign_up(item.event, lena)
    EventTime.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    for second, word in ((-1, "Registered"), (0, "Starting"), (1, "Starting")):
        world.clock.set(starts_at + timedelta(seconds=second))
        page = texts(as_lena.get(reverse("item_card", args=[item.pk])))
        assert (True, True) == (word in page, time in page)


def test_draft_is_published_by_its_editor_and_only_then_seen(course, as_eda, as_lena):
    settings, page = reverse("course_settings", args=[course.slug]), reverse("course", args=[course.slug])
    answer = as_eda.post(settings, {"title": "Safety at work", "summary": "Ladders."}, follow=True)
    assert [(page, 302)] == answer.redirect_chain
    for text in ("Safety at work", "This is a draft. Learners do not see it until it is published"):
        assert text in texts(answer)
    assert "Draft" in texts(as_eda.get("/courses/"))
    assert 404 == as_lena.get(page).status_code
    as_eda.post(settings, {"title": "Safety at work", "is_published": "on"})
    assert 200 == as_lena.get(page).status_code
    assert "draft" not in texts(as_eda.get(page))


def test_course_keeps_its_title_when_none_is_given(course, as_eda):
    answer = as_eda.post(reverse("course_settings", args=[course.slug]), {"title": " ", "is_published": "on"})
    course.refresh_from_db()
    assert (422, "Workplace safety") == (answer.status_code, course.title)


def test_event_in_two_places_is_one_event_with_one_list(item, lena, sign_up, as_lena, run_jobs):
    second = make_item(make_section(make_course("First aid")), item.event)
    make_enrollment(second.section.lesson.course, lena)
    assert ["open", "open"] == [state_of(as_lena, one) for one in (item, second)]
    sign_up(item.event, lena)
    assert 1 == item.event.registrants.count()
    assert state_of(as_lena, item) == state_of(as_lena, second) != "open"
    as_lena.post(reverse("cancel_registration", args=[second.pk]))
    run_jobs()
    assert ["open", "open"] == [state_of(as_lena, one) for one in (item, second)]


def state_of(client, item) -> str:
    return client.get(reverse("item_card", args=[item.pk])).context["view"].state.code
