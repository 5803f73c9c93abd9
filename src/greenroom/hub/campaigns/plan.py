"""The order of steps: which one follows which, by which exit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from greenroom.hub.campaigns.models import CampaignStep, CampaignVersion
from greenroom.hub.campaigns.waiting import Wait

Branch = CampaignStep.Branch
Kind = CampaignStep.Kind
_BRANCHES: dict[str, tuple[str, ...]] = {
    Kind.ACTION: (Branch.ERROR,),
    Kind.CONDITION: (Branch.YES, Branch.NO),
    Kind.DECISION: (Branch.YES, Branch.NO),
}


def branches_of(step: CampaignStep) -> tuple[str, ...]:
    """Return the branches in which steps may stand below this one."""
    if step.kind == Kind.WAIT:
        return (Branch.YES, Branch.NO) if wait_of(step).can_be_late else ()
    return _BRANCHES[step.kind]


def wait_of(step: CampaignStep) -> Wait:
    """Return how long a wait is."""
    return msgspec.convert(step.settings, Wait)


@dataclass
class Place:
    """A step among others: where its branches lead, and what is above it."""

    step: CampaignStep
    number: str
    depth: int
    branches: dict[str, list["Place"]] = field(default_factory=dict)

    def walk(self) -> Iterator["Place"]:
        """Give this step and all below, in order."""
        yield self
        for places in self.branches.values():
            yield from walk(places)


def walk(places: Iterable[Place]) -> Iterator[Place]:
    """Give these steps with all below them, in order."""
    for place in places:
        yield from place.walk()


class Plan:
    """The steps of a version as a tree; one query."""

    def __init__(self, steps: Iterable[CampaignStep]) -> None:
        """Put steps of one version in order."""
        self.steps = {step.pk: step for step in steps}
        self._below: dict[tuple[int | None, str], list[CampaignStep]] = {}
        for step in self.steps.values():
            self._below.setdefault((step.parent_id, step.branch), []).append(step)

    @classmethod
    def of(cls, version: CampaignVersion) -> "Plan":
        """Read the steps of a version."""
        return cls(CampaignStep.objects.filter(version=version))

    @property
    def first(self) -> CampaignStep | None:
        """The step at which contacts enter."""
        return next(iter(self._below.get((None, ""), ())), None)

    def list_below(self, parent_id: int | None, branch: str) -> list[CampaignStep]:
        """Return the steps of a branch in order."""
        return self._below.get((parent_id, branch), [])

    def has_branch(self, step: CampaignStep, branch: str) -> bool:
        """Tell whether there are steps in a branch."""
        return bool(self.list_below(step.pk, branch))

    def find_next(self, step: CampaignStep, exit: str) -> CampaignStep | None:
        """Return the step after this one by an exit: in its branch, or after it; None at the end."""
        if below := self.list_below(step.pk, exit):
            return below[0]
        return self._find_following(step)

    def _find_following(self, step: CampaignStep) -> CampaignStep | None:
        beside = self.list_below(step.parent_id, step.branch)
        after = beside.index(step) + 1
        if after < len(beside):
            return beside[after]
        return self._find_following(self.steps[step.parent_id]) if step.parent_id else None

    def list_places(self) -> list[Place]:
        """Return the outermost steps with those below, each with its number, such as 2.1."""
        return self._places(None, "", "", 0)

    def _places(self, parent_id: int | None, branch: str, prefix: str, depth: int) -> list[Place]:
        places = []
        for number, step in enumerate(self.list_below(parent_id, branch), start=1):
            place = Place(step, f"{prefix}{number}", depth)
            for name in branches_of(step):
                place.branches[name] = self._places(step.pk, name, f"{place.number}{name[0]}", depth + 1)
            places.append(place)
        return places
