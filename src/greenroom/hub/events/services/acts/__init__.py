"""
What is done to events at GoTo: made, changed, cancelled, and people put on their team.

Whoever asks (`asking`) gets an answer at once: an act is a row and a job, written together. The job carries it to GoTo
(`carrying`), as often as it takes, and writes down what came of it. Making an event has no way to be repeated safely at
GoTo, so one whose answer was lost is looked for before it is asked for again (`making`); a change carries what the
person saw, and stops when somebody else was faster (`changing`).
"""

from greenroom.hub.events.services.acts.asking import (
    add_team_member,
    cancel_event,
    create_event,
    remove_team_member,
    resend_confirmation,
    settle_unclear_act,
    update_event,
)
from greenroom.hub.events.services.acts.carrying import deliver_act, enqueue_act

__all__ = [
    "add_team_member",
    "cancel_event",
    "create_event",
    "deliver_act",
    "enqueue_act",
    "remove_team_member",
    "resend_confirmation",
    "settle_unclear_act",
    "update_event",
]
