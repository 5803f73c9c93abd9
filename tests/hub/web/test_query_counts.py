"""Pages cost the same number of statements whether they show one thing or twenty."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_enrollment, make_item
from tests.factories.users import make_user

from greenroom.hub.courses.models import Completion
from greenroom.hub.courses.services import grant_results
from greenroom.hub.events.models import Event, EventSession, EventTime, Registrant, RegistrationRequest


@pytest.fixture
def more(world, item, course, section, connection, lena):
    """Make nineteen more of everything: events in the lesson with sessions and Lena's sign-up, and learners."""

    def make() -> None:
        for number in range(19):
            start = world.now + timedelta(hours=number)
            event = Event.objects.create(
                connection=connection, product="training" if number % 2 else "webinar", event_key=str(number),
                organizer_key="1", title=f"Event {number}", starts_at=start, ends_at=start + timedelta(hours=1),
            )  # fmt: skip
            EventTime.objects.create(event=event, starts_at=start, ends_at=event.ends_at)
            EventSession.objects.create(event=event, session_key="1", started_at=start, ended_at=event.ends_at)
            one = make_item(section, event)
            registrant = Registrant.objects.create(
                event=event, registrant_key="1", email=lena.email, user=lena, status="APPROVED", registered_at=world.now
            )
            RegistrationRequest.objects.create(
                event=event, user=lena, email=lena.email, answers={}, registrant=registrant, state="delivered",
                asked_at=world.now,
            )  # fmt: skip
            person = make_user(f"Learner{number}")
            make_enrollment(course, person)
            Registrant.objects.create(
                event=item.event, registrant_key=f"p{number}", email=person.email, user=person, status="APPROVED",
                registered_at=world.now,
            )  # fmt: skip
            for user, of in ((lena, one), (person, item)):
                Completion.objects.create(
                    item=of, user=user, status="partial", attended_seconds=1, percent=1, evaluated_at=world.now
                )

    return make


def count(client, path: str) -> int:
    with CaptureQueriesContext(database) as queries:
        assert 200 == client.get(path).status_code
    return len(queries)


def test_number_of_statements_is_flat(item, section, course, ivan, obi, browser, as_ada, as_ivan, as_lena, more):
    grant_results(observer=make_enrollment(course, obi, "observer"), everybody=True, learners=[], actor=ivan)
    lesson = f"/lessons/{section.lesson_id}/"
    pages = [
        (as_lena, lesson),
        (as_ivan, lesson + "?edit=1"),
        (as_lena, "/"),
        (as_ada, "/"),
        (as_ada, "/events/"),
        (as_ada, f"/events/{item.event_id}/?tab=people"),
        (as_ada, f"/events/{item.event_id}/"),
        (as_ivan, reverse("roster", args=[item.pk])),
        (as_ivan, reverse("course_people", args=[course.slug])),
        (as_ivan, reverse("observing", args=[course.slug, obi.pk])),
        (browser(obi), reverse("course_results", args=[course.slug])),
        (browser(obi), reverse("roster", args=[item.pk])),
        (as_ivan, reverse("choose_event", args=[section.pk, "webinar"])),
        (as_ada, "/people/"),
        (as_ada, "/connections/"),
        (as_ada, reverse("account", args=[item.event.connection_id])),
        (as_lena, "/courses/"),
        (as_lena, reverse("item_card", args=[item.pk])),
    ]
    before = [count(*page) for page in pages]
    more()
    for page, number in zip(pages, before, strict=True):
        # The empty list of a prefetch is not asked for: with something in it one statement more may come.
        assert count(*page) <= number + 1, page[1]
    assert max(before) < 25
