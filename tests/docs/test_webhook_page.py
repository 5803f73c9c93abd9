"""The receivers of webhooks in the documentation: each takes what the sandbox signs, and nothing else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import HTTPServer
from typing import Any

import httpx2
import pytest
from tests.docs.pages import DOCS, run
from tests.sandbox.doors import Door, ada, sign_up

from greenroom.goto import GoTo, webhooks, webinar
from greenroom.sandbox import Sandbox

ADDRESS = "https://hub.example/goto"

# Sends one request to a receiver and gives the status of the answer.
Send = Callable[[httpx2.Request], int]


def through(app: Any) -> Send:
    """Reach a WSGI application."""

    def send(request: httpx2.Request) -> int:
        with httpx2.Client(transport=httpx2.WSGITransport(app=app)) as client:
            return client.send(request).status_code

    return send


def flask(names: dict[str, Any]) -> Iterator[Send]:
    yield through(names["flask_app"])


def django(names: dict[str, Any]) -> Iterator[Send]:
    from django.test import RequestFactory

    def send(request: httpx2.Request) -> int:
        made = RequestFactory().generic(
            request.method,
            request.url.path,
            request.content,
            "application/json",
            headers=dict(request.headers),
        )
        return int(names["django_goto"](made).status_code)

    yield send


def starlette(names: dict[str, Any]) -> Iterator[Send]:
    async def send(request: httpx2.Request) -> int:
        again = httpx2.Request(request.method, request.url, headers=request.headers, content=request.content)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=names["starlette_app"])) as client:
            return (await client.send(again)).status_code

    yield lambda request: asyncio.run(send(request))


def without(names: dict[str, Any]) -> Iterator[Send]:
    """Serve the handler on a port of its own."""

    class Quiet(names["GotoHandler"]):
        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    with HTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def send(request: httpx2.Request) -> int:
            address = f"http://127.0.0.1:{server.server_port}/goto"
            headers = {name: value for name, value in request.headers.items() if name != "host"}
            return httpx2.request(request.method, address, headers=headers, content=request.content).status_code

        yield send
        server.shutdown()
        thread.join()


@pytest.fixture
def names() -> dict[str, Any]:
    """What the page defines."""
    defined: dict[str, Any] = {}
    run(DOCS / "how-to" / "verify-webhooks.md", defined)
    return defined


@pytest.fixture(params=[flask, django, starlette, without], ids=lambda one: one.__name__)
def send(request: pytest.FixtureRequest, names: dict[str, Any]) -> Iterator[Send]:
    yield from request.param(names)


@pytest.fixture
def olga(send: Send) -> Door:
    """Olga at a sandbox whose messages go to the receiver; by the real clock, as receivers look at a message's age."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(send(request))

    sandbox = Sandbox(public_url="http://testserver", webhook_transport=httpx2.MockTransport(answer))
    return sign_up(sandbox, "olga@northwind.example")


@pytest.fixture
def goto(olga: Door) -> Iterator[GoTo]:
    token = olga.http.headers["Authorization"].removeprefix("Bearer ")
    transport = httpx2.WSGITransport(app=olga.sandbox.wsgi)
    with GoTo(token, base_url="http://testserver", transport=transport) as client:
        yield client


def register(olga: Door, *emails: str) -> None:
    """Register people for a webinar, and have the sandbox tell of it."""
    key = olga.control("webinars", {"organizer_key": olga.organizer_key})["key"]
    for email in emails:
        assert olga.post(f"{olga.webinars}/{key}/registrants", ada(email=email)).status_code == 201
    olga.sandbox.tick()


def test_what_goto_sends_twice_is_kept_once(olga: Door, goto: GoTo, names: dict[str, Any]) -> None:
    names["SECRETS"][:] = [names["hear_of_registrations"](goto, ADDRESS)]
    olga.control("switches", {"webhook_copies": 2}, "PUT")

    register(olga, "ada@example.com")

    assert [event.email for event in names["kept"].values()] == ["ada@example.com"]
    (delivery,) = olga.control("webhooks/deliveries", method="GET")["deliveries"]
    assert (delivery["state"], delivery["last_result"]) == ("delivered", "200")


def test_both_secrets_count_while_one_is_replaced(olga: Door, goto: GoTo, names: dict[str, Any]) -> None:
    old = names["hear_of_registrations"](goto, ADDRESS)
    soon = olga.sandbox.clock.now() + timedelta(minutes=5)
    new = goto.send(webinar.create_secret_key(webinar.SecretKeyRequest(valid_from=soon))).value
    names["SECRETS"][:] = [new, old]

    register(olga, "ada@example.com")
    olga.sandbox.clock.advance(timedelta(minutes=6))
    register(olga, "bo@example.com")

    assert [event.email for event in names["kept"].values()] == ["ada@example.com", "bo@example.com"]
    names["SECRETS"][:] = [old]
    register(olga, "cy@example.com")
    assert len(names["kept"]) == 2  # so it was the new one that signed


@pytest.mark.parametrize("spoil", ["no signature", "another secret", "another body"])
def test_what_is_not_signed_well_is_refused(send: Send, names: dict[str, Any], spoil: str) -> None:
    body, timestamp = b'{"eventKey": "1", "eventName": "registrant.added"}', str(int(time.time() * 1000))
    secret = "a-guess" if spoil == "another secret" else names["SECRETS"][0]
    signed = {webhooks.TIMESTAMP_HEADER: timestamp}
    if spoil != "no signature":
        signed[webhooks.SIGNATURE_HEADER] = webhooks.sign(body, timestamp=timestamp, secret=secret)
    sent = body.replace(b" ", b"") if spoil == "another body" else body

    assert send(httpx2.Request("POST", ADDRESS, content=sent, headers=signed)) == 401
    assert names["kept"] == {}
