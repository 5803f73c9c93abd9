"""GoTo's OAuth server, for connecting and disconnecting an account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx2

from greenroom.goto._auth import AUTH_URL, OAuthClient, Token, TokenEndpoint, utc_now
from greenroom.goto._runners import AsyncRunner, SyncRunner, Timeouts


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
        self._runner = SyncRunner(transport, timeout or Timeouts(), time.sleep)

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
        self._runner = AsyncRunner(transport, timeout or Timeouts(), asyncio.sleep)

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
