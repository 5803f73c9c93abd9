"""
The addresses in a mail that lead back to us: to unsubscribe, to choose, and to count.

Each holds the number of the mail, signed once; none needs a query to be written.
"""

from functools import cache

from django.conf import settings
from django.core import signing
from django.urls import reverse

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.rendering import PIXEL, click_tag
from greenroom.hub.mailing.tags import Tag

NOT_OURS = "This link is not whole, or is none of ours. Open it from the mail once more."
_LINK = 9_999


def addresses_of(message: Message, *, links: int = 0) -> dict[Tag, str]:
    """Return what the tags stand for that lead back to us. No query."""
    token = token_of(message.pk)
    values = {
        Tag("unsubscribe_link"): _address("unsubscribe", token),
        Tag("preferences_link"): _address("mail_preferences", token),
        Tag("view_in_browser"): _address("mail_in_browser", token),
        PIXEL: _address("mail_opened", token),
    }
    before, _, after = _address("mail_link", token).rpartition(str(_LINK))
    return values | {click_tag(number): f"{before}{number}{after}" for number in range(links)}


def headers_of(message: Message) -> dict[str, str]:
    """Return the headers by which mail programs unsubscribe somebody (RFC 2369 and RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{_address('unsubscribe', token_of(message.pk))}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def token_of(pk: int) -> str:
    """Return the signed number of a message."""
    return _signer(settings.SECRET_KEY).sign(str(pk))


def find_message(token: str) -> Message:
    """
    Return the message whose link somebody has. One query.

    Raises:
        UnknownObjectError: we never sent this link, or the mail it stood in is no longer kept.
    """
    try:
        pk = int(_signer(settings.SECRET_KEY).unsign(token))
    except signing.BadSignature:
        raise UnknownObjectError(NOT_OURS) from None
    messages = Message.objects.select_related("contact", "purpose", "version__purpose", "version__email")
    message = messages.filter(pk=pk, contact__isnull=False).first()
    if message is None:
        raise UnknownObjectError("The mail with this link is no longer kept here.")
    return message


@cache
def _signer(key: str) -> signing.Signer:
    return signing.Signer(key=key, salt="mailing.door", sep=".")


def _address(route: str, token: str) -> str:
    before, after = _around_token(route)
    return f"{settings.PUBLIC_URL}{before}{token}{after}"


@cache
def _around_token(route: str) -> tuple[str, str]:
    args = {"link": _LINK} if route == "mail_link" else {}
    before, _, after = reverse(route, kwargs={"token": "TOKEN", **args}).partition("TOKEN")
    return before, after
