"""Sign-ups are given to whoever can sign in under their address, whenever that comes about."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.users import make_user

from greenroom.hub.courses.models import Completion
from greenroom.hub.events.models import Registrant
from greenroom.hub.events.services import link_new_people
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User


@pytest.fixture
def signed_up(world, event, pull):
    """Nora and nine others signed up at GoTo, before anybody of them could sign in here."""
    people = [{"email": "nora@example.com"}, *({"email": f"person{number}@example.com"} for number in range(9))]
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=people)
    return pull(event.event_key)


def linked() -> dict[str, int]:
    return dict(Registrant.objects.filter(user__isnull=False).values_list("email", "user"))


def test_somebody_new_is_given_the_sign_ups_made_under_their_address(signed_up):
    nora = make_user("Nora")
    link_new_people.call()
    assert {"nora@example.com": nora.pk} == linked()
    assert [(nora.pk, signed_up.pk)] == list(Fact.objects.filter(kind="linked").values_list("user_id", "event_id"))


def test_it_happens_by_itself(signed_up, run_jobs):
    make_user("Nora")
    from greenroom.hub.jobs.worker import run_until_idle

    run_until_idle(with_schedules=True)
    assert {"nora@example.com"} == linked().keys()


def test_somebody_with_another_address_is_given_those_under_it_too(signed_up):
    user = make_user("Otto")
    link_new_people.call()
    assert {} == linked()
    User.objects.filter(pk=user.pk).update(email="person3@example.com")
    link_new_people.call()
    assert {"person3@example.com": user.pk} == linked()


def test_what_is_somebody_s_already_stays_theirs(signed_up, lena):
    Registrant.objects.filter(email="nora@example.com").update(user=lena)
    make_user("Nora")
    link_new_people.call()
    assert {"nora@example.com": lena.pk} == linked()


def test_nobody_new_costs_one_query(signed_up):
    make_user("Nora")
    link_new_people.call()
    with CaptureQueriesContext(database) as queries:
        link_new_people.call()
    assert 1 == len(queries)


def test_many_new_people_cost_as_many_statements_as_one(signed_up):
    def statements_for(*names: str) -> int:
        for name in names:
            make_user(name)
        with CaptureQueriesContext(database) as queries:
            link_new_people.call()
        return len(queries)

    assert statements_for("Person0") == statements_for(*(f"Person{number}" for number in range(1, 9)))
    assert 9 == len(linked())


def test_what_somebody_attended_before_counts_from_then_on(world, signed_up, item, section, pull, run_jobs):
    """Nora takes the course under an address of hers that GoTo does not know, and changes it."""
    nora = make_user("Nora")
    User.objects.filter(pk=nora.pk).update(email="nora@work.example", linked_email="nora@work.example")
    section.lesson.course.enrollments.create(user=nora, role="learner")
    world.advance(hours=2, minutes=1)
    world.write_attendance(signed_up.event_key, {"nora@example.com": [[0, 60]]})
    pull()
    run_jobs()
    assert not Completion.objects.filter(user=nora).exists()
    User.objects.filter(pk=nora.pk).update(email="nora@example.com")
    link_new_people.call()
    run_jobs()
    assert "completed" == Completion.objects.get(user=nora).status
