"""What a person is told of an act that GoTo refused: one sentence, that says what to do."""

from greenroom.goto import ApiError, GotoError
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import EventAct

Verb = EventAct.Verb

# By GoTo's own word (observed).
_BY_CODE = {
    "OrganizerOverlap": "The organizer has something else at that time. Choose another time.",
    "InvalidTrainingDatesMaxDuration": "GoTo takes no date that is longer than 24 hours. Choose an earlier end.",
    "TrainingOver": "GoTo changes nothing of an event that is over.",
    "TrainingInSession": "It is running now. Try again when it is over.",
    "WebinarInSession": "It is running now. Try again when it is over.",
}
_BY_VERB = {
    Verb.CREATE: "GoTo did not take this. Look at its title and dates, and ask again.",
    Verb.UPDATE: "GoTo did not take this change. It may have begun, or be over.",
    Verb.CANCEL: "GoTo did not cancel this. It may be running.",
    Verb.RESEND_CONFIRMATION: (
        "GoTo did not send the confirmation, as this event asks for more than a name. Send it again in GoTo."
    ),
    Verb.ADD_TEAM_MEMBER: "GoTo did not take this person. Look at the address, and at who may help in this account.",
    Verb.REMOVE_TEAM_MEMBER: "GoTo did not take this person off. Try it in GoTo.",
}
_NOT_ALLOWED = "GoTo does not let this organizer do it. Look at their licence and role in GoTo."
_GONE = "GoTo no longer has this event."


def refusal_of(act: EventAct, error: HubError | GotoError) -> str:
    """Say why an act was refused; our own errors are sentences already."""
    if isinstance(error, HubError):
        return str(error)
    status = error.status if isinstance(error, ApiError) else 0
    by_status = {403: _NOT_ALLOWED, 404: _GONE}
    goto_code = getattr(error, "goto_code", None) or ""
    return _BY_CODE.get(goto_code) or by_status.get(status) or _BY_VERB[Verb(act.verb)]
