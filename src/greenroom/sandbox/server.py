"""Serving the sandbox: one Granian worker with several threads, a ticker and a mail server beside them."""

import errno
import logging
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from greenroom.sandbox.app import ConnectionCutError, Sandbox
from greenroom.sandbox.mail.server import MailServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEFAULT_PORT = 8001
DEFAULT_SMTP_PORT = 8025
MAIL_HOST = "127.0.0.1"
IN_MEMORY = ":memory:"
BLOCKING_THREADS = 4
TICK_SECONDS = 0.5
FLUSH_SECONDS = 0.05

log = logging.getLogger(__name__)


class CannotListenError(Exception):
    """Another program has a port, or there is no such address; the message is for people."""


def state_file() -> str | None:
    """
    Where a served sandbox keeps its state; None is in memory.

    `GREENROOM_SANDBOX_FILE`, or `sandbox.sqlite3` in `GREENROOM_DATA_DIR` (`./var`).
    """
    path = os.environ.get("GREENROOM_SANDBOX_FILE")
    if path == IN_MEMORY:
        return None
    return path or str(Path(os.environ.get("GREENROOM_DATA_DIR", "./var")) / "sandbox.sqlite3")


def port_from_environment() -> int:
    """
    Read `GREENROOM_SANDBOX_PORT`.

    Raises:
        ValueError: it is no port number; the message has the setting's name.
    """
    return _port("GREENROOM_SANDBOX_PORT", DEFAULT_PORT)


def _port(name: str, default: int, *, at_least: int = 1) -> int:
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and at_least <= int(text) < 65536):
        raise ValueError(f"{name} must be a port number")
    return int(text)


def choose_smtp_port(port: int | None = None) -> int:
    """
    Settle where mail is taken: on a port, for 0 on any free one, for None on that of the settings.

    Raises:
        CannotListenError: another program has it.
        ValueError: the setting is no port number.
    """
    if port is None:
        port = _port("GREENROOM_SANDBOX_SMTP_PORT", DEFAULT_SMTP_PORT, at_least=0)
    return _free_port(MAIL_HOST, port, "GREENROOM_SANDBOX_SMTP_PORT")


def _free_port(host: str, port: int, setting: str) -> int:
    """Give the port back when nobody listens there; for 0, one where nobody does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as probe:
            return int(probe.getsockname()[1])
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CannotListenError(f"Cannot listen on {host}: {error.strerror}.") from None
        sentence = f"Port {port} is taken by another program. Set {setting} to a free one."
        raise CannotListenError(sentence) from None


def create_wsgi() -> "WSGIApplication":
    """Build the sandbox of the environment's settings, with what runs beside it; the demo fills it when it is empty."""
    url = os.environ.get("GREENROOM_SANDBOX_URL") or f"http://127.0.0.1:{port_from_environment()}"
    sandbox = Sandbox(state_file(), public_url=url)
    if os.environ.get("GREENROOM_SANDBOX_SEED", "demo") == "demo":
        sandbox.seed("demo")
    mail_server = MailServer(sandbox.mailbox, host=MAIL_HOST, port=choose_smtp_port())
    mail_server.start()
    sandbox.core.smtp_port = mail_server.port
    threading.Thread(target=_tick_forever, args=(sandbox, threading.Event()), name="ticker", daemon=True).start()
    return hanging_up(sandbox.wsgi)


def load_in_worker() -> "WSGIApplication":
    """
    Build the sandbox in a worker process of Granian's, which its main process ends with SIGTERM.

    Ctrl-C in a terminal reaches both of them, and a worker that gets it as well never ends (observed, 2.8.7).
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return create_wsgi()


def hanging_up(app: "WSGIApplication") -> "WSGIApplication":
    """
    Make cut connections real.

    A WSGI server answers 500 to an exception. It can only hang up in the middle of a body: so an answer is begun that
    promises more than comes, and the client sees the connection end.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        try:
            return app(environ, start_response)
        except ConnectionCutError:
            headers = [("Content-Type", "application/json"), ("Content-Length", "4096")]
            start_response("200 OK", headers)
            return _begun()

    return answer


def _begun() -> "Iterator[bytes]":
    """The beginning of a body, and time for it to leave: a server that learns of the end at once sends nothing."""
    yield b"{"
    time.sleep(FLUSH_SECONDS)


def _tick_forever(sandbox: Sandbox, stopping: threading.Event) -> None:
    while not stopping.wait(TICK_SECONDS):
        try:
            sandbox.tick()
        except Exception:
            # The top of a loop that must go on; the next tick tries again.
            log.exception("a tick failed")


def serve(
    host: str = "127.0.0.1", port: int | None = None, path: str | None = None, smtp_port: int | None = None
) -> None:
    """
    Serve until stopped.

    Args:
        port: of the pages and APIs; that of the settings when left out.
        path: the SQLite file, or `:memory:`; that of the settings when left out.
        smtp_port: where mail is taken, on 127.0.0.1; see `choose_smtp_port`.

    Raises:
        CannotListenError: another program has one of the ports, or there is no such address.
        ValueError: a setting is wrong.
    """
    port = port if port is not None else port_from_environment()
    # The server would share a taken port, and each of the two get some of the calls.
    _free_port(host, port, "GREENROOM_SANDBOX_PORT")
    # The worker is a process of its own and learns of all this by the environment.
    os.environ["GREENROOM_SANDBOX_PORT"] = str(port)
    os.environ["GREENROOM_SANDBOX_SMTP_PORT"] = str(choose_smtp_port(smtp_port))
    if path is not None:
        os.environ["GREENROOM_SANDBOX_FILE"] = path
    log_level = os.environ.get("GREENROOM_LOG_LEVEL", "info").lower()
    Granian(
        "greenroom.sandbox.server:load_in_worker",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels(log_level),
    ).serve()
