"""GoTo does not say whether somebody who signs up again gets a new key or the old one: both are taken."""

from greenroom.hub.events.models import Registrant
from greenroom.hub.events.services import cancel_registration


def test_the_old_key_is_the_same_row_and_a_new_sign_up(world, event, lena, sign_up, run_jobs, facts):
    first = sign_up(event, lena).registrant
    cancel_registration(event=event, user=lena)
    run_jobs()
    assert not Registrant.objects.get().is_there
    told = {"registrantKey": first.registrant_key, "joinUrl": "http://goto.test/join/1/2", "status": "APPROVED"}
    world.answer("createRegistrant", told)
    again = sign_up(event, lena).registrant
    assert (first, True, 1, "http://goto.test/join/1/2") == (again, again.is_there, again.generation, again.join_url)
    assert 2 == facts(user_id=lena.pk).count("registered")
