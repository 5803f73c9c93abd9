"""
One call of somebody's address.

The name is resolved once and the connection is made to the address that was judged, so an answer of the name server
that changes in between changes nothing; certificate and `Host` are still those of the name. Redirects are answers
like others, proxies of the environment are not asked, and neither the length of an answer nor its slowness can hold
us for longer than `TOTAL_SECONDS`.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore2
import httpx2

from greenroom.hub.automation.hooks.addresses import AddressRefusedError, address_of, judge

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
MOST_ANSWER_BYTES = 20_000
_USER_AGENT = "Greenroom-Hooks/1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What came of a call.

    Attributes:
        status: None when no answer came; then `error` names the reason.
        headers: by lower-case name.
        body: its beginning.
    """

    status: int | None = None
    headers: Mapping[str, str]
    body: bytes = b""
    error: str = ""
    duration_ms: int

    @property
    def is_success(self) -> bool:
        """Whether the call was taken."""
        return self.status is not None and 200 <= self.status < 300


class _JudgedBackend(httpcore2.AnyIOBackend):
    """Connects to nothing that `addresses` refuses."""

    def __init__(self, url: httpx2.URL) -> None:
        self._url = url

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve the name, judge all that it leads to, and connect to the first that answers."""
        async with asyncio.timeout(timeout):
            loop = asyncio.get_running_loop()
            infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(address_of(str(info[4][0])) for info in infos))
            judge(self._url, found)
            for number, address in enumerate(found, start=1):
                try:
                    return await super().connect_tcp(str(address), port, timeout, local_address, socket_options)
                except httpcore2.ConnectError:
                    if number == len(found):
                        raise
        raise httpcore2.ConnectError("The name leads nowhere")


async def call(url: str, *, method: str = "POST", headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """Call an address once and return what came of it; never raises for what the other side does."""
    began = time.monotonic()
    answer: dict[str, Any] = {"headers": {}}
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            await _exchange(httpx2.URL(url), method, {"user-agent": _USER_AGENT, **headers}, body, answer)
    except (httpcore2.ConnectTimeout, httpcore2.ReadTimeout, httpcore2.WriteTimeout, TimeoutError):
        answer["error"] = "timeout"
    except AddressRefusedError as error:
        answer["error"] = error.code
    except socket.gaierror:
        answer["error"] = "name_not_found"
    except ssl.SSLError:
        answer["error"] = "certificate_refused"
    except httpcore2.ConnectError as error:
        answer["error"] = "certificate_refused" if isinstance(error.__cause__, ssl.SSLError) else "not_reachable"
    except (httpcore2.NetworkError, OSError):
        answer["error"] = "connection_lost"
    except httpcore2.ProtocolError:
        answer["error"] = "no_http"
    return Answer(duration_ms=round((time.monotonic() - began) * 1000), **answer)


async def _exchange(url: httpx2.URL, method: str, headers: Mapping[str, str], body: bytes, answer: dict) -> None:
    """Send a request and write the answer down as it comes, so that what was there before it broke off is known."""
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    connection = httpcore2.AsyncHTTPConnection(
        origin=target.origin, ssl_context=_ssl_context(), network_backend=_JudgedBackend(url)
    )
    fields = {"host": url.netloc.decode(), "content-length": str(len(body)), "connection": "close", **headers}
    timeouts = {"connect": CONNECT_SECONDS, "read": TOTAL_SECONDS, "write": TOTAL_SECONDS, "pool": TOTAL_SECONDS}
    async with (
        connection,
        connection.stream(
            method, target, headers=list(fields.items()), content=body, extensions={"timeout": timeouts}
        ) as response,
    ):
        answer["status"] = response.status
        answer["headers"] = {name.decode().lower(): value.decode("latin-1") for name, value in response.headers}
        answer["body"] = b""
        async for part in response.aiter_stream():
            answer["body"] = (answer["body"] + part)[:MOST_ANSWER_BYTES]
            if len(answer["body"]) == MOST_ANSWER_BYTES:
                return


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()
