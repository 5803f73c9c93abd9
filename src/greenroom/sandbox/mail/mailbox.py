"""Keeping the latest mails, in bounded memory."""

from collections.abc import Sequence

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Mail
from greenroom.sandbox.mail.reading import ReadMail

KEPT_MAILS = 1000
KEPT_BYTES = 64 * 2**20
MAX_MAIL_BYTES = 10 * 2**20


class MailTooLargeError(Exception):
    """A mail of more than MAX_MAIL_BYTES."""


class Mailbox:
    """All mails that came in, whoever they are for. The oldest make room for new ones."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def receive(self, raw: bytes, *, sender: str = "", recipients: Sequence[str] = ()) -> Mail:
        """
        Take a mail in.

        Args:
            raw: headers and body as RFC 5322 has them; what is broken is kept as it is.
            sender: the envelope's; the address in `From` when left out.
            recipients: the envelope's; those in `To`, `Cc` and `Bcc` when left out.

        Raises:
            MailTooLargeError: it is not kept.
        """
        if len(raw) > MAX_MAIL_BYTES:
            raise MailTooLargeError(f"a mail may have at most {MAX_MAIL_BYTES} bytes")
        read = ReadMail(raw)
        with self._core.lock:
            mail = Mail(
                key=self._core.state.new_key(),
                received_at=self._core.clock.now(),
                sender=sender or next(iter(read.addresses("From")), ""),
                recipients=list(recipients) or read.recipients,
                subject=read.header("Subject"),
                raw=raw,
            )
            self._core.state.mails.put(mail.key, mail)
            self._make_room()
            self._core.save()
        return mail

    def _make_room(self) -> None:
        mails = self._core.state.mails
        size, count = sum(len(mail.raw) for mail in mails), len(mails)
        for mail in mails:
            if count <= KEPT_MAILS and size <= KEPT_BYTES:
                return
            mails.remove(mail.key)
            size, count = size - len(mail.raw), count - 1

    def mails(self, *, to: str = "") -> list[Mail]:
        """The mails to addresses that have `to` in them, whatever their case; the latest first."""
        wanted = to.strip().lower()
        with self._core.lock:
            mails = list(self._core.state.mails)
        return [mail for mail in reversed(mails) if wanted in " ".join(mail.recipients).lower()]

    def clear(self) -> None:
        """Delete all mails."""
        with self._core.lock:
            for mail in self._core.state.mails:
                self._core.state.mails.remove(mail.key)
            self._core.save()
