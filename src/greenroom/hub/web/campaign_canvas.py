"""
A campaign as a drawing: boxes and arrows of an SVG, with their places in units of its view box.

The list of the same steps stands beside it, so the drawing tells nothing that the list does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import wrap
from typing import NamedTuple

from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import Place
from greenroom.hub.campaigns.selectors import Numbers
from greenroom.hub.campaigns.words import describe_branch, describe_way_on

WIDTH, HEIGHT = 232, 116
_GAP_X, _GAP_Y = 32, 64
# Ways part soon below a box and meet shortly above the next, so that there is room for words on each.
_PART, _MEET = 16, 24
_LETTERS, _LINES = 32, 3
_PADDING = 12
_LETTER_WIDTH = 8  # of bold labels, at most


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text in a box, by its base line."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A step: where it is drawn, its words whole and line by line, and how many contacts it has seen."""

    step: CampaignStep
    number: str
    x: int
    y: int
    words: str
    lines: list[Line]
    numbers: Numbers | None
    problem: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """The way from one box to the next, by an exit or by none in particular."""

    path: str
    exit: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """When an arrow is taken; `anchor` as in SVG."""

    text: str
    x: int
    y: int
    anchor: str = "middle"


class End(NamedTuple):
    """Where a way out of a box ends for now, by which exit it goes, and how it came there unless straight."""

    x: int
    y: int
    exit: str = ""
    path: str = ""


@dataclass
class Canvas:
    """What is drawn, and how large it is; below all of it is the end, at (end_x, end_y)."""

    box_width: int = WIDTH
    box_height: int = HEIGHT
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    width: int = 0
    height: int = 0
    end_x: int = 0
    end_y: int = 0


class _Drawing:
    """Draws steps below each other, and the branches of a step beside each other."""

    def __init__(self, words: Mapping[int, str], numbers: Mapping[int, Numbers], problems: Mapping[int, str]) -> None:
        self.canvas = Canvas()
        self._words, self._numbers, self._problems = words, numbers, problems

    def draw(self, places: list[Place], x: int, y: int, arriving: list[End]) -> tuple[list[End], int]:
        """Draw steps from (x, y) on; arrows come from `arriving`. Return the ways out, and where the next may stand."""
        for place in places:
            self._connect(arriving, x + WIDTH // 2, y)
            self._box(place, x, y)
            arriving, y = self._branches(place, x, y + HEIGHT)
        return arriving, y

    def finish(self, ends: list[End], y: int) -> None:
        """Lead all ways out to the end."""
        x = _PADDING + WIDTH // 2
        self._connect(ends, x, y)
        self.canvas.end_x, self.canvas.end_y = x, y + 16
        self._grow(x, y + 16)

    def _box(self, place: Place, x: int, y: int) -> None:
        words = self._words[place.step.pk]
        lines = wrap(words[:1].upper() + words[1:], _LETTERS, max_lines=_LINES, placeholder=" …")
        placed = [Line(y + 42 + 18 * number, line) for number, line in enumerate(lines)]
        numbers, problem = self._numbers.get(place.step.pk), self._problems.get(place.step.pk, "")
        self.canvas.boxes.append(Box(place.step, place.number, x, y, words, placed, numbers, problem))
        self._grow(x + WIDTH, y + HEIGHT)

    def _branches(self, place: Place, x: int, y: int) -> tuple[list[End], int]:
        """Draw the branches below a box; return the ways out, and where the next step may stand."""
        taken = {name: places for name, places in place.branches.items() if places}
        bottom = End(x + WIDTH // 2, y)
        if not taken:
            self._label(describe_way_on(place.step), bottom.x, y + 26)
            return [bottom], y + _GAP_Y
        ends: list[End] = []
        lowest, left = y, x
        for name, places in taken.items():
            top = y + _GAP_Y
            self._label(self._tell(place.step, name), left + WIDTH // 2, top - 22)
            self.canvas.arrows.append(Arrow(_path(bottom, left + WIDTH // 2, top, y + _PART), name))
            before = len(self.canvas.boxes), len(self.canvas.labels)
            ways_out, below = self.draw(places, left, top, [])
            ends += ways_out
            lowest = max(lowest, below - _GAP_Y)
            left = self._find_right(*before) + _GAP_X
        for name in _list_bypassed(place):
            ends.append(self._bypass(bottom, left, lowest, self._tell(place.step, name), name))
        return ends, lowest + _GAP_Y

    def _find_right(self, boxes: int, labels: int) -> int:
        """Return how far to the right that reaches which was drawn since there were so many boxes and labels."""
        beside = [one for one in self.canvas.labels[labels:] if one.anchor == "start"]
        rights = [one.x + _LETTER_WIDTH * len(one.text) for one in beside]
        return max([*rights, *(one.x + WIDTH for one in self.canvas.boxes[boxes:])])

    def _tell(self, step: CampaignStep, name: str) -> str:
        """Say when a branch is taken, and how many took it."""
        words = describe_branch(step.kind, name)
        return f"{words} · {getattr(step, f'passed_{name}')}" if step.pk in self._numbers else words

    def _bypass(self, start: End, x: int, lowest: int, text: str, exit: str) -> End:
        """Lead the way that meets no step around the branches that do."""
        self._label(text, x + 8, start.y + _GAP_Y - 22, "start")
        self._grow(x + 8 + _LETTER_WIDTH * len(text), lowest)
        return End(x, lowest, exit, f"M{start.x} {start.y}V{start.y + _PART}H{x}")

    def _label(self, text: str, x: int, y: int, anchor: str = "middle") -> None:
        if text:
            self.canvas.labels.append(Label(text, x, y, anchor))

    def _connect(self, ends: list[End], x: int, y: int) -> None:
        self.canvas.arrows += [Arrow(_path(end, x, y, y - _MEET), end.exit) for end in ends]

    def _grow(self, right: int, bottom: int) -> None:
        self.canvas.width = max(self.canvas.width, right + _PADDING)
        self.canvas.height = max(self.canvas.height, bottom + _PADDING)


def _list_bypassed(place: Place) -> list[str]:
    """Return the exits by which contacts go on past the branches of a step."""
    if place.step.kind == CampaignStep.Kind.ACTION:
        return [CampaignStep.Branch.YES]
    return [name for name, places in place.branches.items() if not places]


def _path(start: End, x: int, y: int, turn: int) -> str:
    """Go down, aside where it turns, and down to an arrow's head."""
    path = start.path or f"M{start.x} {start.y}"
    return f"{path}V{y - 6}" if start.x == x else f"{path}V{turn}H{x}V{y - 6}"


def draw_canvas(
    places: list[Place], words: Mapping[int, str], numbers: Mapping[int, Numbers], problems: Mapping[int, str]
) -> Canvas:
    """
    Draw steps.

    Args:
        words: what each step does, by its id.
        numbers: how many contacts each step has seen, by its id; empty for one that was never published.
        problems: what is not right with a step, by its id.
    """
    drawing = _Drawing(words, numbers, problems)
    drawing.finish(*drawing.draw(places, _PADDING, _PADDING, []))
    return drawing.canvas
