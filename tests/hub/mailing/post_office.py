"""A mail server that keeps what it is sent, and misbehaves for some addresses."""

import asyncio
import socket
import threading
from email import message_from_bytes
from email.message import Message
from functools import partial

from aiosmtpd.smtp import SMTP, Envelope, Session

# What it says to whom; everybody else gets their mail.
REFUSALS = {
    "nobody@example.com": "550 No such mailbox",
    "refused@example.com": "554 Not here",
    "later@example.com": "450 Come back later",
}
LOST = "lost@example.com"
HUNG_UP = "hung.up@example.com"


class PostOffice:
    """An SMTP server on a free port, in a thread of its own."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], Message]] = []
        self.is_moody = True
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def recipients(self) -> list[str]:
        """Who got mail, in order."""
        return [address for recipients, _ in self.taken for address in recipients]

    def __enter__(self) -> "PostOffice":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.is_moody and address in REFUSALS:
            return REFUSALS[address]
        if self.is_moody and address == HUNG_UP:
            server.transport.abort()
            return ""
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content)))
        if self.is_moody and LOST in envelope.rcpt_tos:
            server.transport.abort()
        return "250 Kept"

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        make = partial(SMTP, self, hostname="post", loop=self._loop)
        server = await self._loop.create_server(make, sock=self._socket)
        await self._stop.wait()
        server.close()
