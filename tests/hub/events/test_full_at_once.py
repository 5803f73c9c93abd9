"""Five hundred people ask for a hundred places at the same moment."""

import pytest
from tests.factories.users import make_user
from tests.hub.races import do_together

from greenroom.hub.events.models import Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.selectors import find_registrations
from greenroom.hub.events.services import register
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.worker import run_until_idle

PLACES, PEOPLE, DOORS, WORKERS = 100, 500, 20, 4


@pytest.mark.slow
def test_exactly_as_many_get_in_as_there_are_places_and_everybody_else_is_told(postgresql, world, pull):
    event = pull(world.schedule_webinar(limit=PLACES))
    people = [make_user(f"Person{number}") for number in range(PEOPLE)]

    def ask(some):
        for one in some:
            fields = {"firstName": one.first_name, "lastName": one.last_name, "email": one.email}
            register(event=event, answers=Answers(fields=fields), user=one)

    def carry(_):
        run_until_idle()

    do_together(ask, [people[door::DOORS] for door in range(DOORS)])
    for _ in range(PEOPLE):  # GoTo takes ten calls a second
        do_together(carry, range(WORKERS))
        if not RegistrationRequest.objects.filter(state="pending").exists():
            break
        world.advance(seconds=10)

    states = list(RegistrationRequest.objects.values_list("state", "last_error"))
    assert (PLACES, PEOPLE - PLACES) == (states.count(("delivered", "")), states.count(("refused", "full")))
    at_goto = {one["email"] for one in world.registrants_at_goto(event.event_key)}
    approved = set(Registrant.objects.filter(event=event, status="APPROVED").values_list("email", flat=True))
    assert (PLACES, at_goto) == (len(at_goto), approved)
    assert not Job.objects.filter(state="failed").exists()
    told = [find_registrations(user=one, event_ids=[event.pk])[event.pk] for one in people]
    assert PLACES == sum(one.registrant is not None for one in told)
    assert {"GoTo takes no more registrations for this event."} == {
        one.request.refusal for one in told if one.registrant is None
    }
