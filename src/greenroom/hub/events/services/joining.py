"""
Join links of our own, for programs and mails: GoTo's, which admit whoever has them, never leave this hub.

A link is a signed word, so that a list of thousands needs no query for its links. It stays the same as long as the
person is signed up, and ends with the sign-up: who comes back gets another one.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import can
from greenroom.hub.events.products.base import Ability

_GOTO_HOSTS = (".gotowebinar.com", ".gototraining.com", ".gotomeeting.com", ".gotomeet.me", ".goto.com", ".getgo.com")
_FOR_ONE, _FOR_EVERYBODY, _TO_START = "joining.registrant", "joining.event", "joining.start"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """
    Where a join link leads.

    Attributes:
        registrant: whose link it is; None where nobody signs up.
        address: GoTo's own link, to be followed and never shown; empty while there is a `reason` not to.
        reason: why it leads nowhere now, in a sentence.
    """

    event: Event
    registrant: Registrant | None = None
    address: str = field(default="", repr=False)
    reason: str = ""


class Links(NamedTuple):
    """The addresses of one person: where they join, and the page that confirms their sign-up; empty without one."""

    join: str = ""
    confirmation: str = ""


def links_of(registrant: Registrant | None) -> Links:
    """Return the links of a registrant; empty for nobody, and for who is not signed up any more. No query."""
    if registrant is None or not registrant.is_there:
        return Links()
    token = _sign(f"{registrant.pk}.{registrant.generation}", _FOR_ONE)
    return Links(_address("join_as_registrant", token), _address("registration_confirmed", token))


def join_link_for_everybody(event: Event) -> str:
    """Return the address by which everybody joins an event that nobody signs up for; empty for others. No query."""
    if can(event.product, Ability.REGISTER) or not event.join_url:
        return ""
    return _address("join_as_anybody", _sign(str(event.pk), _FOR_EVERYBODY))


def start_link_for_anybody(event: Event) -> str:
    """Return the address by which whoever has it starts an event in the organizer's place. No query."""
    return _address("start_by_link", _sign(str(event.pk), _TO_START))


def find_event_to_start(token: str) -> Event:
    """
    Return the event that a link starts. One query.

    Raises:
        UnknownObjectError: we never gave this link to anybody.
    """
    event = Event.objects.select_related("connection").filter(pk=int(_read(token, _TO_START))).first()
    if event is None:
        raise _nothing()
    return event


def _address(route: str, token: str) -> str:
    before, after = _around_token(route)
    return f"{settings.PUBLIC_URL}{before}{token}{after}"


@cache
def _around_token(route: str) -> tuple[str, str]:
    """Return a route's address before and after the token. Made once: a list has thousands of them."""
    before, _, after = reverse(route, args=["TOKEN"]).partition("TOKEN")
    return before, after


class _LinkSigner(signing.Signer):
    """Signs as Django's does, but derives its key once and not for every link: a list has thousands of them."""

    def __init__(self, purpose: str, key: str) -> None:
        super().__init__(key=key, salt=purpose, sep=".")
        self._keyed = salted_hmac(f"{purpose}signer", "", key, algorithm=self.algorithm)

    def sign(self, value: str) -> str:
        signature = self._keyed.copy()
        signature.update(value.encode())
        return f"{value}{self.sep}{signing.b64_encode(signature.digest()).decode()}"


def _sign(text: str, purpose: str) -> str:
    return _signer(purpose, settings.SECRET_KEY).sign(text)


@cache
def _signer(purpose: str, key: str) -> signing.Signer:
    return _LinkSigner(purpose, key)


def find_registrants_way_in(token: str) -> WayIn:
    """
    Return where the link of one person leads. One query.

    Raises:
        UnknownObjectError: we never gave this link to anybody.
    """
    number, _, generation = _read(token, _FOR_ONE).partition(".")
    registrant = Registrant.objects.select_related("event__connection").filter(pk=int(number)).first()
    if registrant is None:
        raise _nothing()
    reason = _why_not_this_person(registrant, int(generation)) or _why_not_this_event(registrant.event)
    return _way_in(registrant.event, registrant.join_url, reason, registrant)


def find_everybodys_way_in(token: str) -> WayIn:
    """
    Return where the link into an event that nobody signs up for leads. One query.

    Raises:
        UnknownObjectError: we never gave this link to anybody.
    """
    event = Event.objects.select_related("connection").filter(pk=int(_read(token, _FOR_EVERYBODY))).first()
    if event is None:
        raise _nothing()
    return _way_in(event, event.join_url, _why_not_this_event(event))


def _read(token: str, purpose: str) -> str:
    try:
        return _signer(purpose, settings.SECRET_KEY).unsign(token)
    except signing.BadSignature:
        raise _nothing() from None


def _nothing() -> UnknownObjectError:
    return UnknownObjectError("This link is not whole, or is none of ours. Copy it again from where you got it.")


def _way_in(event: Event, address: str, reason: str, registrant: Registrant | None = None) -> WayIn:
    if not reason and not leads_to_goto(address):
        reason = "GoTo has not given a join link yet. Try again in a minute."
    return WayIn(event=event, registrant=registrant, address="" if reason else address, reason=reason)


_EVENT_REASONS = {
    Event.State.CANCELLED: "The organizer cancelled this event.",
    Event.State.MISSING: "GoTo does not know this event at the moment. Try again later.",
    Event.State.ENDED: "This event is over.",
}
_STATUS_REASONS = {
    Registrant.Status.WAITING: "The organizer has not approved your registration yet.",
    Registrant.Status.DENIED: "The organizer did not approve your registration.",
}


def _why_not_this_event(event: Event) -> str:
    return _EVENT_REASONS.get(Event.State(event.state), "")


def _why_not_this_person(registrant: Registrant, generation: int) -> str:
    if not registrant.is_there:
        return "You are no longer registered for this event."
    if registrant.generation != generation:
        return "You have registered anew since this link was made. Use the one you were given then."
    # A status we do not know is no reason to keep somebody out who has a join link.
    return next((reason for status, reason in _STATUS_REASONS.items() if status == registrant.status), "")


def leads_to_goto(address: str) -> bool:
    """Tell whether an address leads to GoTo, or to the sandbox that stands in for it; never anywhere else."""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as brackets around what is no IPv6 address
        return False
    if parts.scheme == "https" and f".{parts.hostname or ''}".endswith(_GOTO_HOSTS):
        return True
    return f"{parts.scheme}://{parts.netloc}" == settings.GOTO_API_URL
