"""Receiving mail over SMTP: a small server in a thread of its own, in front of the mailbox."""

import asyncio
import socket
import threading
from functools import partial

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from greenroom.sandbox.mail.mailbox import MAX_MAIL_BYTES, Mailbox


class _Handler:
    """Takes every mail for everybody."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        sender, recipients = envelope.mail_from or "", envelope.rcpt_tos
        # In a thread: others may hold the sandbox's lock.
        await asyncio.to_thread(self._mailbox.receive, raw, sender=sender, recipients=recipients)
        return "250 Kept in the sandbox's mailbox"


def _let_in(*_: object) -> AuthResult:
    """Any user and password will do."""
    return AuthResult(success=True)


class MailServer:
    """
    An SMTP server for one mailbox. It listens from the moment it is made, and answers once started.

    Attributes:
        port: where it listens.
    """

    def __init__(self, mailbox: Mailbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._mailbox = mailbox
        self._socket = socket.create_server((host, port))
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Answer from now on, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and listening."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        protocol = partial(
            SMTP,
            _Handler(self._mailbox),
            data_size_limit=MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname="sandbox",
            ident="Greenroom sandbox",
            authenticator=_let_in,
            auth_require_tls=False,
            loop=self._loop,
        )
        server = await self._loop.create_server(protocol, sock=self._socket)
        await self._stopping.wait()
        server.close()  # and the runner ends the connections that are still open
