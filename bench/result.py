"""One measured claim, and how it is told."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Result:
    """
    A figure beside what it is measured against.

    Attributes:
        name: what was done.
        value: usually a ratio; `unit` says of what.
        baseline: the floor, or how it was counted.
        goal: the value may be up to this, or must be at least this.
        more_is_better: which of the two.
        database: `sqlite` or `postgresql`, or empty where none takes part.
        details: the figures behind the value.
    """

    name: str
    value: float
    unit: str
    baseline: str
    goal: float
    database: str = ""
    more_is_better: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        """Whether the goal is kept."""
        is_kept = self.value >= self.goal if self.more_is_better else self.value <= self.goal
        return math.isfinite(self.value) and is_kept

    def line(self) -> str:
        """Return `name value unit baseline`, the goal, and whether it is kept."""
        name = f"{self.name}_{self.database}" if self.database else self.name
        sign = ">=" if self.more_is_better else "<="
        verdict = "ok" if self.is_met else "MISSED"
        return f"{name} {self.value:.3g} {self.unit} {self.baseline} goal{sign}{self.goal:g} {verdict}"

    def to_json(self) -> dict[str, Any]:
        """Return everything, for machines."""
        return {**asdict(self), "is_met": self.is_met}
