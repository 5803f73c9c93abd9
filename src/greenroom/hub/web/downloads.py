"""Files that are taken away, whole or from where a download was cut (RFC 9110, section 14)."""

import re
import tempfile
from collections.abc import Generator, Iterator
from typing import TypeAlias

from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

Content: TypeAlias = "File[bytes] | Generator[bytes]"
_PIECE = 64 * 1024
# One part; several at once are passed over, as they may be, and the whole is sent.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def send(request: HttpRequest, content: Content, *, name: str, content_type: str, tag: str) -> HttpResponseBase:
    """
    Send a file to be saved, or the part of it that the browser still lacks.

    Args:
        request: what was asked for.
        content: a file, which is closed in the end, or its pieces; in memory is one piece at a time.
        name: what it is called there.
        content_type: what it is.
        tag: names the content as it is now: whoever has the beginning of another one is sent the whole.
    """
    part = _RANGE.fullmatch(request.headers.get("Range", ""))
    if part and any(part.groups()) and request.headers.get("If-Range", f'"{tag}"') == f'"{tag}"':
        answer = _part_of(_as_file(content), *part.groups())
    elif isinstance(content, File):
        answer = _stretch_of(content, 0, content.size)
    else:
        answer = StreamingHttpResponse(content)
    answer["Content-Type"] = content_type
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["ETag"], answer["Accept-Ranges"] = f'"{tag}"', "bytes"
    return answer


def _as_file(content: Content) -> "File[bytes]":
    """Write pieces into a file, as nobody knows beforehand how long they are."""
    if isinstance(content, File):
        return content
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who reads it
    file.writelines(content)
    file.flush()
    return File(file)


def _part_of(file: "File[bytes]", start: str, end: str) -> HttpResponseBase:
    """Send from one byte to another; without a start the last so many, without an end all the rest."""
    first = int(start) if start else max(0, file.size - int(end))
    last = min(int(end), file.size - 1) if start and end else file.size - 1
    if first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    answer = _stretch_of(file, first, last - first + 1)
    answer.status_code = 206
    answer["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return answer


def _stretch_of(file: "File[bytes]", first: int, length: int) -> HttpResponseBase:
    return StreamingHttpResponse(_read(file, first, length), headers={"Content-Length": str(length)})


def _read(file: "File[bytes]", first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length and (piece := file.read(min(_PIECE, length))):
            length -= len(piece)
            yield piece
