"""How acts stand, for the people who asked for them: a word, and a sentence that says what comes next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.jobs.turns import list_turns
from greenroom.hub.users.models import User

Verb, State = EventAct.Verb, EventAct.State


@dataclass(frozen=True, slots=True)
class ActState:
    """What a page shows of an act; `next_try_at` is when GoTo is asked again, while it waits."""

    act: EventAct
    word: str
    variant: str
    sentence: str
    next_try_at: datetime | None = None

    @property
    def heading(self) -> str:
        """What was asked for, and about whom, or about which event that is not there yet."""
        wanted, subject = self.act.wanted, ""
        if self.act.verb == Verb.CREATE:
            subject = wanted["wish"]["title"]
        elif member := wanted.get("member"):
            subject = member["name"] or member["email"]
        return f"{self.act.get_verb_display()}: {subject}" if subject else self.act.get_verb_display()

    @property
    def is_moving(self) -> bool:
        """Whether it may be another one soon, without anybody doing anything."""
        return self.act.state == State.PENDING


_DONE = {
    Verb.CREATE: "GoTo has made it.",
    Verb.UPDATE: "GoTo has taken the change.",
    Verb.CANCEL: "GoTo has cancelled it.",
    Verb.RESEND_CONFIRMATION: "GoTo has sent the confirmation again.",
    Verb.ADD_TEAM_MEMBER: "GoTo has put them on the team and invited them.",
    Verb.REMOVE_TEAM_MEMBER: "GoTo has taken them off the team.",
}
# Why one waits, by the code of what went wrong last.
_WAITING = {
    "reconnect_needed": "The GoTo account has to be connected again. This is kept, and goes on by itself then.",
    "not_listed_yet": "GoTo has made it and does not list it yet.",
    "not_visible_yet": "GoTo has taken the change and does not show it yet.",
    "settling": "GoTo's answer was lost. We look whether it was done, so that it is not done twice.",
}
_KEPT = "GoTo does not answer. This is kept, and we try again."


def describe_act(act: EventAct, *, next_try_at: datetime | None = None) -> ActState:
    """Say how an act stands."""
    match State(act.state):
        case State.DONE:
            return ActState(act, "Done", "ok", _DONE[Verb(act.verb)])
        case State.REFUSED:
            return ActState(act, "Not done", "bad", act.refusal)
        case State.UNCLEAR:
            sentence = "GoTo's answer was lost, and it has several that could be this one. Say which one it is."
            return ActState(act, "Needs you", "warn", sentence)
        case State.PENDING:
            if not act.last_error:
                return ActState(act, "On its way", "info", "This is on its way to GoTo.")
            return ActState(act, "Delayed", "warn", _WAITING.get(act.last_error, _KEPT), next_try_at)


# So long an act that is over is told of where its event is shown.
_DONE_SHOWN_FOR, _REFUSED_SHOWN_FOR = timedelta(minutes=10), timedelta(days=1)


def list_acts(*, event: Event | None = None, actor: User | None = None) -> list[ActState]:
    """
    Return how the acts stand that are open or lately over, the latest first; two queries.

    Args:
        event: of this event.
        actor: asked for by this person, to be made and not there yet.
    """
    now = clock.now()
    is_open = Q(state__in=[EventAct.State.PENDING, EventAct.State.UNCLEAR])
    is_new = Q(state=EventAct.State.DONE, answered_at__gt=now - _DONE_SHOWN_FOR)
    is_refused = Q(state=EventAct.State.REFUSED, answered_at__gt=now - _REFUSED_SHOWN_FOR)
    acts = EventAct.objects.filter(is_open | is_new | is_refused).select_related("event", "requested_by")
    acts = acts.filter(event=event) if event else acts.filter(event=None, requested_by=actor)
    return _with_turns(list(acts[:20]))


def get_act_state(*, act: EventAct) -> ActState:
    """Return how one act stands."""
    return _with_turns([act])[0]


def job_key_of(act_id: int) -> str:
    """Return what the job that carries an act is known by."""
    return f"act:{act_id}"


def _with_turns(acts: list[EventAct]) -> list[ActState]:
    turns = list_turns([job_key_of(act.pk) for act in acts])
    return [describe_act(act, next_try_at=turns.get(job_key_of(act.pk))) for act in acts]
