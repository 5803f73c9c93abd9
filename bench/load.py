"""
GoTo's webhooks, and people who join, as a load: so many a second, whether or not the hub keeps up.

Each has a moment at which it is due. Its time runs from that moment, so that waiting for a hub that has fallen behind
counts. Knows nothing of the hub but its address, and the secret or the cookies.
"""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

# So many are under way at most; how many of GoTo's own is not documented.
_AT_ONCE = 32


class Asking(Protocol):
    """Ask once on a connection, and tell whether the answer is the one wanted."""

    def __call__(self, connection: HTTPConnection, one: Any) -> str:
        """Return why it is not, or nothing."""


def deliver(url: str, secret: str, event_key: str, *, rate: int, seconds: int) -> dict[str, Any]:
    """Bring `rate * seconds` sign-ups, each of somebody else, and return how long the answers took, in ms."""
    path = urlsplit(url).path

    def ask(connection: HTTPConnection, body: bytes) -> str:
        connection.request("POST", path, body, _headers(body, secret))
        answer = connection.getresponse()
        answer.read()
        return "" if answer.status == 200 else str(answer.status)

    return _bring(url, _bodies(event_key, rate * seconds), ask, rate)


def join(url: str, cookies: str, leads_to: str, *, rate: int) -> dict[str, Any]:
    """Let the owner of each cookie in a file press Join once; return how long it took until they were led on, in ms."""
    path = urlsplit(url).path

    def ask(connection: HTTPConnection, cookie: str) -> str:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        address = answer.getheader("Location") or ""
        return "" if address.startswith(leads_to) else f"{answer.status} {address}"

    return _bring(url, Path(cookies).read_text().split(), ask, rate)


def _bring(url: str, ones: Iterable[Any], ask: Asking, rate: int) -> dict[str, Any]:
    waiting: queue.SimpleQueue[tuple[float, Any] | None] = queue.SimpleQueue()
    took: list[float] = []
    refused: list[str] = []
    threads = [threading.Thread(target=_carry, args=[url, waiting, ask, took, refused]) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    start = time.perf_counter() + 0.1
    for number, one in enumerate(ones):
        due = start + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        waiting.put((due, one))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return {"took": sorted(took), "refused": refused, "wall": time.perf_counter() - start}


def _carry(
    url: str,
    waiting: "queue.SimpleQueue[tuple[float, Any] | None]",
    ask: Asking,
    took: list[float],
    refused: list[str],
) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    while (next_one := waiting.get()) is not None:
        due, one = next_one
        try:
            problem = ask(connection, one)
        except OSError as error:
            problem = type(error).__name__
            connection.close()
        if problem:
            refused.append(problem)
        else:
            took.append((time.perf_counter() - due) * 1000)


def _headers(body: bytes, secret: str) -> dict[str, str]:
    timestamp = str(int(time.time() * 1000))
    digest = hmac.new(secret.encode(), timestamp.encode() + b":" + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Webhook-Signature-Timestamp": timestamp,
        "X-Webhook-Signature": base64.b64encode(digest).decode(),
    }


def _bodies(event_key: str, count: int) -> Iterator[bytes]:
    for number in range(count):
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {
            "eventName": "registrant.added",
            "eventVersion": "1.0.0",
            "product": "g2w",
            "eventKey": f"{event_key}-{number}",
            "timestamp": now,
            "firstName": "Ada",
            "lastName": f"Number {number}",
            "email": f"ada{number}@bench.example",
            "city": "Lyon",
            "organization": "Example SA",
            "registrationDate": now,
            "status": "APPROVED",
            "webinarKey": int(event_key),
            "webinarTitle": "Ladder safety",
            "experienceType": "CLASSIC",
            "recurrenceType": "single_session",
            "registrantKey": 10**18 + number,
            "joinUrl": f"https://global.gotowebinar.com/join/{event_key}/{number}",
            "responses": [],
        }
        yield json.dumps(told).encode()
