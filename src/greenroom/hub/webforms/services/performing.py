"""Doing what a form promises, for one submission at a time, until all of it is done or refused."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from greenroom.hub.actions.registry import Subject, get_action, perform
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError, UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.jobs.registry import task
from greenroom.hub.webforms.answers import Answer, answer_organizer, read_answers, read_chosen_events
from greenroom.hub.webforms.models import EVENT_FIELD, REGISTER, FormAction, Submission, SubmissionAct

log = structlog.get_logger(__name__)

State = SubmissionAct.State

# How long until it is looked at again whether what was begun is done: twice as long each time.
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=15)


def queue_acts(submission: Submission) -> None:
    """Write down what is to be done for a submission, and have it done. In the caller's transaction."""
    answers = read_answers(submission.answers)
    wanted = [(action, pk) for action in submission.form.actions.all() for pk in _list_events(action, answers)]
    there = set(Event.objects.filter(pk__in=[pk for _, pk in wanted if pk]).values_list("pk", flat=True))
    SubmissionAct.objects.bulk_create(
        SubmissionAct(
            submission=submission,
            position=number,
            kind=action.kind,
            settings={name: value for name, value in action.settings.items() if name not in {"event", EVENT_FIELD}},
            event_id=pk if pk in there else None,
        )
        for number, (action, pk) in enumerate(wanted)
    )
    _wake(submission.pk)


def _list_events(action: FormAction, answers: Sequence[Answer]) -> Sequence[int | None]:
    """Return the events an action is done for: one, those the visitor chose, or none where it is about no event."""
    if EVENT_FIELD in action.settings:
        return read_chosen_events(action.settings[EVENT_FIELD], answers)
    return [action.settings.get("event")]


def _wake(submission_id: int, after: timedelta = timedelta(0)) -> None:
    perform_acts.enqueue(
        submission_id=submission_id, run_at=clock.now() + after, dedupe_key=f"webforms.acts:{submission_id}"
    )


@task(priority=8)
def perform_acts(submission_id: int) -> None:
    """Do what is still to be done for a submission; each act by itself, so that none waits for another."""
    submission = Submission.objects.select_related("form", "contact").filter(pk=submission_id).first()
    if submission is None:
        return
    for act_id in submission.acts.filter(state=State.WAITING).values_list("pk", flat=True):
        _perform_one(submission, act_id)
    if tries := list(submission.acts.filter(state=State.WAITING).values_list("tries", flat=True)):
        _wake(submission_id, min(_SOONEST * 2 ** min(min(tries), 10), _LATEST))


def _perform_one(submission: Submission, act_id: int) -> None:
    with transaction.atomic():
        act = SubmissionAct.objects.select_for_update(of=["self"]).select_related("event").get(pk=act_id)
        if act.state != State.WAITING:
            return
        act.tries += 1
        act.state, act.problem = _perform(submission, act)
        act.done_at = clock.now() if act.state == State.DONE else None
        act.save(update_fields=["tries", "state", "problem", "done_at"])
        reached("webforms.act_performed")


def _perform(submission: Submission, act: SubmissionAct) -> tuple[str, str]:
    """Return how an act stands once it was asked for, and why it was not done."""
    contact = submission.contact
    if contact is None:
        return State.FAILED, "The contact is no longer here."
    subject = Subject(contact.pk, cause=f"form:{act.pk}:{act.round}", answers=_answers_for(submission, act))
    try:
        with transaction.atomic():
            outcomes = perform(act.kind, [subject], _settings_of(act))
    except UnknownObjectError as error:
        return State.FAILED, str(error)
    except HubError as error:
        log.info("webforms.act_waits", act=act.pk, reason=error.code)
        return State.WAITING, str(error)
    if contact.pk in outcomes.pending:
        return State.WAITING, ""
    problem = outcomes.problems.get(contact.pk, "")
    return (State.FAILED, problem) if problem else (State.DONE, "")


def _answers_for(submission: Submission, act: SubmissionAct) -> Answers | None:
    """Return what the organizer is told, by the form as it is now: a mapping that was mended counts."""
    if act.kind != REGISTER or act.event is None:
        return None
    return answer_organizer(
        event=act.event,
        fields=submission.form.fields.all(),
        answers=read_answers(submission.answers),
        contact=submission.contact,
        email=submission.email,
    )


def _settings_of(act: SubmissionAct) -> dict[str, Any]:
    if "event" not in get_action(act.kind).form.base_fields:
        return dict(act.settings)
    if act.event_id is None:
        raise UnknownObjectError("The event is no longer here.")
    return act.settings | {"event": act.event_id}


def retry_acts(*, submission: Submission, event: Event | None = None) -> int:
    """
    Have done what was not done, and return how much that is.

    Args:
        event: to be taken in place of the one for which it was not done.
    """
    with transaction.atomic():
        failed = list(submission.acts.select_for_update().filter(state=State.FAILED))
        for act in failed:
            act.state, act.tries, act.round, act.problem = State.WAITING, 0, act.round + 1, ""
            if event and "event" in get_action(act.kind).form.base_fields:
                act.event = event
        SubmissionAct.objects.bulk_update(failed, ["state", "tries", "round", "problem", "event"])
        _wake(submission.pk)
    return len(failed)
