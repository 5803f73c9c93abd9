"""The steps of a campaign as a list: each with what it does, its numbers, and its branches."""

from collections.abc import Mapping
from dataclasses import dataclass

from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import Place
from greenroom.hub.campaigns.selectors import Numbers
from greenroom.hub.campaigns.words import describe_branch


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch below a step: when contacts take it, how many did, and the steps in it."""

    name: str
    words: str
    passed: int
    rows: list["StepRow"]


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the list."""

    step: CampaignStep
    number: str
    words: str
    numbers: Numbers | None
    branches: list[BranchRow]
    problem: str


def list_rows(
    places: list[Place],
    words: Mapping[int, str],
    numbers: Mapping[int, Numbers],
    problems: Mapping[int, str],
) -> list[StepRow]:
    """
    Return steps as rows.

    Args:
        words: what each step does, by its id.
        numbers: how many contacts each step has seen, by its id; empty for one that was never published.
        problems: what keeps a step from working, by its id.
    """
    return [
        StepRow(
            step=place.step,
            number=place.number,
            words=words[place.step.pk],
            numbers=numbers.get(place.step.pk),
            branches=[
                BranchRow(
                    name,
                    describe_branch(place.step.kind, name),
                    getattr(place.step, f"passed_{name}"),
                    list_rows(below, words, numbers, problems),
                )
                for name, below in place.branches.items()
            ],
            problem=problems.get(place.step.pk, ""),
        )
        for place in places
    ]
