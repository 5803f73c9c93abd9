"""What tests of the commands share: a shell, and a sandbox on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx2
import pytest
from click.testing import Result
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.sandbox import Sandbox

Shell = Callable[..., Result]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep sign-ins of the person who runs the tests out of them."""
    for name in ("TOKEN", "API_URL", "AUTH_URL", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"GREENROOM_GOTO_{name}", raising=False)
    monkeypatch.setenv("GREENROOM_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def shell() -> Shell:
    """Run `greenroom` with arguments."""

    def run(*arguments: str, **options: str) -> Result:
        return CliRunner().invoke(app, list(arguments), **options)

    return run


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def sandbox_url() -> Iterator[str]:
    """Serve a sandbox with the demo on a port of its own."""
    with make_server("127.0.0.1", 0, lambda *_: [b""], _Server, _Quiet) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        sandbox = Sandbox(public_url=url)
        sandbox.seed("demo")
        server.set_app(sandbox.wsgi)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield url
        server.shutdown()
        thread.join()


@pytest.fixture
def token(sandbox_url: str) -> str:
    """Olga's token, without a sign-in."""
    answer = httpx2.post(f"{sandbox_url}/_sandbox/tokens", json={"organizer": "olga@northwind.example"})
    return str(answer.json()["access_token"])
