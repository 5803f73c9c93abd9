"""The steps of a campaign as a list: each with what it does, its numbers, and its branches."""

from collections.abc import Mapping
from dataclasses import dataclass

from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import Place
from greenroom.hub.campaigns.words import describe_branch


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch below a step: when contacts take it, and the steps in it."""

    name: str
    words: str
    rows: list["StepRow"]


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the list."""

    step: CampaignStep
    number: str
    words: str
    here: int
    branches: list[BranchRow]
    problem: str


def list_rows(
    places: list[Place],
    words: Mapping[int, str],
    here: Mapping[int, int],
    problems: Mapping[str, str] | None = None,
) -> list[StepRow]:
    """
    Return steps as rows.

    Args:
        words: what each step does, by its id.
        here: how many contacts stand at each step, by its id.
        problems: what keeps a step from working, by its number.
    """
    return [
        StepRow(
            step=place.step,
            number=place.number,
            words=words[place.step.pk],
            here=here.get(place.step.pk, 0),
            branches=[
                BranchRow(name, describe_branch(place.step.kind, name), list_rows(below, words, here, problems))
                for name, below in place.branches.items()
            ],
            problem=(problems or {}).get(place.number, ""),
        )
        for place in places
    ]
