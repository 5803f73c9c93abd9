"""A stand-in for GoTo that answers from a list, and clients that never wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from greenroom.goto import AsyncGoTo, GoTo

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
INVALID_TOKEN = {"int_err_code": "InvalidToken", "msg": "Invalid token passed"}

Reaction = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


def answer(status: int = 200, body: object = None, **headers: str) -> httpx2.Response:
    """Make an answer; `body` is bytes, or becomes JSON; header names have `_` for `-`."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.Response(status, content=content, headers={name.replace("_", "-"): v for name, v in headers.items()})


class FakeGoTo:
    """
    Answers requests with the given reactions in turn, the last one again and again.

    Attributes:
        requests: what came in.
        waits: seconds the clients would have waited.
    """

    def __init__(self, *reactions: Reaction) -> None:
        self._reactions = list(reactions)
        self.requests: list[httpx2.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        reaction = self._reactions.pop(0) if len(self._reactions) > 1 else self._reactions[0]
        if isinstance(reaction, Exception):
            raise reaction
        if callable(reaction):
            return reaction(request)
        return httpx2.Response(reaction.status_code, content=reaction.content, headers=reaction.headers)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self)

    def bodies(self) -> list[Any]:
        """What was sent, as JSON."""
        return [json.loads(request.content) if request.content else None for request in self.requests]

    def bearers(self) -> list[str | None]:
        """Which token each request carried."""
        return [request.headers.get("authorization") for request in self.requests]


class SyncClient:
    """Sends with `GoTo`."""

    def __init__(self, fake: FakeGoTo, auth: Any = "a-token", **options: Any) -> None:
        self._goto = GoTo(auth, transport=fake.transport, **_still(fake, options, fake.waits.append))

    def send(self, operation: Any) -> Any:
        return self._goto.send(operation)

    def fetch(self, operation: Any) -> Any:
        return self._goto.fetch(operation)

    def iterate(self, operation: Any, **options: Any) -> list[Any]:
        return list(self._goto.iterate(operation, **options))

    def pages(self, operation: Any, **options: Any) -> list[Any]:
        return list(self._goto.pages(operation, **options))

    def take_set_aside(self) -> list[Any]:
        return self._goto.take_set_aside()

    def close(self) -> None:
        self._goto.close()


class AsyncClient:
    """Sends with `AsyncGoTo`, each call on a loop of its own."""

    def __init__(self, fake: FakeGoTo, auth: Any = "a-token", **options: Any) -> None:
        async def sleep(seconds: float) -> None:
            fake.waits.append(seconds)

        self._set_aside: list[Any] = []
        self._make = lambda: AsyncGoTo(auth, transport=fake.transport, **_still(fake, options, sleep))

    def _run(self, act: Callable[[AsyncGoTo], Any]) -> Any:
        async def run() -> Any:
            async with self._make() as goto:
                try:
                    return await act(goto)
                finally:
                    self._set_aside.extend(goto.take_set_aside())

        return asyncio.run(run())

    def send(self, operation: Any) -> Any:
        return self._run(lambda goto: goto.send(operation))

    def fetch(self, operation: Any) -> Any:
        return self._run(lambda goto: goto.fetch(operation))

    def iterate(self, operation: Any, **options: Any) -> list[Any]:
        async def gather(goto: AsyncGoTo) -> list[Any]:
            return [item async for item in goto.iterate(operation, **options)]

        return self._run(gather)  # type: ignore[no-any-return]

    def pages(self, operation: Any, **options: Any) -> list[Any]:
        async def gather(goto: AsyncGoTo) -> list[Any]:
            return [page async for page in goto.pages(operation, **options)]

        return self._run(gather)  # type: ignore[no-any-return]

    def take_set_aside(self) -> list[Any]:
        taken, self._set_aside = self._set_aside, []
        return taken

    def close(self) -> None:
        """Nothing stays open between calls."""


def _still(fake: FakeGoTo, options: dict[str, Any], sleep: Any) -> dict[str, Any]:
    """Fill in a clock that stands still, waits that are only noted and no chance."""
    return {"clock": lambda: NOW, "sleep": sleep, "random": lambda: 0.5, **options}


def hal(name: str, items: Sequence[Any], *, number: int, total_pages: int, total: int) -> httpx2.Response:
    """Make a HAL page; without items `_embedded` is missing, as GoTo does it."""
    page = {"size": 2, "totalElements": total, "totalPages": total_pages, "number": number}
    return answer(200, {"page": page} | ({"_embedded": {name: list(items)}} if items else {}))


def by_page(pages: Iterable[httpx2.Response]) -> Callable[[httpx2.Request], httpx2.Response]:
    """Answer with the page whose number the request names."""
    kept = list(pages)

    def react(request: httpx2.Request) -> httpx2.Response:
        page = kept[int(request.url.params["page"])]
        return httpx2.Response(page.status_code, content=page.content)

    return react


def later(seconds: float) -> datetime:
    """A moment after the clock's."""
    return NOW + timedelta(seconds=seconds)
