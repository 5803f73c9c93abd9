"""The icon of packages: two arches, as on the pages, drawn by ourselves and written as PNG."""

import struct
import zlib
from functools import cache

BRAND_COLOR = "#00915f"
_BACKGROUND, _ARCHES = (0x00, 0x91, 0x5F), (0xFF, 0xFF, 0xFF)
_SAMPLES = 3  # for each side of a pixel, so that edges are smooth
_FRAME = 24.0  # the drawing's own size; the arches stand on 22


@cache
def make_icon(size: int = 160) -> bytes:
    """Return the icon as a square PNG."""
    rows = b"".join(b"\0" + _row(line, size) for line in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def make_vector_icon() -> str:
    """Return the same as SVG."""
    arches = "M3 22V11.5a9 9 0 0 1 18 0V22h-4V12a5 5 0 0 0-10 0v10zM9.25 22V12.4a2.75 2.75 0 0 1 5.5 0V22z"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="{BRAND_COLOR}" d="{arches}"/></svg>\n'
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _row(line: int, size: int) -> bytes:
    return bytes(channel for column in range(size) for channel in _pixel(column, line, size))


def _pixel(column: int, line: int, size: int) -> tuple[int, ...]:
    step = _FRAME / size / _SAMPLES
    hits = sum(
        _is_in_an_arch((column * _SAMPLES + across + 0.5) * step, (line * _SAMPLES + down + 0.5) * step)
        for across in range(_SAMPLES)
        for down in range(_SAMPLES)
    )
    share = hits / _SAMPLES**2
    return tuple(round(back + (front - back) * share) for back, front in zip(_BACKGROUND, _ARCHES, strict=True))


def _is_in_an_arch(x: float, y: float) -> bool:
    # Half as large as the frame, so that there is room around it.
    x, y = 12 + (x - 12) * 1.5, 12 + (y - 12) * 1.5
    outer = _is_below_arch(x, y, 11.5, 9) and not _is_below_arch(x, y, 12, 5)
    return outer or _is_below_arch(x, y, 12.4, 2.75)


def _is_below_arch(x: float, y: float, spring: float, radius: float) -> bool:
    """Whether a point is under an arch whose round begins at `spring` and whose legs stand on the ground."""
    if y > 22 or abs(x - 12) > radius:
        return False
    return y >= spring or (x - 12) ** 2 + (y - spring) ** 2 <= radius**2
