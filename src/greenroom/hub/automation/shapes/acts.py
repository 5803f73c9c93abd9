"""What was asked to be done at GoTo, and how it stands."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.events.act_state import describe_act
from greenroom.hub.events.models import EventAct

ActId = Annotated[str, told("Act Id", "With this, Get act tells how it stands.", examples=["7"], max_length=18)]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was asked to be done at GoTo."""

    id: ActId
    verb: Annotated[
        str,
        told("Verb", "create, update, cancel, resend_confirmation, add_team_member or remove_team_member."),
    ]
    status: Annotated[
        str,
        told("Status", "done, refused, pending until GoTo has answered, or unclear when a person has to decide."),
    ]
    message: Annotated[str, told("Message", "How it stands, in a sentence.")]
    event_key: Annotated[str, told("Event key", "What GoTo calls the event; empty until it is made.")]


def to_act(act: EventAct) -> Act:
    """Tell how an act stands. No query when its event is there."""
    return Act(
        id=str(act.pk),
        verb=act.verb,
        status=act.state,
        message=describe_act(act).sentence,
        event_key=act.event.event_key if act.event else "",
    )
