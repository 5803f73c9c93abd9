"""
The client's I/O-free core: generators that say what to do next and are told what came of it.

Each step is a value. A driver performs it, sends the outcome back in, or throws the error in; it decides
nothing. So the synchronous and the asynchronous driver cannot differ in behaviour.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import msgspec

from greenroom.goto._operation import Operation, Reply
from greenroom.goto._pacing import Limiter
from greenroom.goto._retry import RetryPolicy, Stop
from greenroom.goto.errors import ApiError, GotoError, TransportError, api_error, is_token_refused

T = TypeVar("T")

# A call that leaves so long after its slot moves the slots behind it; one that is later still takes another slot.
LATE, MISSED = timedelta(milliseconds=10), timedelta(milliseconds=500)
_TRIES = 3


class Send(msgspec.Struct, frozen=True):
    """Send a request; the outcome is a `Reply`, or a `TransportError` is thrown in."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None

    def __repr__(self) -> str:
        return f"<Send {self.method}>"


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """Call a function that may block (a token store, a limiter); the outcome is what it returns."""

    function: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Locked:
    """Run another flow while holding a lock; the outcome is what the flow returns."""

    lock: Callable[[], AbstractContextManager[Any]]
    flow: Generator[Any, Any, Any]


Step: TypeAlias = Send | Pause | Call | Locked
Flow: TypeAlias = Generator[Step, Any, T]


class Auth(Protocol):
    """Where access tokens come from."""

    def current(self, now: Callable[[], datetime]) -> Flow[str]:
        """Give the access token to use."""
        ...

    def renewed(self, refused: str, now: Callable[[], datetime]) -> Flow[str | None]:
        """Give another token than the refused one, or None when there is no other."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What both drivers need for a call."""

    auth: Auth
    base_url: str
    limiter: Limiter | None
    retry: RetryPolicy
    now: Callable[[], datetime]
    random: Callable[[], float]
    user_agent: str


def exchange(
    settings: Settings, operation: Operation[Any], extra_query: Mapping[str, str] | None = None
) -> Flow[Reply]:
    """
    Send one operation until it succeeds or the error is final.

    Paced, with the current token, refreshed at most once, repeated as the retry policy decides.
    """
    attempt, may_refresh = 1, True
    while True:
        token = yield from settings.auth.current(settings.now)
        outcome = yield from _try_once(settings, operation, token, extra_query)
        if isinstance(outcome, Reply):
            return outcome
        if may_refresh and isinstance(outcome, _TokenRefused):
            may_refresh = False
            if (yield from settings.auth.renewed(token, settings.now)) is not None:
                continue
        error = outcome.error if isinstance(outcome, _TokenRefused) else outcome
        decision = settings.retry.decide(error, attempt, retryable=operation.retryable, random=settings.random)
        if isinstance(decision, Stop):
            raise error
        yield Pause(decision.seconds)
        attempt += 1


@dataclass(frozen=True, slots=True)
class _TokenRefused:
    error: ApiError


def _try_once(
    settings: Settings, operation: Operation[Any], token: str, extra_query: Mapping[str, str] | None
) -> Flow[Reply | _TokenRefused | GotoError]:
    """Send an operation once, when its turn has come."""
    if settings.limiter is not None:
        yield from paced(settings.limiter, operation.product, settings.now)
    try:
        reply: Reply = yield _request(settings, operation, token, extra_query)
    except TransportError as error:
        return error
    if operation.is_success(reply):
        return reply
    failure = api_error(
        reply.status,
        reply.headers,
        reply.content,
        product=operation.product,
        operation=operation.name,
        now=settings.now,
    )
    return _TokenRefused(failure) if is_token_refused(reply.status, reply.content) else failure


def paced(limiter: Limiter, bucket: str, now: Callable[[], datetime]) -> Flow[None]:
    """
    Wait for the bucket's next slot.

    On a busy machine somebody may wake up too late, and a call sent long after its slot comes too close to those of the
    slots behind it. So these are moved by as much.
    """
    late = timedelta()
    for _ in range(_TRIES):
        seconds = yield Call(partial(limiter.reserve, bucket))
        if seconds <= 0:
            return
        slot = now() + timedelta(seconds=seconds)
        yield Pause(seconds)
        late = now() - slot
        if late <= MISSED:
            break
    if late > LATE:
        yield Call(partial(limiter.postpone, bucket, late.total_seconds()))


def _request(settings: Settings, operation: Operation[Any], token: str, extra_query: Mapping[str, str] | None) -> Send:
    """Build the request of an operation."""
    headers = {
        "accept": "application/json",
        "authorization": f"Bearer {token}",
        "user-agent": settings.user_agent,
        **operation.headers,
    }
    if operation.body is not None:
        headers["content-type"] = "application/json"
    return Send(operation.method, operation.url(settings.base_url, extra_query), headers, operation.body)
