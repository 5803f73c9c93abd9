"""All learners of a course are registered for an event of it; whoever comes is too, and whoever leaves is taken off."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.factories.users import make_user

from greenroom.hub.courses.models import RosterRegistration
from greenroom.hub.courses.services import enroll, unenroll
from greenroom.hub.events.models import RegistrationRequest
from greenroom.hub.events.services import cancel_registration
from greenroom.hub.users.models import User


@pytest.fixture
def ben(course) -> User:
    ben = make_user("Ben")
    enroll(course=course, user=ben, role="learner")
    return ben


@pytest.fixture
def everybody(item) -> str:
    return reverse("register_everybody", args=[item.pk])


@pytest.fixture
def work(world, run_jobs):
    """Do all that is due, and what follows after a pause."""

    def do(**later: float) -> None:
        run_jobs()
        world.advance(**(later or {"seconds": 6}))
        run_jobs()

    return do


def at_goto(world, item) -> set[str]:
    return {one["email"].split("@")[0] for one in world.registrants_at_goto(item.event.event_key)}


def said(page) -> tuple[int, ...]:
    standing = page.context["standing"]
    return standing.registered, standing.under_way, standing.to_do, standing.stepped_back, standing.refused


def test_all_learners_and_nobody_else_are_registered(world, item, ben, as_ivan, everybody, work):
    assert (0, 0, 2, 0, 0) == said(as_ivan.get(everybody))
    as_ivan.post(everybody)
    assert as_ivan.get(everybody).context["standing"].is_moving
    work()
    assert {"ben", "lena"} == at_goto(world, item)
    page = as_ivan.get(everybody)
    assert (2, 0, 0, 0, 0) == said(page)
    assert not page.context["standing"].is_moving
    assert "2 of 2 learners are registered" in page.content.decode()
    assert "hx-get" not in as_ivan.get(reverse("roster_standing", args=[item.pk])).content.decode()


def test_nothing_is_lost_while_goto_is_down(world, item, ben, as_ivan, everybody, work):
    world.fail(kind="status", status=503, operation="createRegistrant", times=20)
    as_ivan.post(everybody)
    work()
    page = as_ivan.get(everybody)
    assert (0, 2, 0, 0, 0) == said(page)
    assert page.context["standing"].is_moving
    world.control("DELETE", "faults")
    work(minutes=20)
    assert {"ben", "lena"} == at_goto(world, item)
    assert (2, 0, 0, 0, 0) == said(as_ivan.get(everybody))


def test_large_course_leaves_room_for_others_in_between(world, item, course, as_ivan, everybody, run_jobs):
    for number in range(60):
        make_enrollment(course, make_user(f"Learner{number}"))
    as_ivan.post(everybody)
    run_jobs()
    assert 50 == RegistrationRequest.objects.filter(event=item.event).count()
    assert 11 == as_ivan.get(everybody).context["standing"].to_do
    world.advance(seconds=6)
    run_jobs()
    assert 61 == len(at_goto(world, item))


def test_who_comes_later_is_registered_and_who_leaves_is_taken_off(
    world, item, course, lena, as_ivan, as_lena, everybody, work
):
    as_ivan.post(everybody)
    ben = make_user("Ben")
    as_ivan.post(reverse("import_people", args=[course.slug]), {"text": "ben@example.com", "confirm": "1"})
    work()
    assert {"ben", "lena"} == at_goto(world, item)
    as_lena.post(reverse("leave_course", args=[course.slug]))
    as_ivan.post(reverse("remove_from_course", args=[course.slug, ben.pk]))
    work()
    assert set() == at_goto(world, item)
    enroll(course=course, user=ben, role="learner")
    work()
    assert {"ben"} == at_goto(world, item)


def test_who_leaves_while_goto_is_down_is_taken_off_in_the_end(world, item, course, lena, as_ivan, everybody, work):
    as_ivan.post(everybody)
    work()
    world.fail(kind="status", status=503, operation="deleteRegistrant", times=20)
    unenroll(course=course, user=lena)
    work()
    assert {"lena"} == at_goto(world, item)
    world.control("DELETE", "faults")
    work(minutes=20)
    assert set() == at_goto(world, item)


def test_who_leaves_keeps_an_event_of_another_course(world, item, course, lena, as_ivan, everybody, work):
    other = make_course("First aid")
    make_item(make_section(other), item.event)
    make_enrollment(other, lena)
    as_ivan.post(everybody)
    work()
    unenroll(course=course, user=lena)
    work()
    assert {"lena"} == at_goto(world, item)


def test_who_registered_where_the_course_is_not_registered_as_a_whole_keeps_it(
    world, item, course, lena, sign_up, work
):
    sign_up(item.event, lena)
    unenroll(course=course, user=lena)
    work()
    assert {"lena"} == at_goto(world, item)


def test_who_gave_their_place_up_is_left_alone(world, item, lena, ben, as_ivan, everybody, work):
    as_ivan.post(everybody)
    work()
    cancel_registration(event=item.event, user=lena)
    work()
    as_ivan.post(everybody)
    work()
    assert {"ben"} == at_goto(world, item)
    assert (1, 0, 0, 1, 0) == said(as_ivan.get(everybody))


def test_who_is_registered_already_is_not_asked_for_again(world, item, lena, sign_up, as_ivan, everybody, work):
    sign_up(item.event, lena)
    as_ivan.post(everybody)
    work()
    assert 1 == RegistrationRequest.objects.count()


def test_refusal_is_told_and_tried_again_when_asked(world, item, lena, as_ivan, everybody, work):
    world.fail(kind="status", status=403, operation="createRegistrant")
    as_ivan.post(everybody)
    work()
    page = as_ivan.get(everybody)
    assert [(lena, "GoTo takes no more registrations for this event.")] == page.context["standing"].problems
    work()
    assert set() == at_goto(world, item)
    world.advance(seconds=1)
    as_ivan.post(everybody)
    work()
    assert {"lena"} == at_goto(world, item)


def test_what_cannot_be_asked_for_is_told_by_person(world, item, ben, as_ivan, everybody, work):
    User.objects.filter(pk=ben.pk).update(last_name="")
    as_ivan.post(everybody)
    work()
    page = as_ivan.get(everybody)
    assert [(ben, "This is required.")] == page.context["standing"].problems
    assert {"lena"} == at_goto(world, item)
    assert not page.context["standing"].is_moving


@pytest.fixture
def trio(ben, course) -> list[str]:
    enroll(course=course, user=make_user("Nora"), role="learner")
    return ["ben", "lena", "nora"]


def told_of(page) -> list[tuple[str, str]]:
    return [(user.first_name.lower(), sentence) for user, sentence in page.context["standing"].problems]


def test_when_the_event_is_full_those_without_a_place_are_told_one_by_one(world, pull, section, trio, as_ivan, work):
    item = make_item(section, pull(world.schedule_webinar("Ropes", limit=2)))
    everybody = reverse("register_everybody", args=[item.pk])
    as_ivan.post(everybody)
    work()
    page, there = as_ivan.get(everybody), at_goto(world, item)
    ((name, sentence),) = told_of(page)
    assert (set(trio), 2) == (there | {name}, len(world.registrants_at_goto(item.event.event_key)))
    assert "no more registrations" in sentence
    assert (2, 0, 0, 0, 1) == said(page)


def test_whom_the_organizer_denies_is_told_and_not_asked_for_again(world, pull, section, trio, as_ivan, work):
    item = make_item(section, pull(world.schedule_webinar("Ropes", approval="MANUAL")))
    everybody = reverse("register_everybody", args=[item.pk])
    as_ivan.post(everybody)
    work()
    assert 3 == as_ivan.get(everybody).context["standing"].waiting
    decide = f"webinars/{item.event.event_key}/decisions"
    world.control("POST", decide, email="lena@example.com", status="APPROVED")
    world.control("POST", decide, email="ben@example.com", status="DENIED")
    pull(item.event.event_key)
    as_ivan.post(everybody)
    work()
    page = as_ivan.get(everybody)
    assert [("ben", "The organizer has not approved this registration.")] == told_of(page)
    assert ((1, 0, 0, 0, 1), 1) == (said(page), page.context["standing"].waiting)
    assert 3 == len(world.registrants_at_goto(item.event.event_key))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 90},
        {"kind": "status", "status": 503},
        {"kind": "timeout_after"},  # GoTo registers them, and its answer is lost
    ],
    ids=lambda fault: str(fault.get("status", fault["kind"])),
)
def test_what_fails_midway_loses_nobody_and_registers_nobody_twice(
    world, item, trio, lena, sign_up, as_ivan, everybody, work, fault
):
    sign_up(item.event, lena)
    world.fail(operation="createRegistrant", times=20, **fault)
    as_ivan.post(everybody)
    work()
    assert (1, 2, 0, 0, 0) == said(as_ivan.get(everybody))
    as_ivan.post(everybody)  # pressed again meanwhile
    world.control("DELETE", "faults")
    work(minutes=20)
    assert ((3, 0, 0, 0, 0), []) == (said(page := as_ivan.get(everybody)), told_of(page))
    emails = [one["email"].split("@")[0] for one in world.registrants_at_goto(item.event.event_key)]
    assert trio == sorted(emails)


def test_what_the_organizer_asks_is_answered_once_for_all(world, pull, section, ben, as_ivan, work):
    question = {"text": "How often do you climb?", "is_required": True, "choices": ["Never", "Weekly"]}
    fields = [{"name": "organization", "is_required": True}, "industry"]
    event = pull(world.schedule_webinar("Ropes", fields=fields, questions=[question]))
    item = make_item(section, event)
    everybody = reverse("register_everybody", args=[item.pk])
    page = as_ivan.get(everybody)
    assert "industry" not in page.context["form"].fields  # only what is needed
    answer = as_ivan.post(everybody, {"organization": ""})
    assert (422, False) == (answer.status_code, RosterRegistration.objects.exists())
    (asked,) = (name for name in page.context["form"].fields if name.startswith("question_"))
    key = page.context["form"].fields[asked].choices[0][0]
    as_ivan.post(everybody, {"organization": "Northwind", asked: key})
    work()
    assert {"ben", "lena"} == at_goto(world, item)
    answers = RegistrationRequest.objects.filter(event=event).first().answers
    assert ("Northwind", [key]) == (answers["fields"]["organization"], list(answers["choices"].values()))


def test_nobody_else_is_registered_once_it_is_stopped(world, item, course, as_ivan, everybody, work):
    as_ivan.post(everybody)
    work()
    as_ivan.post(reverse("stop_roster", args=[item.pk]))
    enroll(course=course, user=make_user("Ben"), role="learner")
    work()
    assert {"lena"} == at_goto(world, item)


def test_event_that_is_over_takes_nobody(world, item, as_ivan, everybody, work):
    type(item.event).objects.update(state="ended")
    as_ivan.post(everybody)
    assert not RosterRegistration.objects.exists()
    assert "GoTo takes no registrations for this event now." in as_ivan.get(everybody).content.decode()


def test_meeting_needs_no_registering(world, pull, section, as_ivan):
    pull(product="meeting")
    key = world.schedule_meeting(starts_in=timedelta(hours=2))
    item = make_item(section, pull(key, "meeting"))
    assert 404 == as_ivan.get(reverse("register_everybody", args=[item.pk])).status_code
