"""Serving the sandbox: one Granian worker with several threads, and a ticker beside them."""

import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from greenroom.sandbox.app import ConnectionCutError, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEFAULT_PORT = 8001
BLOCKING_THREADS = 4
TICK_SECONDS = 0.5

log = logging.getLogger(__name__)


def data_file() -> str:
    """Where a served sandbox keeps its state: `sandbox.sqlite3` in `GREENROOM_DATA_DIR` (`./var`)."""
    return str(Path(os.environ.get("GREENROOM_DATA_DIR", "./var")) / "sandbox.sqlite3")


def port_from_environment() -> int:
    """
    Read `GREENROOM_SANDBOX_PORT`.

    Raises:
        ValueError: it is no port number; the message has the setting's name.
    """
    text = os.environ.get("GREENROOM_SANDBOX_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError("GREENROOM_SANDBOX_PORT must be a port number")
    return int(text)


def create_wsgi() -> "WSGIApplication":
    """Build the sandbox of the environment's settings, with its ticker, seeded with the demo when it is empty."""
    url = os.environ.get("GREENROOM_SANDBOX_URL") or f"http://127.0.0.1:{port_from_environment()}"
    sandbox = Sandbox(os.environ.get("GREENROOM_SANDBOX_FILE") or data_file(), public_url=url)
    if os.environ.get("GREENROOM_SANDBOX_SEED", "demo") == "demo":
        sandbox.seed("demo")
    threading.Thread(target=_tick_forever, args=(sandbox, threading.Event()), name="ticker", daemon=True).start()
    return hanging_up(sandbox.wsgi)


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
            return iter((b"{",))

    return answer


def _tick_forever(sandbox: Sandbox, stopping: threading.Event) -> None:
    while not stopping.wait(TICK_SECONDS):
        try:
            sandbox.tick()
        except Exception:
            # The top of a loop that must go on; the next tick tries again.
            log.exception("a tick failed")


def serve(host: str = "127.0.0.1", port: int | None = None, path: str | None = None) -> None:
    """
    Serve until stopped.

    Args:
        path: the SQLite file; `sandbox.sqlite3` in the data folder when left out.
    """
    port = port if port is not None else port_from_environment()
    os.environ["GREENROOM_SANDBOX_PORT"] = str(port)
    if path is not None:
        # The worker is a process of its own and learns of the file this way.
        os.environ["GREENROOM_SANDBOX_FILE"] = path
    Granian(
        "greenroom.sandbox.server:create_wsgi",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels(os.environ.get("GREENROOM_LOG_LEVEL", "info").lower()),
    ).serve()
