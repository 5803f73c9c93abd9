"""A message as mail servers take it."""

import base64
import re
from email.utils import formataddr, formatdate
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives

from greenroom.hub.core import clock
from greenroom.hub.mailing.models import Message

_SALT = "mailing.message"
_OUR_ID = re.compile(r"<?greenroom\.(\d{1,18})\.([\w-]+)@")
# What ends a line, and what nobody sees: none of it has a place in a header.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def header_text(text: str) -> str:
    """Return a text as one line, so that nothing in it can become a header of its own."""
    return " ".join(_CONTROL.sub(" ", text).split())


def compose(message: Message, *, sender: tuple[str, str] | None = None, reply_to: str = "") -> EmailMultiAlternatives:
    """
    Return a message with its text, its HTML, what is attached and its own id.

    Args:
        sender: name and address; `DEFAULT_FROM_EMAIL` when left out.
    """
    headers = {name: header_text(value) for name, value in message.headers.items()}
    letter = EmailMultiAlternatives(
        header_text(message.subject),
        message.text,
        formataddr((header_text(sender[0]), sender[1])) if sender else None,
        [message.to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": id_of(message.pk), "Date": formatdate(clock.now().timestamp()), **headers},
    )
    if message.html:
        letter.attach_alternative(message.html, "text/html")
    for one in message.attachments:
        letter.attach(one["name"], _content(one), one["content_type"])
    return letter


def _content(attachment: dict[str, str]) -> bytes | str:
    content = base64.b64decode(attachment["content"])
    return content.decode() if attachment["content_type"].startswith("text/") else content


def id_of(pk: int) -> str:
    """Return the Message-ID of a message; signed, so that nobody can make up a mail that came back."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    return f"<greenroom.{pk}.{signing.Signer(salt=_SALT).signature(str(pk))}@{host}>"


def read_id(text: str) -> int | None:
    """Return the message that a Message-ID names, or None when it is none of ours."""
    if not (found := _OUR_ID.search(text)):
        return None
    pk, signature = found.groups()
    try:
        signing.Signer(salt=_SALT).unsign(f"{pk}:{signature}")
    except signing.BadSignature:
        return None
    return int(pk)
