"""Doors that give each sign-up a key of its own: the same key is the same sign-up, whoever repeats it."""

import pytest
from tests.hub.events.conftest import LENA
from tests.hub.races import do_together

from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.events.models import RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register

ANSWERS = Answers(fields=LENA)


@pytest.mark.parametrize("has_account", [True, False])
@pytest.mark.parametrize("state", ["pending", "delivered", "refused", "cancelled"])
def test_the_same_key_is_answered_by_the_same_request_whatever_became_of_it(event, lena, has_account, state):
    user = lena if has_account else None
    first = register(event=event, answers=ANSWERS, user=user, idempotency_key="k")
    RegistrationRequest.objects.update(state=state)
    again = register(event=event, answers=ANSWERS, user=user, idempotency_key="k")
    assert (first, state) == (again, again.state)


def test_the_same_key_is_answered_after_the_event_is_over(event, lena):
    first = register(event=event, answers=ANSWERS, user=lena, idempotency_key="k")
    type(event).objects.update(state="ended")
    event.refresh_from_db()
    assert first == register(event=event, answers=ANSWERS, user=lena, idempotency_key="k")


@pytest.mark.parametrize("other", ["answers", "user", "event"])
def test_a_key_used_for_another_sign_up_is_refused(event, webinar, lena, other):
    register(event=event, answers=ANSWERS, user=None, idempotency_key="k")
    asked = {
        "answers": {"answers": Answers(fields=LENA | {"lastName": "Other"})},
        "user": {"user": lena},
        "event": {"event": webinar(title="Another")},
    }[other]
    with pytest.raises(StateConflictError, match="This key was used for something else"):
        register(**{"event": event, "answers": ANSWERS, "user": None, "idempotency_key": "k"} | asked)
    assert 1 == RegistrationRequest.objects.count()


def test_another_key_of_somebody_who_is_on_the_way_is_the_same_sign_up(event, lena):
    first = register(event=event, answers=ANSWERS, user=lena, idempotency_key="k1")
    assert first == register(event=event, answers=ANSWERS, user=lena, idempotency_key="k2")


@pytest.mark.parametrize("key", ["", "x" * 129, "a\0b"])
def test_a_key_that_cannot_be_kept_is_refused(event, lena, key):
    with pytest.raises(InvalidInputError):
        register(event=event, answers=ANSWERS, user=lena, idempotency_key=key)


@pytest.mark.postgresql
@pytest.mark.parametrize("has_account", [True, False])
def test_fifty_calls_with_one_key_are_one_sign_up_and_one_answer(postgresql, world, event, lena, run_jobs, has_account):
    user = lena if has_account else None
    run_jobs()
    world.count_calls()
    answers = do_together(lambda _: register(event=event, answers=ANSWERS, user=user, idempotency_key="k"), range(50))
    run_jobs()
    calls = world.control("GET", "counters")["calls"]
    assert [("createRegistrant", 1)] == [(call["operation"], call["count"]) for call in calls]
    assert 1 == len({one.pk for one in answers}) == RegistrationRequest.objects.count()
    assert ["delivered"] == list(RegistrationRequest.objects.values_list("state", flat=True))
