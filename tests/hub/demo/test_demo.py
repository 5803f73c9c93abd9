"""The demo: filled once from the sandbox's own seed, through the hub's own doors."""

import pytest
from django.apps import apps
from django.test import Client

from greenroom.hub.campaigns.models import CampaignVersion
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError
from greenroom.hub.courses.access import list_courses_for, list_observed_learners
from greenroom.hub.courses.models import Certificate, Completion, Course, Enrollment, SectionItem
from greenroom.hub.courses.results import list_learners, list_standings
from greenroom.hub.demo.people import CAST, PASSWORD
from greenroom.hub.demo.services import ensure_demo
from greenroom.hub.events.decisions import (
    list_held_answers,
    list_set_aside_rows,
    list_unmatched_attendees,
    suggest_registrants,
)
from greenroom.hub.events.models import Attendee, Event, Registrant
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.events.selectors import list_events
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.users.models import User
from greenroom.hub.webforms.checks import find_problems
from greenroom.hub.webforms.models import WebForm


@pytest.fixture
def seeded(world):
    """GoTo as `greenroom run` starts it."""
    world.control("POST", "reset")
    world.control("POST", "seed", name="demo")
    return world


def snapshot() -> dict[str, list[tuple]]:
    """Return all rows there are."""
    return {model._meta.label: sorted(map(str, model._default_manager.values_list())) for model in apps.get_models()}


@pytest.mark.django_db
def test_demo_fills_an_empty_hub_once(seeded):
    said: list[str] = []
    ensure_demo(say=said.append)

    assert "Filling the hub with demo data." == said[0]
    assert {"olga@northwind.example", "omar@northwind.example"} == set(
        Connection.objects.values_list("organizer_email", flat=True)
    )
    assert {"workplace-safety", "leading-a-small-team", "getting-started", "assessing-risks"} == set(
        Course.objects.values_list("slug", flat=True)
    )
    assert {"live", "scheduled", "ended", "cancelled"} == set(
        Event.objects.filter(items__isnull=False).values_list("state", flat=True)
    )
    assert set(PRODUCTS) == set(Event.objects.values_list("product", flat=True))
    check_products_without_sign_up()
    assert {"done"} == set(SyncRun.objects.values_list("state", flat=True))
    assert min(Registrant.objects.count(), Attendee.objects.count(), User.objects.count()) > 50
    assert {"completed", "partial", "absent", "excused"} == set(Completion.objects.values_list("status", flat=True))
    assert Certificate.objects.filter(revoked_at=None).exists()
    assert {"instructor", "editor", "assistant", "learner", "observer"} == set(
        Enrollment.objects.values_list("role", flat=True)
    )

    assert [] == find_problems(WebForm.objects.get())
    assert CampaignVersion.objects.filter(published_at__isnull=False).exists()

    check_doubts()
    check_learning()

    before = snapshot()
    seeded.count_calls()
    ensure_demo(say=said.append)
    assert (before, 0, 1) == (snapshot(), seeded.count_calls(), said.count("Filling the hub with demo data."))

    check_people()


def check_products_without_sign_up() -> None:
    """See that a recurring meeting and a support session are to come, and that meetings in lessons have links."""
    coming = list_events(when="upcoming").filter(dates="any_time")
    assert {("meeting", "Weekly team hour"), ("assist", "Support session")} == set(
        coming.values_list("product", "title")
    )
    in_lessons = Event.objects.filter(product="meeting", items__isnull=False)
    assert {("Weekly team hour", "scheduled", True), ("Trainers' stand-up", "live", True)} == {
        (event.title, event.state, event.join_url.startswith("http://goto.test/join/")) for event in in_lessons
    }


def check_doubts() -> None:
    """See that attendance waits for an owner, an answer to be believed, and a row to be looked at."""
    [guest] = list_unmatched_attendees()
    [suggested] = suggest_registrants([guest])[guest.pk]
    assert guest.email != suggested.email
    [held] = list_held_answers()
    assert ("Budgeting for small teams", "registrants") == (held.event.title, held.listing)
    [row] = list_set_aside_rows()
    assert ("Welcoming a new colleague", "registrants") == (row.event.title, row.listing)
    assert "registrantKey" in row.reason
    assert 60 == row.event.registrants.filter(gone_at=None).count()


def check_learning() -> None:
    """See that an observer knows of three learners, that points were earned, and that a course is to come."""
    observer, lena = (User.objects.get(email=email) for email in ("obi@greenroom.example", "lena@example.com"))
    course = Course.objects.get(slug="workplace-safety")
    assert 3 == list_observed_learners(observer, course).count()
    assert lena in [one.user for one in list_observed_learners(observer, course)]
    learners = [one.user for one in list_learners(course=course)]
    assert any(one.points[:2] not in ("", "0 ") for one in list_standings(course=course, users=learners))
    [coming] = Course.objects.filter(publish_at__gt=clock.now())
    assert not list_courses_for(lena).filter(pk=coming.pk).exists()
    assert coming.enrollments.filter(user=lena).exists()


def check_people() -> None:
    """See that everybody of the cast signs in and finds something, without an error on any first page."""
    for person in CAST:
        client = Client()
        client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        page = client.get("/")
        assert 200 == page.status_code, person
        expected = {0} if person.role == "marketer" else {2, 3, 4}
        assert len(page.context["progress"]) in expected, person


@pytest.mark.django_db
@pytest.mark.parametrize("operation", ["getOrganizerSessions", "getAllTrainings", "cancelWebinar"])
def test_demo_that_was_interrupted_goes_on(seeded, operation):
    seeded.fail(kind="status", status=503, operation=operation, times=50)
    with pytest.raises(HubError):
        ensure_demo(say=lambda line: None)
    assert (True, False) == (Connection.objects.exists(), Course.objects.exists())
    seeded.control("DELETE", "faults")
    ensure_demo(say=lambda line: None)
    assert (2, 4) == (Connection.objects.count(), Course.objects.count())
    assert "cancelled" == Event.objects.get(title="What is new this winter").state
    titles = {item.event.title for item in SectionItem.objects.filter(event__isnull=False)}
    assert {"Ladder safety basics", "Forklift theory", "Train the trainer", "Quarterly questions hour"} <= titles
