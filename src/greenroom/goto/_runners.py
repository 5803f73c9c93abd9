"""
What performs the steps of the core's flows: one runner with threads, one with asyncio.

TLS certificates are always verified, no redirect is followed with the token, and every wait has an end.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from greenroom.goto._auth import utc_now
from greenroom.goto._downloads import (
    REDIRECTS_MAX,
    Saving,
    is_redirect,
    next_address,
    no_file,
    refusal,
)
from greenroom.goto._flow import Call, Flow, Locked, Pause, Send, Step
from greenroom.goto._operation import Reply
from greenroom.goto.errors import GotoError, RequestTimeoutError, TransportError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """
    How long one attempt may take, in seconds.

    Attributes:
        connect: until the connection stands.
        read: between two pieces of the answer.
        total: until the whole answer is there, checked at every piece.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0

    def for_transport(self) -> httpx2.Timeout:
        """Say the same to httpx."""
        return httpx2.Timeout(self.read, connect=self.connect)


# One answer: a webinar's 50,000 registrants as one bare array are about 15 MB.
ANSWER_BYTES_MAX = 256 * 1024 * 1024


class SyncRunner:
    """Performs steps in the calling thread."""

    def __init__(
        self,
        transport: httpx2.BaseTransport | None,
        timeout: Timeouts,
        sleep: Callable[[float], object],
    ) -> None:
        self._client = httpx2.Client(transport=transport, timeout=timeout.for_transport(), follow_redirects=False)
        self._total = timeout.total
        self._sleep = sleep

    def close(self) -> None:
        self._client.close()

    def run(self, flow: Flow[T]) -> T:
        """Perform a flow to its end."""
        outcome: Any = None
        error: GotoError | None = None
        while True:
            try:
                step = flow.send(outcome) if error is None else flow.throw(error)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            outcome, error = None, None
            try:
                outcome = self._perform(step)
            except GotoError as caught:
                error = caught

    def _perform(self, step: Step) -> Any:
        match step:
            case Send():
                return self._send(step)
            case Pause():
                return self._sleep(step.seconds)
            case Call():
                return step.function()
            case Locked():
                with step.lock():
                    return self.run(step.flow)

    def _send(self, step: Send) -> Reply:
        request = self._client.build_request(step.method, step.url, headers=step.headers, content=step.content)
        gathered = _Gathering(self._total)
        try:
            response = self._client.send(request, stream=True)
            try:
                for piece in response.iter_bytes():
                    gathered.add(piece)
            finally:
                response.close()
        except httpx2.HTTPError as error:
            raise _transport_error(error) from None
        return gathered.reply(response)

    def download(self, url: str, saving: Saving, headers: Mapping[str, str]) -> None:
        """Stream a file to disk; without flows, as there is no token, pace or retry to decide on."""
        try:
            for _ in range(REDIRECTS_MAX + 1):
                request = self._client.build_request("GET", url, headers=headers)
                response = self._client.send(request, stream=True)
                try:
                    if is_redirect(response):
                        url = next_address(url, response)
                        continue
                    if response.status_code != 200:
                        raise refusal(response, utc_now)
                    saving.begin(response)
                    for piece in response.iter_bytes():
                        saving.add(piece)
                finally:
                    response.close()
                return saving.finish()
        except httpx2.HTTPError as error:
            raise _transport_error(error) from None
        except httpx2.InvalidURL:
            raise no_file() from None
        raise no_file()


class AsyncRunner:
    """
    Performs steps on an asyncio loop.

    Functions that may block run in one worker thread of our own, so that a store sees one thread. Locked
    flows take turns here first: a second one waiting inside that thread would keep the first from leaving.
    """

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport | None,
        timeout: Timeouts,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._client = httpx2.AsyncClient(transport=transport, timeout=timeout.for_transport(), follow_redirects=False)
        self._total = timeout.total
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="greenroom-goto")

    async def aclose(self) -> None:
        await self._client.aclose()
        self._worker.shutdown(wait=False)

    async def run(self, flow: Flow[T]) -> T:
        """Perform a flow to its end."""
        outcome: Any = None
        error: GotoError | None = None
        while True:
            try:
                step = flow.send(outcome) if error is None else flow.throw(error)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            outcome, error = None, None
            try:
                outcome = await self._perform(step)
            except GotoError as caught:
                error = caught

    async def _perform(self, step: Step) -> Any:
        match step:
            case Send():
                return await self._send(step)
            case Pause():
                return await self._sleep(step.seconds)
            case Call():
                return await self._in_thread(step.function)
            case Locked():
                async with self._turn:
                    return await self._run_locked(step.lock(), step.flow)

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, function)

    async def _run_locked(self, lock: AbstractContextManager[object], flow: Generator[Any, Any, T]) -> T:
        """
        Hold a blocking lock around a flow.

        A cancelled wait must not queue its leaving behind the next task's entering: the thread would wait
        for itself. So the entry gives the lock back on its own.
        """
        entry = _Entry(lock)
        try:
            await asyncio.shield(self._in_thread(entry.enter))
        except asyncio.CancelledError:
            if entry.abandon():
                self._worker.submit(entry.leave)
            raise
        try:
            return await self.run(flow)
        finally:
            await asyncio.shield(self._in_thread(entry.leave))

    async def _send(self, step: Send) -> Reply:
        request = self._client.build_request(step.method, step.url, headers=step.headers, content=step.content)
        gathered = _Gathering(self._total)
        try:
            response = await self._client.send(request, stream=True)
            try:
                async for piece in response.aiter_bytes():
                    gathered.add(piece)
            finally:
                await response.aclose()
        except httpx2.HTTPError as error:
            raise _transport_error(error) from None
        return gathered.reply(response)

    async def download(self, url: str, saving: Saving, headers: Mapping[str, str]) -> None:
        """Stream a file to disk; the disk is waited for in threads."""
        try:
            for _ in range(REDIRECTS_MAX + 1):
                request = self._client.build_request("GET", url, headers=headers)
                response = await self._client.send(request, stream=True)
                try:
                    if is_redirect(response):
                        url = next_address(url, response)
                        continue
                    if response.status_code != 200:
                        raise refusal(response, utc_now)
                    saving.begin(response)
                    async for piece in response.aiter_bytes():
                        await asyncio.to_thread(saving.add, piece)
                finally:
                    await response.aclose()
                return await asyncio.to_thread(saving.finish)
        except httpx2.HTTPError as error:
            raise _transport_error(error) from None
        except httpx2.InvalidURL:
            raise no_file() from None
        raise no_file()


class _Entry:
    """One taking of a blocking lock in another thread, which may be abandoned before the lock has come."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._state = threading.Lock()
        self._is_inside = False
        self._is_abandoned = False

    def enter(self) -> None:
        """Take the lock, and give it back at once when nobody waits for it any more."""
        self._lock.__enter__()
        with self._state:
            self._is_inside = not self._is_abandoned
        if not self._is_inside:
            self.leave()

    def abandon(self) -> bool:
        """Stop waiting; tell whether the lock had come already and must be left."""
        with self._state:
            self._is_abandoned = True
            return self._is_inside

    def leave(self) -> None:
        """Give the lock back."""
        self._lock.__exit__(None, None, None)


class _Gathering:
    """Collects an answer's pieces and gives up when they take too long or become too much."""

    def __init__(self, total_seconds: float) -> None:
        self._end = time.monotonic() + total_seconds
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > ANSWER_BYTES_MAX:
            raise TransportError("GoTo's answer is too large.")
        if time.monotonic() > self._end:
            raise RequestTimeoutError

    def reply(self, response: httpx2.Response) -> Reply:
        return Reply(response.status_code, response.headers, b"".join(self._pieces))


def _transport_error(error: httpx2.HTTPError) -> TransportError:
    """Name what went wrong on the way; httpx's own text may quote the address."""
    unsent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    if isinstance(error, httpx2.TimeoutException):
        return RequestTimeoutError(request_sent=not unsent)
    return TransportError(request_sent=not unsent)
