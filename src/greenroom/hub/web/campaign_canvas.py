"""
A campaign as a drawing: boxes and arrows of an SVG, with their places in units of its view box.

The list of the same steps stands beside it, so the drawing tells nothing that the list does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import wrap

from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import Place
from greenroom.hub.campaigns.words import describe_branch

WIDTH, HEIGHT = 216, 92
_GAP_X, _GAP_Y = 32, 52
_LETTERS, _LINES = 30, 3
_PADDING = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text in a box, by its base line."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A step: where it is drawn, its words line by line, and how many contacts stand at it."""

    step: CampaignStep
    number: str
    x: int
    y: int
    lines: list[Line]
    here: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """The way from one box to the next; with a word where it is taken on a condition, at (x, y)."""

    path: str
    word: str = ""
    x: int = 0
    y: int = 0


@dataclass
class Canvas:
    """What is drawn, and how large it is."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    width: int = 0
    height: int = 0


class _Drawing:
    """Draws steps below each other, and the branches of a step beside each other."""

    def __init__(self, words: Mapping[int, str], here: Mapping[int, int]) -> None:
        self.canvas = Canvas()
        self._words, self._here = words, here

    def draw(self, places: list[Place], x: int, y: int, arriving: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Draw steps from (x, y) on; arrows come from `arriving`. Return where the ways out end."""
        for place in places:
            self._connect(arriving, x + WIDTH // 2, y)
            self._box(place, x, y)
            arriving, y = self._branches(place, x, y + HEIGHT)
        return arriving

    def _box(self, place: Place, x: int, y: int) -> None:
        text = self._words[place.step.pk]
        lines = wrap(text[:1].upper() + text[1:], _LETTERS, max_lines=_LINES, placeholder=" …")
        placed = [Line(y + 38 + 17 * number, line) for number, line in enumerate(lines)]
        self.canvas.boxes.append(Box(place.step, place.number, x, y, placed, self._here.get(place.step.pk, 0)))
        self._grow(x + WIDTH, y + HEIGHT)

    def _branches(self, place: Place, x: int, y: int) -> tuple[list[tuple[int, int]], int]:
        """Draw the branches below a box; return where the ways out end, and where the next step may stand."""
        taken = {name: places for name, places in place.branches.items() if places}
        bottom = (x + WIDTH // 2, y)
        if not taken:
            return [bottom], y + _GAP_Y
        ends: list[tuple[int, int]] = []
        lowest, left = y, x
        for name, places in taken.items():
            start = (left + WIDTH // 2, y + _GAP_Y)
            word = describe_branch(place.step.kind, name)
            self.canvas.arrows.append(Arrow(_path(bottom, start), word, start[0], start[1] - 10))
            before = len(self.canvas.boxes)
            ends += self.draw(places, left, y + _GAP_Y, [])
            drawn = self.canvas.boxes[before:]
            lowest = max(lowest, *(one.y + HEIGHT for one in drawn))
            left = max(one.x for one in drawn) + WIDTH + _GAP_X
        if len(taken) < len(place.branches) or place.step.kind == CampaignStep.Kind.ACTION:
            ends.append(self._bypass(bottom, left, lowest))
        return ends, lowest + _GAP_Y

    def _bypass(self, start: tuple[int, int], x: int, lowest: int) -> tuple[int, int]:
        """Lead the way that meets no step around the branches that do."""
        turn = start[1] + 14
        self.canvas.arrows.append(Arrow(f"M{start[0]} {start[1]}V{turn}H{x}V{lowest}"))
        self._grow(x + _PADDING, lowest)
        return (x, lowest)

    def _connect(self, ends: list[tuple[int, int]], x: int, y: int) -> None:
        self.canvas.arrows += [Arrow(_path(end, (x, y))) for end in ends]

    def _grow(self, right: int, bottom: int) -> None:
        self.canvas.width = max(self.canvas.width, right + _PADDING)
        self.canvas.height = max(self.canvas.height, bottom + _PADDING)


def _path(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Go down, aside, and down to an arrow's head."""
    if start[0] == end[0]:
        return f"M{start[0]} {start[1]}V{end[1] - 6}"
    middle = end[1] - 26
    return f"M{start[0]} {start[1]}V{middle}H{end[0]}V{end[1] - 6}"


def draw_canvas(places: list[Place], words: Mapping[int, str], here: Mapping[int, int]) -> Canvas:
    """
    Draw steps.

    Args:
        words: what each step does, by its id.
        here: how many contacts stand at each step, by its id.
    """
    drawing = _Drawing(words, here)
    drawing.draw(places, _PADDING, _PADDING, [])
    return drawing.canvas
