"""
Signed words that forms give to browsers and mailboxes, so that nothing has to be kept of who only looks.

None of them needs a session or a cookie of the hub: a form inside another site's page has neither.
"""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils.crypto import salted_hmac

from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError

# A page that was open for longer is sent again with one press; what was typed stays.
SHOWN_AT_MOST = timedelta(days=1)
CONFIRM_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Shown:
    """One time a form was shown."""

    nonce: str
    shown_at: datetime

    @property
    def age(self) -> timedelta:
        """Return how long ago that was."""
        return clock.now() - self.shown_at


def sign_shown(form_id: int) -> str:
    """Return the word of a form that is shown now."""
    return _signer("webforms.shown").sign(f"{form_id}.{secrets.token_urlsafe(16)}.{_seconds(clock.now())}")


def read_shown(form_id: int, token: str) -> Shown | None:
    """Return when this form was shown, or None when the word is not ours, of another form, or too old."""
    try:
        number, nonce, seconds = _signer("webforms.shown").unsign(token).split(".")
    except signing.BadSignature:
        return None
    shown = Shown(nonce, datetime.fromtimestamp(int(seconds), UTC))
    return shown if int(number) == form_id and shown.age <= SHOWN_AT_MOST else None


def sign_submission(submission_id: int) -> str:
    """Return the word by which who has sent something sees what becomes of it."""
    return _signer("webforms.sent").sign(str(submission_id))


def read_submission(token: str) -> int:
    """
    Return of which submission a word of `sign_submission` is.

    Raises:
        UnknownObjectError: it is none of ours.
    """
    try:
        return int(_signer("webforms.sent").unsign(token))
    except signing.BadSignature:
        raise _nothing() from None


def sign_confirmation(submission_id: int) -> str:
    """Return the word that is mailed, to prove that who has sent something reads the mail of the address."""
    return _signer("webforms.confirm").sign(f"{submission_id}.{_seconds(clock.now() + CONFIRM_WITHIN)}")


def read_confirmation(token: str) -> tuple[int, bool]:
    """
    Return of which submission a mailed word is, and whether it still counts.

    Raises:
        UnknownObjectError: it is none of ours.
    """
    try:
        number, until = _signer("webforms.confirm").unsign(token).split(".")
    except signing.BadSignature:
        raise _nothing() from None
    return int(number), _seconds(clock.now()) <= int(until)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """
    What a browser may be taken to know of a person, because that person told it here.

    Attributes:
        address_digest: whose address was given; whoever gives another one is somebody else.
        given: what of the contact they gave.
        contact_id: the contact, when it is proven that the browser is theirs; what we know of it need not be asked.
    """

    address_digest: str
    given: frozenset[str]
    contact_id: int | None = None

    def is_of(self, email: str) -> bool:
        """Tell whether this is the browser of who has this address."""
        return self.address_digest == digest_address(email)


def sign_acquaintance(*, email: str, given: Collection[str], contact_id: int | None) -> str:
    """Return what the browser keeps."""
    told = {"who": digest_address(email), "given": sorted(given), "contact": contact_id}
    return _signer("webforms.acquaintance").sign_object(told)


def read_acquaintance(token: str) -> Acquaintance | None:
    """Return what a browser brings; None when it is nothing of ours."""
    try:
        told = _signer("webforms.acquaintance").unsign_object(token)
    except (signing.BadSignature, json.JSONDecodeError):
        return None
    return Acquaintance(told["who"], frozenset(told["given"]), told["contact"])


def digest_address(email: str) -> str:
    """Return by what an address is known again without being told."""
    return salted_hmac("webforms.address", email, algorithm="sha256").hexdigest()[:32]


def digest_visitor(network_address: str) -> str:
    """Return by what a visitor's network address is known again; nobody without our key can find it out."""
    return salted_hmac("webforms.visitor", network_address, algorithm="sha256").hexdigest()


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=purpose)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _nothing() -> UnknownObjectError:
    return UnknownObjectError("This link is not whole, or is none of ours. Open it again from your mail.")
