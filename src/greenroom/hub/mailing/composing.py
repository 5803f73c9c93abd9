"""A message as mail servers take it."""

import base64
import quopri
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
# What has to be coded or looked at twice before it may stand in a header.
_NEEDS_CARE = re.compile(r"[^\x20-\x7e]|=\?")
_LONGEST_LINE = 900
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
    calendars = [one for one in message.attachments if one["content_type"].startswith("text/calendar")]
    if len(calendars) == 1:
        # Outlook takes for an invitation only what is another form of the text; others look at what is attached.
        letter.attach_alternative(_content(calendars[0]), calendars[0]["content_type"])
    for one in message.attachments:
        letter.attach(one["name"], _content(one), one["content_type"])
    return letter


def write(letter: EmailMultiAlternatives) -> bytes:
    """
    Return a letter as it goes over the wire.

    What most letters are, a text and its HTML, is put together here at a fifth of the cost; all others are left to
    Django, which takes the headers apart and folds them one by one.

    Raises:
        ValueError: a header or an address cannot be written.
    """
    values = {"Subject": letter.subject, "From": letter.from_email, "To": letter.to[0], **letter.extra_headers}
    is_plain = len(letter.alternatives) == 1 and not letter.attachments and not letter.reply_to
    if not is_plain or any(_NEEDS_CARE.search(value) or len(value) > _LONGEST_LINE for value in values.values()):
        return letter.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    boundary = f"=_{letter.extra_headers['Message-ID'].strip('<>').partition('@')[0]}"
    head = "".join(f"{name}: {value}\r\n" for name, value in values.items())
    html = str(letter.alternatives[0][0])
    return b"".join(
        [
            f'{head}MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode(),
            _part(boundary, "plain", str(letter.body)),
            _part(boundary, "html", html),
            f"\r\n--{boundary}--\r\n".encode(),
        ]
    )


def _part(boundary: str, kind: str, text: str) -> bytes:
    head = (
        f"\r\n--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    # Lines of 76 characters at most, so that no mail server has to break them.
    written = quopri.encodestring(text.replace("\r\n", "\n").encode())
    return head.encode() + written.replace(b"\n", b"\r\n")


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
