"""Carrying acts to GoTo, one job each, and writing down what came of them."""

from collections.abc import Callable
from functools import partial

import structlog
from django.db import transaction

from greenroom.goto import (
    BadRequestError,
    ConflictError,
    GoTo,
    GotoError,
    PermissionDeniedError,
    ResourceNotFoundError,
)
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.pacing import SharedLimiter
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError, ReconnectNeededError, StateConflictError, UnknownObjectError
from greenroom.hub.events.act_state import job_key_of
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.events.services.acts.changing import carry_cancel, carry_update
from greenroom.hub.events.services.acts.making import carry_create
from greenroom.hub.events.services.acts.people import carry_resend, carry_team_change
from greenroom.hub.events.services.acts.sending import Store
from greenroom.hub.events.services.acts.words import refusal_of
from greenroom.hub.jobs.errors import RetryLaterError
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.registry import task

log = structlog.get_logger(__name__)

Verb, State = EventAct.Verb, EventAct.State

# A carrier asks GoTo, and returns what is to be written down, or None when the act is for a person to decide.
_CARRIERS: dict[EventAct.Verb, Callable[[GoTo, EventAct], Store | None]] = {
    Verb.CREATE: carry_create,
    Verb.UPDATE: carry_update,
    Verb.CANCEL: carry_cancel,
    Verb.RESEND_CONFIRMATION: carry_resend,
    Verb.ADD_TEAM_MEMBER: partial(carry_team_change, method="add_team_member"),
    Verb.REMOVE_TEAM_MEMBER: partial(carry_team_change, method="remove_team_member"),
}
# What asking again does not change.
_REFUSALS = (
    BadRequestError,
    ConflictError,
    PermissionDeniedError,
    ResourceNotFoundError,
    StateConflictError,
    UnknownObjectError,
)


def enqueue_act(act_id: int) -> Job:
    """Put an act in line for GoTo, in the caller's transaction."""
    return deliver_act.enqueue(act_id=act_id, dedupe_key=job_key_of(act_id))


@task(queue="goto", priority=10, max_attempts=1000)
def deliver_act(act_id: int, is_waited_for: bool = False) -> None:
    """Carry one act to GoTo and write down the answer; be quick to give up when somebody waits."""
    act = _claim(act_id)
    if act is None:
        return
    try:
        limiter = SharedLimiter(is_waited_for=True)
        with open_goto(act.connection, limiter=limiter, is_waited_for=is_waited_for) as goto:
            store = _CARRIERS[Verb(act.verb)](goto, act)
    except ReconnectNeededError as error:
        _note_trouble(act, error)
        raise
    except _REFUSALS as error:
        _refuse(act, error)
    except (HubError, GotoError) as error:
        _note_trouble(act, error)
        if error.retryable:
            raise
        # An answer that nobody can read may be readable the next time.
        raise RetryLaterError(error.code) from error
    else:
        if store:
            _finish(act, store)


def _claim(act_id: int) -> EventAct | None:
    """Count another try and return the act as it is then; None when there is nothing to do any more."""
    found = EventAct.objects.select_related("connection", "event__connection").filter(pk=act_id, state=State.PENDING)
    act = found.first()
    if act is None or not found.filter(tries=act.tries).update(tries=act.tries + 1):
        return None
    act.tries += 1
    return act


def _note_trouble(act: EventAct, error: HubError | GotoError) -> None:
    EventAct.objects.filter(pk=act.pk, state=State.PENDING).update(last_error=error.code)


def _refuse(act: EventAct, error: HubError | GotoError) -> None:
    EventAct.objects.filter(pk=act.pk, state=State.PENDING).update(
        state=State.REFUSED, last_error=error.code, refusal=refusal_of(act, error), answered_at=clock.now()
    )
    log.info("act.refused", act=act.pk, verb=act.verb, event_id=act.event_id, reason=error.code)


def _finish(act: EventAct, store: Store) -> None:
    with transaction.atomic():
        event: Event = store()
        EventAct.objects.filter(pk=act.pk, state=State.PENDING).update(
            state=State.DONE,
            event=event,
            event_key=event.event_key,
            last_error="",
            answered_at=clock.now(),
        )
        reached("acts.stored")
    log.info("act.done", act=act.pk, verb=act.verb, event_id=event.pk, tries=act.tries)
