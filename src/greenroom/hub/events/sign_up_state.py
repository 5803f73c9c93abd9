"""How sign-ups stand that GoTo has not taken yet: a word, and a sentence that says what comes next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.events.services.registration import registration_key_of
from greenroom.hub.jobs.turns import list_turns

State = RegistrationRequest.State


@dataclass(frozen=True, slots=True)
class SignUpState:
    """What a page shows of a sign-up; `next_try_at` is when GoTo is asked again, while it waits."""

    request: RegistrationRequest
    word: str
    variant: str
    sentence: str
    next_try_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name that was given."""
        fields = self.request.answers["fields"]
        return f"{fields.get('firstName', '')} {fields.get('lastName', '')}".strip()

    @property
    def is_moving(self) -> bool:
        """Whether it may be another one soon, without anybody doing anything."""
        return self.request.state == State.PENDING


def describe_sign_up(request: RegistrationRequest, *, next_try_at: datetime | None = None) -> SignUpState:
    """Say how a sign-up stands that is on its way, or was refused."""
    if request.state == State.REFUSED:
        word = "Full" if request.last_error == "full" else "Not registered"
        return SignUpState(request, word, "bad", request.refusal)
    if not request.last_error:
        return SignUpState(request, "On its way", "info", "This is on its way to GoTo.")
    if request.last_error == "reconnect_needed":
        sentence = "The GoTo account has to be connected again. This is kept, and goes on by itself then."
    else:
        sentence = "GoTo does not answer. This is kept, and we try again."
    return SignUpState(request, "Delayed", "warn", sentence, next_try_at)


# So long a sign-up that was refused is told of where its event is shown, and so many are.
_REFUSED_SHOWN_FOR, _MOST_SHOWN = timedelta(days=1), 20


def list_sign_ups_under_way(*, event: Event) -> list[SignUpState]:
    """
    Return how the sign-ups of an event stand that wait for GoTo or were refused lately, at most 20; two queries.

    Once GoTo has taken one, there is a registrant. One that was refused and asked for again is told of once.
    """
    is_refused = Q(state=State.REFUSED, answered_at__gt=clock.now() - _REFUSED_SHOWN_FOR)
    later = RegistrationRequest.objects.filter(event=event, email=OuterRef("email"), pk__gt=OuterRef("pk"))
    requests = event.requests.filter(Q(state=State.PENDING) | is_refused).exclude(Exists(later)).order_by("-pk")
    found = list(requests[:_MOST_SHOWN])
    turns = list_turns([registration_key_of(request) for request in found])
    return [describe_sign_up(request, next_try_at=turns.get(registration_key_of(request))) for request in found]
