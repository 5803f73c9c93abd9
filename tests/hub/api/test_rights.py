"""A key never may more than the person who made it may at that moment."""

import pytest
from tests.factories.courses import make_enrollment, make_item

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.courses.models import Enrollment
from greenroom.hub.users.api_keys import create_key


@pytest.fixture
def doing(event):
    """Return the events somebody's key may touch for something."""

    def list_events(user, verb, connection_ids=None):
        caller = Caller(owner="key:1", user=user, verbs=frozenset(Verb), connection_ids=connection_ids)
        return list(caller.about_to(verb).list_events())

    return list_events


@pytest.mark.parametrize("verb", Verb)
def test_a_site_admins_key_touches_every_event(doing, ada, event, verb):
    assert [event] == doing(ada, verb)
    assert [event] == doing(ada, verb, frozenset([event.connection_id]))
    assert [] == doing(ada, verb, frozenset([event.connection_id + 1]))


@pytest.mark.parametrize("verb", [Verb.READ, Verb.HOOKS, Verb.HOST])
def test_who_teaches_it_may_read_and_start_an_event(doing, ivan, item, event, verb):
    assert [event] == doing(ivan, verb)
    assert [] == doing(ivan, verb, frozenset([event.connection_id + 1]))


@pytest.mark.parametrize("verb", Verb)
def test_who_only_edits_or_learns_may_not_touch_people(doing, eda, lena, otto, item, verb):
    assert [] == doing(eda, verb) == doing(lena, verb) == doing(otto, verb)


@pytest.mark.parametrize("verb", [Verb.REGISTER, Verb.MANAGE])
def test_only_who_runs_the_account_acts_in_the_organizers_name(doing, ivan, item, event, verb):
    assert [] == doing(ivan, verb)
    ivan.email = event.connection.organizer_email
    ivan.save()
    assert [event] == doing(ivan, verb)


def test_an_event_is_gone_for_the_key_when_its_maker_no_longer_teaches_it(doing, ivan, item, event, course):
    Enrollment.objects.filter(user=ivan).delete()
    assert [] == doing(ivan, Verb.READ)
    make_enrollment(course, ivan, "instructor")
    assert [event] == doing(ivan, Verb.READ)


@pytest.mark.parametrize(("product", "for_teachers"), [("webinar", 200), ("training", 200), ("meeting", 403)])
def test_a_link_that_starts_without_a_sign_in_is_for_who_runs_the_account(
    world, pull, section, ivan, call, product, for_teachers
):
    event = pull(getattr(world, f"schedule_{product}")(), product)
    make_item(section, event)
    key = create_key(user=ivan, name="Start", verbs=[Verb.HOST], connection_ids=None)[1]
    path = f"/events/{event.event_key}/start-link"
    assert for_teachers == call("POST", path, key=key).status_code
    ivan.email = event.connection.organizer_email
    ivan.save()
    assert 200 == call("POST", path, key=key).status_code
