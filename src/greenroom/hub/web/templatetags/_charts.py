"""The geometry of the pictures; every length is in units of an SVG's view box."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from greenroom.hub.web.templatetags import _times

PRESENCE_WIDTH = 1000
CHART_WIDTH, CHART_HEIGHT = 600, 160


@dataclass(frozen=True)
class Stretch:
    """One stay in a session, drawn from `x` for `width` units."""

    x: float
    width: float
    title: str


def presence_stretches(intervals: Iterable[tuple[float, float]], length: float) -> list[Stretch]:
    """Draw stays of (start, end) seconds on a session of `length` seconds; what lies outside is cut off."""
    stretches = []
    for start, end in merge_intervals(intervals, length):
        # Half a minute in three hours would be invisible: nothing is narrower than 4 units.
        width = max(4.0, (end - start) / length * PRESENCE_WIDTH)
        x = min(start / length * PRESENCE_WIDTH, PRESENCE_WIDTH - width)
        title = f"{clock_label(start)} to {clock_label(end)} after the start"
        stretches.append(Stretch(round(x, 1), round(width, 1), title))
    return stretches


def merge_intervals(intervals: Iterable[tuple[float, float]], length: float) -> list[tuple[float, float]]:
    """Cut intervals to 0..length and join those that overlap, in order."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted((max(0.0, start), min(length, end)) for start, end in intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def presence_label(intervals: Iterable[tuple[float, float]], length: float) -> str:
    """Say the presence bar in words."""
    merged = merge_intervals(intervals, length)
    total = sum(end - start for start, end in merged)
    if not merged:
        return "Not in the session"
    stays = "" if len(merged) == 1 else f", in {len(merged)} stays"
    return f"In the session for {_times.describe_duration(total)} of {_times.describe_duration(length)}{stays}"


def clock_label(seconds: float) -> str:
    """Write seconds as `0:07` or `1:30` (hours and minutes)."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}:{minutes:02}"


def funnel_rows(steps: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Give each (label, number) its width in percent of the largest and its share of the step before."""
    largest = max((number for _, number in steps), default=0)
    rows: list[dict[str, Any]] = []
    for i, (label, number) in enumerate(steps):
        before = steps[i - 1][1] if i else 0
        share = f"{number / before:.0%} of {steps[i - 1][0].lower()}" if before else ""
        width = round(number / largest * 100, 2) if largest else 0
        rows.append({"label": label, "number": number, "width": width, "share": share})
    return rows


def nice_ceiling(number: float) -> int:
    """Return the next 1, 2 or 5 times a power of ten: the top of a scale."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= number:
                return factor * step
        step *= 10


def chart(points: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """Lay out (label, number) pairs as bars and as a line on one scale from zero."""
    top = nice_ceiling(max((number for _, number in points), default=0))
    slot = CHART_WIDTH / max(1, len(points))
    heights = [round(number / top * CHART_HEIGHT, 1) for _, number in points]
    bars = [
        {
            "x": round(i * slot + slot * 0.15, 1),
            "y": round(CHART_HEIGHT - height, 1),
            "width": round(slot * 0.7, 1),
            "height": height,
            "title": f"{label}: {number:g}",
        }
        for i, ((label, number), height) in enumerate(zip(points, heights, strict=True))
    ]
    step = CHART_WIDTH / max(1, len(points) - 1)
    line = " ".join(f"{round(i * step, 1):g},{CHART_HEIGHT - height:g}" for i, height in enumerate(heights))
    return {
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "middle": CHART_HEIGHT / 2,
        "top": top,
        # Whatever is counted here, nobody counts halves.
        "half": "" if top % 2 else top // 2,
        "bars": bars,
        "line": line,
        "area": f"0,{CHART_HEIGHT} {line} {CHART_WIDTH},{CHART_HEIGHT}",
        "points": points,
    }
