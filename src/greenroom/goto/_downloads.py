"""
Files from GoTo's storage: streamed to disk, without the token, and in place only when they are whole.

The addresses are on other hosts and admit their bearer: no Authorization header goes there, nothing of them is
logged or put into an error. Source: the GoTo facts on recordings (observed: a 302 to another host).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import urljoin, urlsplit

import httpx2

from greenroom.goto._operation import Redirect
from greenroom.goto.errors import ApiError, TransportError, UnexpectedResponseError, api_error

# A long webinar's recording has a few gigabytes.
DOWNLOAD_BYTES_MAX = 50 * 1024**3
REDIRECTS_MAX = 5
_REDIRECTS = (301, 302, 303, 307, 308)

Progress = Callable[[int, int | None], object]


class Saving:
    """
    One file on its way to disk: a hidden neighbour of the wanted one, which replaces it at the end.

    Args:
        path: where the file shall be.
        progress: told the bytes so far and the bytes in all, or None when that is not known.
        bytes_max: more is given up.
    """

    def __init__(self, path: str | Path, progress: Progress | None, bytes_max: int) -> None:
        self.path = Path(path)
        self._progress = progress
        self._bytes_max = bytes_max
        self._total: int | None = None
        self._done = 0
        self._file: IO[bytes] | None = None
        self._name = ""

    def __enter__(self) -> Self:
        descriptor, self._name = tempfile.mkstemp(prefix=f".{self.path.name}.", suffix=".part", dir=self.path.parent)
        self._file = os.fdopen(descriptor, "wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._name)

    def begin(self, response: httpx2.Response) -> None:
        """Note how long the answer says it is."""
        length = response.headers.get("content-length", "")
        is_plain = response.headers.get("content-encoding", "identity") == "identity"
        self._total = int(length) if length.isascii() and length.isdigit() and is_plain else None
        if self._total is not None:
            self._check_size(self._total)
        self._tell()

    def add(self, piece: bytes) -> None:
        """Write a piece."""
        assert self._file is not None
        self._check_size(self._done + len(piece))
        self._file.write(piece)
        self._done += len(piece)
        self._tell()

    def finish(self) -> None:
        """Put the file in its place, unless a part of it is missing."""
        assert self._file is not None
        if self._total is not None and self._done != self._total:
            raise TransportError("The download ended too early.")
        self._file.flush()
        os.fsync(self._file.fileno())
        os.replace(self._name, self.path)

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self._total)

    def _check_size(self, size: int) -> None:
        if size > self._bytes_max:
            raise TransportError("The download is too large.")


def address(of: Redirect | str) -> str:
    """
    Check an address to download from.

    Raises:
        ValueError: it is no web address.
    """
    url = of.location if isinstance(of, Redirect) else of
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("only http and https addresses can be downloaded")
    return url


def request_headers(user_agent: str) -> dict[str, str]:
    """Ask for a file as it is; there is no token among these."""
    return {"user-agent": user_agent, "accept": "*/*", "accept-encoding": "identity"}


def is_redirect(response: httpx2.Response) -> bool:
    """Tell whether the file is said to be elsewhere."""
    return response.status_code in _REDIRECTS


def next_address(url: str, response: httpx2.Response) -> str:
    """
    Say where a download goes on. From https it never leads to http.

    Raises:
        UnexpectedResponseError: it leads nowhere, or where it must not.
    """
    location = response.headers.get("location", "")
    following = urljoin(url, location)
    allowed = ("https",) if urlsplit(url).scheme == "https" else ("http", "https")
    if not location or urlsplit(following).scheme not in allowed or not urlsplit(following).hostname:
        raise no_file()
    return following


def no_file() -> UnexpectedResponseError:
    """Say that following an address led to no file."""
    return UnexpectedResponseError("download", "file", "Location")


def refusal(response: httpx2.Response, now: Callable[[], datetime]) -> ApiError:
    """Turn a storage host's answer into an error, without its text, which may quote the address."""
    return api_error(response.status_code, response.headers, b"", product="download", operation="file", now=now)
