"""Recordings on disk: whole or not at all, and never with the token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.goto.fakes import FakeGoTo, answer

from greenroom.goto import (
    ApiError,
    AsyncGoTo,
    GoTo,
    PermissionDeniedError,
    Redirect,
    RequestTimeoutError,
    TransportError,
    UnexpectedResponseError,
    training,
)

FILE = b"0123456789" * 1000
ADDRESS = "https://files.example/rec.mp4?signature=s3cret"
Download = Callable[..., None]


@pytest.fixture(params=["sync", "async"])
def download(request: pytest.FixtureRequest) -> Download:
    """Download with either driver."""

    def act(fake: FakeGoTo, of: Any, path: Path, **options: Any) -> None:
        if request.param == "sync":
            with GoTo("a-token", transport=fake.transport) as goto:
                return goto.download(of, path, **options)

        async def run() -> None:
            async with AsyncGoTo("a-token", transport=fake.transport) as goto:
                await goto.download(of, path, **options)

        return asyncio.run(run())

    return act


def test_a_recording_is_saved_without_the_token(download: Download, tmp_path: Path) -> None:
    fake = FakeGoTo(answer(200, FILE))

    download(fake, Redirect(ADDRESS), tmp_path / "rec.mp4")

    assert (tmp_path / "rec.mp4").read_bytes() == FILE
    assert fake.bearers() == [None]
    assert not any(b"a-token" in value for request in fake.requests for _, value in request.headers.raw)
    assert [path.name for path in tmp_path.iterdir()] == ["rec.mp4"]


def test_a_training_recording_goes_from_redirect_to_file(tmp_path: Path) -> None:
    fake = FakeGoTo(answer(302, Location=ADDRESS), answer(200, FILE))
    with GoTo("a-token", transport=fake.transport) as goto:
        goto.download(goto.send(training.get_recording_download_by_id("2", "3")), tmp_path / "rec.mp4")

    assert fake.bearers() == ["Bearer a-token", None]
    assert fake.requests[1].url.host == "files.example"


def test_progress_is_told_to_the_last_byte(download: Download, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []

    download(FakeGoTo(answer(200, FILE)), ADDRESS, tmp_path / "f", progress=lambda *seen: told.append(seen))

    assert told[0] == (0, len(FILE))
    assert told[-1] == (len(FILE), len(FILE))
    assert told == sorted(told)


def test_redirects_are_followed_without_the_token(download: Download, tmp_path: Path) -> None:
    fake = FakeGoTo(answer(302, Location="/elsewhere"), answer(307, Location="https://c.example/f"), answer(200, FILE))

    download(fake, ADDRESS, tmp_path / "f")

    assert [str(r.url) for r in fake.requests[1:]] == ["https://files.example/elsewhere", "https://c.example/f"]
    assert fake.bearers() == [None] * 3


@pytest.mark.parametrize("location", ["", "http://files.example/plain", "file:///etc/passwd", "ftp://x/y"])
def test_redirects_to_nowhere_or_without_tls_are_not_followed(
    download: Download, tmp_path: Path, location: str
) -> None:
    fake = FakeGoTo(answer(302, Location=location))

    with pytest.raises(UnexpectedResponseError):
        download(fake, ADDRESS, tmp_path / "f")
    assert len(fake.requests) == 1


def test_redirects_in_a_circle_end(download: Download, tmp_path: Path) -> None:
    fake = FakeGoTo(answer(302, Location=ADDRESS))

    with pytest.raises(UnexpectedResponseError):
        download(fake, ADDRESS, tmp_path / "f")
    assert len(fake.requests) == 6


def test_a_failed_download_leaves_the_earlier_file(download: Download, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"earlier")
    fake = FakeGoTo(answer(403, b"<Error>AccessDenied s3cret</Error>"))

    with pytest.raises(PermissionDeniedError) as caught:
        download(fake, ADDRESS, tmp_path / "f")
    assert "s3cret" not in str(caught.value)
    assert (tmp_path / "f").read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


class Torn(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that breaks off, or stops without a word."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield FILE[:500]
        if self._error:
            raise self._error

    async def __aiter__(self) -> Any:
        for piece in self:
            yield piece


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        (TransportError, None),
        (TransportError, httpx2.ReadError(ADDRESS)),
        (RequestTimeoutError, httpx2.ReadTimeout(ADDRESS)),
    ],
)
def test_a_torn_download_is_no_file(
    download: Download, tmp_path: Path, expected: type[Exception], error: Exception | None
) -> None:
    torn = httpx2.Response(200, stream=Torn(error), headers={"content-length": str(len(FILE))})

    with pytest.raises(expected) as caught:
        download(FakeGoTo(lambda request: torn), ADDRESS, tmp_path / "f")
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [True, False])
def test_a_file_that_is_too_large_is_given_up(download: Download, tmp_path: Path, told: bool) -> None:
    headers = {"content-length": str(len(FILE))} if told else {}
    fake = FakeGoTo(lambda request: httpx2.Response(200, stream=httpx2.ByteStream(FILE), headers=headers))

    with pytest.raises(TransportError, match="too large"):
        download(fake, ADDRESS, tmp_path / "f", bytes_max=len(FILE) - 1)
    assert list(tmp_path.iterdir()) == []


def test_a_progress_that_stops_the_download_leaves_nothing(download: Download, tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        if done:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        download(FakeGoTo(answer(200, FILE)), ADDRESS, tmp_path / "f", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["", "rec.mp4", "file:///etc/passwd", "https://"])
def test_only_web_addresses_are_downloaded(download: Download, tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError, match="https"):
        download(FakeGoTo(answer(200)), wrong, tmp_path / "f")


def test_any_other_success_is_no_file(download: Download, tmp_path: Path) -> None:
    with pytest.raises(ApiError):
        download(FakeGoTo(answer(204)), ADDRESS, tmp_path / "f")
