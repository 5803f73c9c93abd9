"""People by the clock."""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field


class Act(Struct):
    """One thing a scenario does at one time."""

    at: datetime
    does: str
    who: str = ""
    device: str = ""
    state: Literal["planned", "done", "failed"] = "planned"
    why: str | None = None


class Scenario(Struct):
    """People around one event, and what they do when."""

    key: str
    name: str
    event_key: str
    seed: int
    created_at: datetime
    acts: list[Act]
    people: dict[str, list[str]] = field(default_factory=dict)  # address -> first and last name
