"""Finding out whether mails leave, and what to do when they do not."""

import smtplib
import socket
import ssl

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from greenroom.hub.contacts.addresses import is_address
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, TemporarilyUnavailableError
from greenroom.hub.mailing.transports import MailError, open_transport
from greenroom.hub.mailing.words import explain

_TEXT = "This mail was sent to see whether mails leave. They do, and nobody has to answer it.\n"
# From the narrow to the broad: most of these are kinds of others.
_CAUSES: dict[type[Exception], str] = {
    smtplib.SMTPAuthenticationError: "{place} does not accept the user name or the password. In GREENROOM_EMAIL_URL "
    "write @ as %40, / as %2F and : as %3A in both. Some providers want a password made for programs.",
    smtplib.SMTPNotSupportedError: "{place} does not offer what GREENROOM_EMAIL_URL asks for, a sign-in or STARTTLS. "
    "Put ?tls=1 at its end when a user name stands in it; else leave out ?tls=1.",
    smtplib.SMTPException: "{place} hangs up. Port 465 wants smtps://, port 587 smtp:// with ?tls=1 at the end.",
    ssl.SSLCertVerificationError: "{place} shows a certificate that is not its own, or of nobody who is trusted.",
    ssl.SSLError: "{place} does not speak TLS from the start. Write smtp:// with ?tls=1 at the end.",
    socket.gaierror: "There is no server with the name {host}. Correct it in GREENROOM_EMAIL_URL.",
    TimeoutError: "{place} does not answer. Many networks let nothing out by port 25: use port 587 with ?tls=1, or "
    "smtps:// with 465.",
    ConnectionRefusedError: "Nothing takes mail at {place}. Correct the port in GREENROOM_EMAIL_URL.",
}


def try_mail(*, to: str) -> str:
    """
    Send a mail at once, past the line, and return where it has gone, in words.

    Raises:
        InvalidInputError: `to` is no address.
        TemporarilyUnavailableError: the mail server cannot be reached, or does not let us in; says what to do.
        StateConflictError: it does not take the mail; says what to do.
    """
    if not is_address(to):
        raise InvalidInputError("Give a whole address, like ada@example.com.")
    letter = EmailMultiAlternatives("A mail from Greenroom", _TEXT, None, [to])
    try:
        with open_transport() as transport:
            transport.hand_over(letter)
    except TemporarilyUnavailableError as error:
        raise TemporarilyUnavailableError(explain_cause(error.__cause__)) from error
    except MailError as error:
        raise StateConflictError(
            f"{explain(error.code)} Let GREENROOM_EMAIL_FROM be an address that {_place()} sends for, here "
            f"{settings.DEFAULT_FROM_EMAIL}."
        ) from error
    if not settings.EMAIL_HOST:
        return f"No mail server is set: the mail is a file in {settings.EMAIL_FILE_PATH}. Set GREENROOM_EMAIL_URL."
    return f"{_place()} has taken the mail. Look whether it arrives, and not among the unwanted ones."


def explain_cause(cause: BaseException | None) -> str:
    """Say why the mail server cannot be used, and what to do."""
    sentence = next((words for kind, words in _CAUSES.items() if isinstance(cause, kind)), "{place} cannot be reached.")
    return sentence.format(place=_place(), host=settings.EMAIL_HOST)


def _place() -> str:
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
