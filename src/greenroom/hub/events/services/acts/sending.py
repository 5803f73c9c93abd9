"""The moment at which GoTo is asked: noted before, so that an answer that was lost is known to be missing."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Value
from django.db.models.functions import Coalesce

from greenroom.goto import AuthenticationError, GotoError, RateLimitError, TransportError
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.jobs.errors import RetryLaterError

T = TypeVar("T")

# What writes down that an act is done, and returns its event. Called in a transaction.
Store = Callable[[], Event]


def send(act: EventAct, call: Callable[[], T]) -> T:
    """
    Ask GoTo for what an act wants, having noted that we do.

    `act.sent_at` stays the moment of the first time, until it is certain that nothing was done: from then on whatever
    was made may be ours.

    Raises:
        RetryLaterError: another process has taken the act over.
    """
    before = act.sent_at
    ours = EventAct.objects.filter(pk=act.pk, state=EventAct.State.PENDING, tries=act.tries)
    if not ours.update(sent_at=Coalesce("sent_at", Value(clock.now()))):
        raise RetryLaterError("taken_over")
    reached("acts.before_send")
    try:
        answer = call()
    except (GotoError, HubError) as error:
        if _is_surely_not_done(error):
            EventAct.objects.filter(pk=act.pk).update(sent_at=before)
        raise
    reached("acts.accepted")
    return answer


def _is_surely_not_done(error: GotoError | HubError) -> bool:
    """Tell whether GoTo cannot have acted: it never got the call, or said no before looking at it."""
    if isinstance(error, TransportError):
        return not error.request_sent
    is_about_tokens = getattr(error, "product", "") == "oauth"
    return is_about_tokens or isinstance(error, HubError | AuthenticationError | RateLimitError)
