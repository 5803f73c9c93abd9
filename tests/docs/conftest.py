"""What the tests of the documentation share: a sandbox for its examples."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from greenroom.sandbox import Sandbox


class _QuietHandler(WSGIRequestHandler):
    """Says nothing about each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Drop the line."""


@pytest.fixture
def client_names() -> Iterator[dict[str, Any]]:
    """Serve a sandbox on a free port of this machine; name its address, and a token of Olga's."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_QuietHandler)
    base_url = f"http://127.0.0.1:{server.server_port}"
    sandbox = Sandbox(public_url=base_url)  # links in its answers lead back to it
    sandbox.seed("demo")
    server.app = sandbox.wsgi
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with httpx2.Client(base_url=f"{base_url}/_sandbox/") as control:
        token = control.post("tokens", json={"organizer": "olga@northwind.example"}).json()["access_token"]
        organizer_key = control.get("state").json()["accounts"][0]["organizers"][0]["key"]
    yield {"base_url": base_url, "token": token, "organizer_key": organizer_key}
    server.shutdown()
    thread.join()
    server.server_close()
