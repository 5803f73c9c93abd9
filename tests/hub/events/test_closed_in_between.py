"""Somebody's open request keeps another one from being stored, and is closed before it is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from tests.hub.events.conftest import LENA

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register, register_many

ANSWERS = Answers(fields=LENA)


@contextmanager
def once_around_insert(*, before: Callable[[], Any], after: Callable[[], Any]) -> Iterator[None]:
    """Have somebody else do something just before the next request is stored, and just after."""
    waiting = [True]

    def interrupt(execute, sql, params, many, context):
        if not (waiting and 'INTO "events_registrationrequest"' in sql):
            return execute(sql, params, many, context)
        waiting.clear()
        before()
        result = execute(sql, params, many, context)
        after()
        return result

    with connection.execute_wrapper(interrupt):
        yield
    assert not waiting


def ask_at_another_door(event: Event) -> None:
    RegistrationRequest.objects.create(event=event, email=LENA["email"], answers={}, asked_at=clock.now())


def test_who_is_signed_up_with_many_is_stored_after_all(event):
    others = RegistrationRequest.objects.filter(idempotency_key=None)
    interruption = once_around_insert(
        before=lambda: ask_at_another_door(event), after=lambda: others.update(state="cancelled")
    )
    with interruption:
        sign_ups = register_many(event=event, asked={"k": ANSWERS})
    assert ({}, "pending") == (sign_ups.problems, sign_ups.requests["k"].state)
    assert sign_ups.requests["k"] == RegistrationRequest.objects.get(idempotency_key="k")


def test_who_signs_up_alone_is_stored_after_all(event, lena):
    # What fails takes the other's row with it.
    with once_around_insert(before=lambda: ask_at_another_door(event), after=lambda: None):
        request = register(event=event, answers=ANSWERS, user=lena)
    assert ("pending", lena) == (request.state, request.user)
