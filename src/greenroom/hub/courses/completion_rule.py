"""
When an item counts as done, in words and in numbers.

A rule is data: a condition, or several of which all or any must hold, nested as deep as needed. `min_percent` is kept
as `{"kind": "min_percent", "percent": 80, "of": "actual"}`; see `docs/reference/completion-rules.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Any, Literal

import msgspec

from greenroom.hub.core.errors import InvalidInputError

Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
Dates = Annotated[int, msgspec.Meta(ge=1, le=100)]
Measure = Literal["actual", "planned", "shorter"]

MEASURES: dict[Measure, str] = {
    "actual": "the actual session",
    "planned": "the planned time",
    "shorter": "the planned time or the actual session, whichever is shorter",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What took place of an event and is still to come, in all: seconds as they ran and as planned, and dates."""

    actual_seconds: int = 0
    planned_seconds: int = 0
    dates: int = 0

    def measured(self, measure: Measure) -> int:
        """Return the seconds of which a share is taken."""
        if measure == "actual":
            return self.actual_seconds
        return self.planned_seconds if measure == "planned" else min(self.actual_seconds, self.planned_seconds)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one person did, as far as it is known; `recording_after_days` counts from the end of the event."""

    attended_seconds: int = 0
    attended_dates: int = 0
    is_registered: bool = False
    has_joined: bool = False
    has_answered: bool = False
    is_confirmed: bool = False
    is_opened: bool = False
    recording_after_days: int | None = None


class Condition(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True, forbid_unknown_fields=True):
    """One thing that can be asked for."""

    @property
    def words(self) -> str:
        """Say it as a part of a sentence."""
        raise NotImplementedError

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Tell whether what somebody did is enough."""
        raise NotImplementedError

    def conditions(self) -> Iterator["Condition"]:
        """Yield the single conditions it is made of."""
        yield self

    def describe(self) -> str:
        """Say it to a person in a sentence."""
        return f"{self.words[0].upper()}{self.words[1:]}."


class Attended(Condition, frozen=True, tag="attended"):
    """Attend for any length of time."""

    @property
    def words(self) -> str:
        """Say it."""
        return "attend for any length of time"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask for a second."""
        return evidence.attended_seconds > 0


class MinPercent(Condition, frozen=True, tag="min_percent"):
    """Attend at least this share."""

    percent: Percent
    of: Measure = "actual"

    @property
    def words(self) -> str:
        """Say it."""
        return f"attend at least {self.percent} % of {MEASURES[self.of]}"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Compare without rounding."""
        total = held.measured(self.of)
        return total > 0 and evidence.attended_seconds * 100 >= self.percent * total


class MinMinutes(Condition, frozen=True, tag="min_minutes"):
    """Attend at least so many minutes."""

    minutes: Minutes

    @property
    def words(self) -> str:
        """Say it."""
        return f"attend at least {_counted(self.minutes, 'minute')}"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Compare in seconds."""
        return evidence.attended_seconds >= self.minutes * 60


class MinDates(Condition, frozen=True, tag="min_dates"):
    """Attend at least so many of the dates; none given means all."""

    dates: Dates | None = None

    @property
    def words(self) -> str:
        """Say it."""
        return "attend all dates" if self.dates is None else f"attend at least {_counted(self.dates, 'date')}"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Compare with the dates that took place and are to come."""
        return evidence.attended_dates >= (self.dates or max(1, held.dates))


class RecordingOpened(Condition, frozen=True, tag="recording"):
    """Open the recording not later than so many days after the event."""

    within_days: Days

    @property
    def words(self) -> str:
        """Say it."""
        return f"open the recording within {_counted(self.within_days, 'day')} after the event"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask when it was opened first."""
        return evidence.recording_after_days is not None and evidence.recording_after_days < self.within_days


class SurveyAnswered(Condition, frozen=True, tag="survey_done"):
    """Answer the survey."""

    @property
    def words(self) -> str:
        """Say it."""
        return "answer the survey"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask whether GoTo told of an answer."""
        return evidence.has_answered


class Registered(Condition, frozen=True, tag="registered"):
    """Be registered."""

    @property
    def words(self) -> str:
        """Say it."""
        return "register"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask for an approved registration."""
        return evidence.is_registered


class JoinClicked(Condition, frozen=True, tag="joined_click"):
    """Go through Join; whether they stayed does not count."""

    @property
    def words(self) -> str:
        """Say it."""
        return "go through Join here"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask for the click."""
        return evidence.has_joined


class Confirmed(Condition, frozen=True, tag="confirmed"):
    """Say that one is done; for what is read, opened or watched."""

    @property
    def words(self) -> str:
        """Say it."""
        return "read this and mark it as read"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask whether they said so."""
        return evidence.is_confirmed


class Opened(Condition, frozen=True, tag="opened"):
    """Open it from the lesson; nobody can tell how much of it somebody then reads or watches."""

    @property
    def words(self) -> str:
        """Say it."""
        return "open this"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask whether they did."""
        return evidence.is_opened


class Manual(Condition, frozen=True, tag="manual"):
    """Nothing counts by itself: an instructor marks who has done it."""

    @property
    def words(self) -> str:
        """Say it."""
        return "your instructor marks who has done this"

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Never hold by itself."""
        return False


class AllOf(Condition, frozen=True, tag="all"):
    """Several rules that must all hold."""

    of: Annotated[tuple["CompletionRule", ...], msgspec.Meta(min_length=1, max_length=10)]

    @property
    def words(self) -> str:
        """Say it; "either" shows where a choice among them begins."""
        return " and ".join(f"either {part.words}" if isinstance(part, AnyOf) else part.words for part in self.of)

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask each."""
        return all(part.holds(evidence, held) for part in self.of)

    def conditions(self) -> Iterator[Condition]:
        """Yield those of each."""
        for part in self.of:
            yield from part.conditions()


class AnyOf(Condition, frozen=True, tag="any"):
    """Several rules of which one is enough."""

    of: Annotated[tuple["CompletionRule", ...], msgspec.Meta(min_length=1, max_length=10)]

    @property
    def words(self) -> str:
        """Say it; a comma keeps ways apart that are made of several parts."""
        return ", or ".join(part.words for part in self.of)

    def holds(self, evidence: Evidence, held: Held) -> bool:
        """Ask for one."""
        return any(part.holds(evidence, held) for part in self.of)

    def conditions(self) -> Iterator[Condition]:
        """Yield those of each."""
        for part in self.of:
            yield from part.conditions()


CompletionRule = (
    Attended
    | MinPercent
    | MinMinutes
    | MinDates
    | RecordingOpened
    | SurveyAnswered
    | Registered
    | JoinClicked
    | Confirmed
    | Opened
    | Manual
    | AllOf
    | AnyOf
)
DEFAULT_RULE: CompletionRule = MinPercent(80)
_MOST_CONDITIONS = 30


def read_rule(value: Any) -> CompletionRule:
    """Read a rule from its JSON column; nothing there means the default."""
    return DEFAULT_RULE if value is None else msgspec.convert(value, CompletionRule)


def write_rule(rule: CompletionRule) -> Any:
    """Return a rule for its JSON column."""
    return msgspec.to_builtins(rule)


def check_rule(rule: CompletionRule) -> None:
    """
    See whether a rule can be kept.

    Raises:
        InvalidInputError: a number is out of range, there is nothing to fulfil, or more than anybody would read.
    """
    try:
        read_rule(write_rule(rule))
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInputError("A number in this rule is out of range.") from error
    conditions = list(rule.conditions())
    if len(conditions) > _MOST_CONDITIONS:
        raise InvalidInputError(f"A rule has at most {_MOST_CONDITIONS} conditions.")
    if len(conditions) > 1 and Manual() in conditions:
        raise InvalidInputError("A rule that leaves all to the instructor has no other conditions.")


def percent_attended(*, attended_seconds: int, total_seconds: int) -> Decimal:
    """Return the share attended, 0 to 100, cut to one decimal so that 79.96 never reads as 80."""
    if total_seconds <= 0:
        return Decimal(0)
    share = Decimal(min(attended_seconds, total_seconds) * 100) / total_seconds
    return share.quantize(Decimal("0.1"), rounding=ROUND_DOWN)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
