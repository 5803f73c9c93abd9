"""
The two thin drivers: they perform the steps of the core's flows, one with threads, one with asyncio.

TLS certificates are always verified, no redirect is followed, and every wait has an end.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import httpx2

from greenroom import __version__
from greenroom.goto._auth import AUTH_URL, BearerToken, OAuth, OAuthClient, Token, TokenEndpoint, utc_now
from greenroom.goto._downloads import (
    DOWNLOAD_BYTES_MAX,
    REDIRECTS_MAX,
    Progress,
    Saving,
    address,
    is_redirect,
    next_address,
    no_file,
    refusal,
    request_headers,
)
from greenroom.goto._flow import Auth, Call, Flow, Locked, Pause, Send, Settings, Step, exchange
from greenroom.goto._operation import Answer, Operation, Redirect, Reply
from greenroom.goto._pacing import Limiter
from greenroom.goto._paging import Page, Walk
from greenroom.goto._retry import RetryPolicy
from greenroom.goto.errors import GotoError, RequestTimeoutError, TransportError

T = TypeVar("T")
Item = TypeVar("Item")
T_co = TypeVar("T_co", covariant=True)

BASE_URL = "https://api.getgo.com"
USER_AGENT = f"greenroom/{__version__}"


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


class Fetched(Generic[T_co]):
    """
    One page of a list, and the answer it came in.

    Attributes:
        page: its items, without those an earlier page had.
        answer: status, headers and raw body.
    """

    __slots__ = ("answer", "page")

    def __init__(self, page: Page[T_co], answer: Answer[Iterable[T_co]]) -> None:
        self.page = page
        self.answer = answer

    def __iter__(self) -> Iterator[T_co]:
        return iter(self.page)

    def __len__(self) -> int:
        return len(self.page)

    @property
    def items(self) -> Sequence[T_co]:
        """The page's new items."""
        return self.page.items

    @property
    def number(self) -> int:
        """Which page, from 0."""
        return self.page.number

    @property
    def total(self) -> int | None:
        """How many items all pages hold together, or None."""
        return self.page.total

    @property
    def content(self) -> bytes:
        """The body's bytes, for digests."""
        return self.answer.content


class _SyncRunner:
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


class _AsyncRunner:
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


def _auth_of(auth: str | BearerToken | OAuth, auth_url: str) -> Auth:
    """Accept a token's text, or an object that gives tokens."""
    if isinstance(auth, str):
        return BearerToken(auth)
    return auth.at(auth_url) if isinstance(auth, OAuth) else auth


def _walk(operation: Operation[Any], page_size: int) -> Walk:
    """Begin where the operation says, or at the beginning."""
    return Walk(
        operation.paging,
        first_page=int(operation.query.get("page", "0")),
        skipped=int(operation.query.get("offset", "0")),
        page_size=page_size,
    )


class GoTo:
    """
    Sends operations and waits for the answers. May be shared by threads.

    Args:
        auth: an access token's text, a `BearerToken`, or an `OAuth` that refreshes.
        base_url: where the APIs are.
        auth_url: where OAuth's server is.
        transport: replaces the network (a WSGI application, a proxy, a mock).
        limiter: hands out sending slots; None sends at once.
        retry: when to try again.
        timeout: how long one attempt may take.
        clock: tells the time (aware), for token expiry and Retry-After dates.
        sleep: waits so many seconds.
        random: gives numbers in [0, 1) for jitter.

    Everything it raises is a `GotoError`, apart from ValueError and TypeError for wrong arguments and what a
    token store or limiter of yours raises.
    """

    def __init__(
        self,
        auth: str | BearerToken | OAuth,
        *,
        base_url: str = BASE_URL,
        auth_url: str = AUTH_URL,
        transport: httpx2.BaseTransport | None = None,
        limiter: Limiter | None = None,
        retry: RetryPolicy | None = None,
        timeout: Timeouts | None = None,
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._settings = Settings(
            auth=_auth_of(auth, auth_url),
            base_url=base_url,
            limiter=limiter,
            retry=retry or RetryPolicy(),
            now=clock or utc_now,
            random=random,
            user_agent=USER_AGENT,
        )
        self._runner = _SyncRunner(transport, timeout or Timeouts(), sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._runner.close()

    def send(self, operation: Operation[T]) -> T:
        """
        Send an operation and return its value.

        Raises:
            GotoError: see `greenroom.goto.errors`.
        """
        return self.fetch(operation).value

    def fetch(self, operation: Operation[T]) -> Answer[T]:
        """Send an operation and return the whole answer; its value is decoded when asked for."""
        return Answer(operation, self._runner.run(exchange(self._settings, operation)))

    def iterate(self, operation: Operation[Iterable[Item]], *, page_size: int = 200) -> Iterator[Item]:
        """
        Yield the items of all pages, fetching each page when it is needed.

        Doubles that moved between pages are left out. Lists that GoTo does not page take one call.
        """
        for fetched in self.pages(operation, page_size=page_size):
            yield from fetched.items

    def pages(self, operation: Operation[Iterable[Item]], *, page_size: int = 200) -> Iterator[Fetched[Item]]:
        """Yield the pages one after the other, from the operation's `page`, or the first one, on."""
        walk = _walk(operation, page_size)
        while not walk.is_over:
            reply = self._runner.run(exchange(self._settings, operation, walk.query()))
            answer = Answer(operation, reply)
            yield Fetched(walk.take(answer.value), answer)

    def download(
        self,
        of: Redirect | str,
        path: str | Path,
        *,
        progress: Progress | None = None,
        bytes_max: int = DOWNLOAD_BYTES_MAX,
    ) -> None:
        """
        Save a recording's file, streaming it to disk, without the token.

        Nothing is at `path` before the file is whole; a file that was there stays until then. Not paced, as it
        is not GoTo's API that answers, and not repeated: fetch a fresh address and try again.

        Args:
            of: what `training.get_recording_download_by_id` answered, or a download address of any product.
            path: where the file shall be; its folder exists.
            progress: called with the bytes so far and the bytes in all, or None when that is not known.
            bytes_max: a larger file is given up.

        Raises:
            ApiError: the storage refuses, as it does for an address that has lapsed.
            TransportError: the download broke off or is too large.
            UnexpectedResponseError: the address leads nowhere.
            OSError: the disk refuses.
        """
        url = address(of)
        with Saving(path, progress, bytes_max) as saving:
            self._runner.download(url, saving, request_headers(self._settings.user_agent))


class AsyncGoTo:
    """
    Sends operations on an asyncio loop; otherwise as `GoTo`, with `sleep` awaited.

    Token stores and limiters may block: they are called in a thread of their own.
    """

    def __init__(
        self,
        auth: str | BearerToken | OAuth,
        *,
        base_url: str = BASE_URL,
        auth_url: str = AUTH_URL,
        transport: httpx2.AsyncBaseTransport | None = None,
        limiter: Limiter | None = None,
        retry: RetryPolicy | None = None,
        timeout: Timeouts | None = None,
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._settings = Settings(
            auth=_auth_of(auth, auth_url),
            base_url=base_url,
            limiter=limiter,
            retry=retry or RetryPolicy(),
            now=clock or utc_now,
            random=random,
            user_agent=USER_AGENT,
        )
        self._runner = _AsyncRunner(transport, timeout or Timeouts(), sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._runner.aclose()

    async def send(self, operation: Operation[T]) -> T:
        """Send an operation and return its value; as `GoTo.send`."""
        return (await self.fetch(operation)).value

    async def fetch(self, operation: Operation[T]) -> Answer[T]:
        """Send an operation and return the whole answer; as `GoTo.fetch`."""
        return Answer(operation, await self._runner.run(exchange(self._settings, operation)))

    async def iterate(self, operation: Operation[Iterable[Item]], *, page_size: int = 200) -> AsyncIterator[Item]:
        """Yield the items of all pages; as `GoTo.iterate`."""
        async for fetched in self.pages(operation, page_size=page_size):
            for item in fetched.items:
                yield item

    async def pages(
        self, operation: Operation[Iterable[Item]], *, page_size: int = 200
    ) -> AsyncIterator[Fetched[Item]]:
        """Yield the pages one after the other; as `GoTo.pages`."""
        walk = _walk(operation, page_size)
        while not walk.is_over:
            reply = await self._runner.run(exchange(self._settings, operation, walk.query()))
            answer = Answer(operation, reply)
            yield Fetched(walk.take(answer.value), answer)

    async def download(
        self,
        of: Redirect | str,
        path: str | Path,
        *,
        progress: Progress | None = None,
        bytes_max: int = DOWNLOAD_BYTES_MAX,
    ) -> None:
        """Save a recording's file; as `GoTo.download`. `progress` is called in other threads, one at a time."""
        url = address(of)
        with Saving(path, progress, bytes_max) as saving:
            await self._runner.download(url, saving, request_headers(self._settings.user_agent))

    async def gather(self, operations: Iterable[Operation[T]], *, limit: int = 8) -> list[T]:
        """
        Send operations, a few at a time, and return their values in the order of the operations.

        The operations are taken one by one as others finish, so they may come from a generator of any length.

        Args:
            limit: how many are on their way at once.

        Raises:
            GotoError: the first error; what is on its way then is given up, the rest is not sent.
        """
        if limit < 1:
            raise ValueError("limit must be 1 or more")
        waiting = enumerate(operations)
        values: dict[int, T] = {}

        async def work() -> None:
            for number, operation in waiting:
                values[number] = await self.send(operation)

        tasks = [asyncio.create_task(work()) for _ in range(limit)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return [values[number] for number in range(len(values))]


class AuthServer:
    """
    GoTo's OAuth server, for connecting and disconnecting an account.

    Args: as of `GoTo`.
    """

    def __init__(
        self,
        client: OAuthClient,
        auth_url: str = AUTH_URL,
        transport: httpx2.BaseTransport | None = None,
        *,
        timeout: Timeouts | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._endpoint = TokenEndpoint(client, auth_url, clock or utc_now)
        self._runner = _SyncRunner(transport, timeout or Timeouts(), time.sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._runner.close()

    def exchange_code(self, code: str, code_verifier: str | None = None) -> Token:
        """
        Trade the callback's code for a token. Never repeated: a code works once.

        Raises:
            ReconnectRequiredError: the code is used, lapsed or not ours; start again.
            AuthenticationError: the client id or secret is wrong.
        """
        return self._runner.run(self._endpoint.exchange_code(code, code_verifier))

    def refresh(self, token: Token) -> Token:
        """
        Get a new access token; the refresh token is kept unless a new one comes. Call it under a lock.

        Raises:
            ReconnectRequiredError: the refresh token is worthless.
        """
        return self._runner.run(self._endpoint.refresh(token))

    def revoke(self, token: Token) -> None:
        """Ask GoTo to forget the grant; callers who disconnect ignore a failure."""
        self._runner.run(self._endpoint.revoke(token))


class AsyncAuthServer:
    """GoTo's OAuth server on an asyncio loop; as `AuthServer`."""

    def __init__(
        self,
        client: OAuthClient,
        auth_url: str = AUTH_URL,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        timeout: Timeouts | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._endpoint = TokenEndpoint(client, auth_url, clock or utc_now)
        self._runner = _AsyncRunner(transport, timeout or Timeouts(), asyncio.sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._runner.aclose()

    async def exchange_code(self, code: str, code_verifier: str | None = None) -> Token:
        """Trade the callback's code for a token; as `AuthServer.exchange_code`."""
        return await self._runner.run(self._endpoint.exchange_code(code, code_verifier))

    async def refresh(self, token: Token) -> Token:
        """Get a new access token; as `AuthServer.refresh`."""
        return await self._runner.run(self._endpoint.refresh(token))

    async def revoke(self, token: Token) -> None:
        """Ask GoTo to forget the grant; as `AuthServer.revoke`."""
        await self._runner.run(self._endpoint.revoke(token))
