"""The sandbox as one object: a WSGI application, a clock, and a few acts for tests."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask
import httpx2

from greenroom.sandbox import control
from greenroom.sandbox.admin import routes as admin_routes
from greenroom.sandbox.assist import routes as assist_routes
from greenroom.sandbox.clock import Clock
from greenroom.sandbox.core import Core
from greenroom.sandbox.mail.mailbox import Mailbox
from greenroom.sandbox.meeting import routes as meeting_routes
from greenroom.sandbox.oauth import routes as oauth_routes
from greenroom.sandbox.oauth import store as oauth_store
from greenroom.sandbox.operations import ARRIVED_AT, CUT_MARK, Product, mount, mount_gateway_errors
from greenroom.sandbox.pages import routes as page_routes
from greenroom.sandbox.scim import routes as scim_routes
from greenroom.sandbox.seed import SEEDS
from greenroom.sandbox.seeit import routes as seeit_routes
from greenroom.sandbox.training import routes as training_routes
from greenroom.sandbox.webinar import routes as webinar_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PRODUCTS: tuple[Product, ...] = (
    admin_routes.PRODUCT,
    assist_routes.PRODUCT,
    meeting_routes.PRODUCT,
    scim_routes.PRODUCT,
    seeit_routes.PRODUCT,
    training_routes.PRODUCT,
    webinar_routes.PRODUCT,
)
API_PATHS = tuple(product.base_path + "/" for product in PRODUCTS)
_PAGES = Path(__file__).parent / "pages"


class ConnectionCutError(ConnectionResetError):
    """The connection ends here; nobody gets an answer."""


class Sandbox:
    """
    A stateful local GoTo.

    Args:
        path: a SQLite file to keep everything in; None keeps it in memory.
        clock: the time to live by; real time when left out.
        webhook_transport: how webhook callbacks are reached; real connections when left out.
        public_url: where the sandbox is reached, for the links in its answers.
    """

    def __init__(
        self,
        path: str | None = None,
        *,
        clock: Clock | None = None,
        webhook_transport: httpx2.BaseTransport | None = None,
        public_url: str = "http://127.0.0.1:8001",
    ) -> None:
        self.clock = clock or Clock()
        self.core = Core(path=path, clock=self.clock, webhook_transport=webhook_transport, public_url=public_url)
        self.mailbox = Mailbox(self.core)
        oauth_store.ensure_default_client(self.core)
        self.core.save()
        self.app = create_app(self)

    @property
    def wsgi(self) -> "WSGIApplication":
        """
        The WSGI callable.

        Raises:
            ConnectionCutError: from a call, when a fault rule cuts its connection. A server must hang up then.
        """
        return self._answer

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        environ[ARRIVED_AT] = time.monotonic()
        _mend_path(environ)
        begun: list[tuple[Any, ...]] = []

        def begin(*answer: Any) -> "Callable[[bytes], object]":
            begun.append(answer)
            return lambda _: None  # the old way to write; Flask does not use it

        body = self.app(environ, begin)
        if CUT_MARK in environ:
            raise ConnectionCutError("a fault rule of the sandbox cut this connection")
        start_response(*begun[-1])
        return body

    def reset(self) -> None:
        """Forget everything but the default OAuth client and the clock's time."""
        with self.core.lock:
            control.wipe(self.core)
            self.core.save()

    def seed(self, name: str = "demo") -> None:
        """Fill an empty sandbox; one that has accounts is left as it is."""
        with self.core.lock:
            SEEDS[name](self.core)
            self.core.save()

    def tick(self) -> None:
        """Let scenarios go on, end sessions that are due and send webhooks that are due."""
        control.tick(self.core)

    def close(self) -> None:
        """Write what is left and close the file."""
        with self.core.lock:
            self.core.save()
            if self.core.store is not None:
                self.core.store.close()


def _mend_path(environ: "WSGIEnvironment") -> None:
    """Write a path the way WSGI wants it: transports for tests hand over text where it has bytes as latin-1."""
    path = environ.get("PATH_INFO", "")
    if not path.isascii() and any(ord(character) > 255 for character in path):
        environ["PATH_INFO"] = path.encode().decode("latin-1")


def create_app(sandbox: Sandbox) -> flask.Flask:
    """Build the Flask application of a sandbox."""
    core = sandbox.core
    app = flask.Flask(
        "greenroom.sandbox",
        static_url_path="/static",
        static_folder=str(_PAGES / "static"),
        template_folder=str(_PAGES / "templates"),
    )
    app.url_map.strict_slashes = True
    for product in PRODUCTS:
        mount(app, core, product)
    mount_gateway_errors(app, API_PATHS, page_routes.not_found)
    oauth_routes.mount(app, core)
    page_routes.mount(app, core)
    control.mount(app, core)
    app.add_url_rule("/healthz", endpoint="healthz", view_func=lambda: flask.Response("ok", content_type="text/plain"))
    return app
