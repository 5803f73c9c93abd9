"""What a visitor is told of what they asked for: honest, and nothing that only the owner of the address may know."""

from dataclasses import dataclass

from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.webforms.models import REGISTER, Submission, SubmissionAct

Status = Registrant.Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a registration stands: a word, a sentence, and whether it may be another one soon."""

    event: Event | None
    word: str
    variant: str
    sentence: str
    is_moving: bool = False


_KEPT = "We have kept your answers, and the people behind this form see them."
_BY_STATUS = {
    Status.APPROVED: ("Registered", "ok", "You are registered. GoTo mails you the confirmation."),
    Status.WAITING: ("Waiting for approval", "info", "The organizer decides about registrations. GoTo mails you then."),
    # Whoever typed the address need not be the one who was turned away.
    Status.DENIED: ("Waiting for approval", "info", "The organizer decides about registrations. GoTo mails you then."),
}


def list_outcomes(submission: Submission) -> list[Outcome]:
    """Return how the registrations of a submission stand now. Three queries."""
    acts = list(submission.acts.filter(kind=REGISTER).select_related("event"))
    events = [one.event_id for one in acts]
    registrants = Registrant.objects.filter(event__in=events, email=submission.email, gone_at=None).order_by("pk")
    there = {one.event_id: one for one in registrants}
    requests = RegistrationRequest.objects.filter(event__in=events, email=submission.email).order_by("pk")
    asked = {one.event_id: one for one in requests}
    return [_describe(one, there.get(one.event_id or 0), asked.get(one.event_id or 0)) for one in acts]


def _describe(act: SubmissionAct, registrant: Registrant | None, request: RegistrationRequest | None) -> Outcome:
    if registrant:
        known = _BY_STATUS.get(Status(registrant.status)) if registrant.status in Status else None
        return Outcome(act.event, *(known or _BY_STATUS[Status.APPROVED]))
    is_refused = request is not None and request.state == RegistrationRequest.State.REFUSED
    if act.state == SubmissionAct.State.FAILED or (is_refused and act.round == 0):
        is_full = request is not None and request.last_error == "full"
        problem = (request.refusal if request and is_refused else "") or act.problem
        return Outcome(act.event, "Full" if is_full else "Not registered", "bad", f"{problem} {_KEPT}")
    if request and request.last_error:
        sentence = "GoTo does not answer now. We have kept your registration; GoTo mails you once it has it."
        return Outcome(act.event, "Kept", "warn", sentence, is_moving=True)
    return Outcome(act.event, "On its way", "info", "We are registering you.", is_moving=True)
