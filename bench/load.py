"""
GoTo's webhooks as a load: so many a second, whether or not the hub keeps up.

Each delivery has a moment at which it is due. Its time runs from that moment, so that waiting for a hub that has
fallen behind counts. Knows nothing of the hub but its address and the secret.
"""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

# So many are under way at most; GoTo's own number is not documented.
_AT_ONCE = 32


def deliver(url: str, secret: str, event_key: str, *, rate: int, seconds: int) -> dict[str, Any]:
    """Bring `rate * seconds` sign-ups, each of somebody else, and return how long the answers took, in ms."""
    waiting: queue.SimpleQueue[tuple[float, bytes] | None] = queue.SimpleQueue()
    took: list[float] = []
    refused: list[str] = []
    threads = [threading.Thread(target=_carry, args=[url, secret, waiting, took, refused]) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    start = time.perf_counter() + 0.1
    for number, body in enumerate(_bodies(event_key, rate * seconds)):
        due = start + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        waiting.put((due, body))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return {"took": sorted(took), "refused": refused, "wall": time.perf_counter() - start}


def _carry(
    url: str,
    secret: str,
    waiting: "queue.SimpleQueue[tuple[float, bytes] | None]",
    took: list[float],
    refused: list[str],
) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    while (one := waiting.get()) is not None:
        due, body = one
        try:
            connection.request("POST", parts.path, body, _headers(body, secret))
            answer = connection.getresponse()
            answer.read()
        except OSError as error:
            refused.append(type(error).__name__)
            connection.close()
            continue
        if answer.status == 200:
            took.append((time.perf_counter() - due) * 1000)
        else:
            refused.append(str(answer.status))


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
