"""
Handing mails to a mail server.

What matters is the moment at which the server answers for a mail: what fails before it may be tried again, what it
refuses comes to nothing, and of what is lost in between nobody knows.
"""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from functools import lru_cache
from typing import Protocol

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.mailing.composing import write

_READY_FOR_DATA = 354
_PERMANENT = 500
_NO_SUCH_MAILBOX = {550, 551, 553}
_LEADING_PERIOD = re.compile(rb"^\.", re.MULTILINE)


class MailError(Exception):
    """A mail was not taken. `code` is for `Message.error`."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class MailRefusedError(MailError):
    """The server does not take this mail, and never will."""


class NoSuchMailboxError(MailRefusedError):
    """The server knows nobody with this address."""


class MailDelayedError(MailError):
    """The server does not take this mail now."""


class MailUnsureError(MailError):
    """The connection was lost while the server was taking this mail: perhaps it has it."""


class ServerGoneError(MailError):
    """The connection was lost before the server was given the mail."""


class Transport(Protocol):
    """What takes mails."""

    def hand_over(self, letter: EmailMultiAlternatives) -> None:
        """
        Give one mail away.

        Raises:
            MailError: which of its kinds says whether it may be tried again.
        """


@contextmanager
def open_transport() -> Iterator[Transport]:
    """
    Connect to where `EMAIL_BACKEND` says.

    Raises:
        TemporarilyUnavailableError: the mail server cannot be reached, or does not let us in.
    """
    backend = get_connection()
    try:
        yield _open(backend)
    finally:
        backend.close()  # also what was half opened


def _open(backend: BaseEmailBackend) -> Transport:
    try:
        backend.open()
        return _Smtp(backend.connection) if isinstance(backend, EmailBackend) else _Other(backend)
    except (OSError, smtplib.SMTPException) as error:
        raise TemporarilyUnavailableError("The mail server cannot be reached.") from error


class _Other:
    """Files, and the providers' own backends: they have a mail when they say nothing."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self._backend = backend

    def hand_over(self, letter: EmailMultiAlternatives) -> None:
        _write(letter)
        self._backend.send_messages([letter])


class _Smtp:
    """SMTP, step by step: Django's own way does not tell at which step a mail was lost."""

    def __init__(self, smtp: smtplib.SMTP | None) -> None:
        assert smtp is not None
        smtp.ehlo_or_helo_if_needed()
        self._smtp = smtp

    def hand_over(self, letter: EmailMultiAlternatives) -> None:
        body = _write(letter)
        try:
            self._announce(letter)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise ServerGoneError("server_gone") from error
        try:
            self._smtp.send(_LEADING_PERIOD.sub(b"..", body.removesuffix(b"\r\n")) + b"\r\n.\r\n")
            _check(*self._smtp.getreply())
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise MailUnsureError("unsure") from error

    def _announce(self, letter: EmailMultiAlternatives) -> None:
        try:
            _check(*self._smtp.mail(_bare(letter.from_email)))
            for recipient in letter.recipients():
                code, answer = self._smtp.rcpt(_bare(recipient))
                if code in _NO_SUCH_MAILBOX:
                    raise NoSuchMailboxError("no_such_mailbox")
                _check(code, answer)
            code, answer = self._smtp.docmd("data")
            if code != _READY_FOR_DATA:
                _check(max(code, 400), answer)
        except MailError:
            with suppress(OSError, smtplib.SMTPServerDisconnected):  # the next mail will find out
                self._smtp.rset()
            raise


@lru_cache(maxsize=256)
def _bare(address: str) -> str:
    """Return an address as SMTP takes it: without a name, its domain in ASCII. Senders are few, recipients plain."""
    is_plain = address.isascii() and not set(address) & set('<>" ')
    return address if is_plain else parseaddr(sanitize_address(address, "utf-8"))[1]


def _write(letter: EmailMultiAlternatives) -> bytes:
    try:
        return write(letter)
    except ValueError as error:  # a header or an address that cannot be written
        raise MailRefusedError("not_composed") from error


def _check(code: int, _: bytes) -> None:
    if code >= _PERMANENT:
        raise MailRefusedError(f"refused_{code}")
    if code >= 400:
        raise MailDelayedError(f"delayed_{code}")
