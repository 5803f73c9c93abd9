"""The two thin drivers, as their users see them: one for threads, one for asyncio."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import httpx2

from greenroom import __version__
from greenroom.goto._auth import AUTH_URL, BearerToken, OAuth, utc_now
from greenroom.goto._downloads import (
    DOWNLOAD_BYTES_MAX,
    Progress,
    Saving,
    address,
    request_headers,
)
from greenroom.goto._flow import Auth, Settings, exchange
from greenroom.goto._operation import Answer, Operation, Redirect
from greenroom.goto._pacing import Limiter
from greenroom.goto._paging import Page, Walk
from greenroom.goto._retry import RetryPolicy
from greenroom.goto._runners import AsyncRunner, SyncRunner, Timeouts
from greenroom.goto._sifting import UnreadableRow

T = TypeVar("T")
Item = TypeVar("Item")
T_co = TypeVar("T_co", covariant=True)

BASE_URL = "https://api.getgo.com"
USER_AGENT = f"greenroom/{__version__}"


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


def _fetched(answer: Answer[Iterable[Item]], walk: Walk) -> Fetched[Item]:
    """Read one page of a list that is walked over."""
    return Fetched(walk.take(answer.value), answer)


def _taken(set_aside: list[UnreadableRow] | None) -> list[UnreadableRow]:
    rows = set_aside or []
    taken = rows[:]
    rows.clear()
    return taken


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
        sets_aside: rows of a list that cannot be read are left out of it and kept for `take_set_aside`; by default
            one such row makes the whole list unreadable.

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
        sets_aside: bool = False,
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
        self._runner = SyncRunner(transport, timeout or Timeouts(), sleep)
        self._set_aside: list[UnreadableRow] | None = [] if sets_aside else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._runner.close()

    def take_set_aside(self) -> list[UnreadableRow]:
        """Return the rows that could not be read since this was asked last; see `sets_aside`."""
        return _taken(self._set_aside)

    def send(self, operation: Operation[T]) -> T:
        """
        Send an operation and return its value.

        Raises:
            GotoError: see `greenroom.goto.errors`.
        """
        return self.fetch(operation).value

    def fetch(self, operation: Operation[T]) -> Answer[T]:
        """Send an operation and return the whole answer; its value is decoded when asked for."""
        return Answer(operation, self._runner.run(exchange(self._settings, operation)), self._set_aside)

    def iterate(self, operation: Operation[Iterable[Item]], *, page_size: int = 200) -> Iterator[Item]:
        """
        Yield the items of all pages, fetching each page when it is needed.

        Doubles that moved between pages are left out, unless 10,000 items or more came between them: only so many
        keys are kept in memory. Lists that GoTo does not page take one call.
        """
        for fetched in self.pages(operation, page_size=page_size):
            yield from fetched.items
            del fetched  # before the next one comes, so that one page is held and not two

    def pages(self, operation: Operation[Iterable[Item]], *, page_size: int = 200) -> Iterator[Fetched[Item]]:
        """Yield the pages one after the other, from the operation's `page`, or the first one, on."""
        walk = _walk(operation, page_size)
        while not walk.is_over:
            reply = self._runner.run(exchange(self._settings, operation, walk.query()))
            yield _fetched(Answer(operation, reply, self._set_aside), walk)

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
        sets_aside: bool = False,
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
        self._runner = AsyncRunner(transport, timeout or Timeouts(), sleep)
        self._set_aside: list[UnreadableRow] | None = [] if sets_aside else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._runner.aclose()

    def take_set_aside(self) -> list[UnreadableRow]:
        """Return the rows that could not be read since this was asked last; as `GoTo.take_set_aside`."""
        return _taken(self._set_aside)

    async def send(self, operation: Operation[T]) -> T:
        """Send an operation and return its value; as `GoTo.send`."""
        return (await self.fetch(operation)).value

    async def fetch(self, operation: Operation[T]) -> Answer[T]:
        """Send an operation and return the whole answer; as `GoTo.fetch`."""
        return Answer(operation, await self._runner.run(exchange(self._settings, operation)), self._set_aside)

    async def iterate(self, operation: Operation[Iterable[Item]], *, page_size: int = 200) -> AsyncIterator[Item]:
        """Yield the items of all pages; as `GoTo.iterate`."""
        async for fetched in self.pages(operation, page_size=page_size):
            for item in fetched.items:
                yield item
            del fetched

    async def pages(
        self, operation: Operation[Iterable[Item]], *, page_size: int = 200
    ) -> AsyncIterator[Fetched[Item]]:
        """Yield the pages one after the other; as `GoTo.pages`."""
        walk = _walk(operation, page_size)
        while not walk.is_over:
            reply = await self._runner.run(exchange(self._settings, operation, walk.query()))
            yield _fetched(Answer(operation, reply, self._set_aside), walk)

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
