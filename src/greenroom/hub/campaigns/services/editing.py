"""Making campaigns and drawing their steps. Only a draft is changed; what contacts go through stays as it was."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from greenroom.hub.actions.registry import check_settings
from greenroom.hub.campaigns.accounts import check_events, events_of, events_of_rule
from greenroom.hub.campaigns.kinds import READERS
from greenroom.hub.campaigns.models import Campaign, CampaignStep, CampaignVersion
from greenroom.hub.campaigns.plan import Plan, branches_of, walk
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.segments.models import Segment
from greenroom.hub.users.models import User

NAME_LENGTH = 200
MOST_STEPS = 200
MOST_DEPTH = 8


def make_campaign(*, name: str, segments: Collection[Segment] = (), actor: User | None) -> Campaign:
    """
    Make a campaign with an empty draft.

    Raises:
        InvalidInputError: the name is missing, too long or taken.
    """
    name = _check_name(name, Campaign.objects.all())
    with transaction.atomic():
        campaign = Campaign.objects.create(name=name, created_by=actor, created_at=clock.now())
        campaign.segments.set(segments)
        CampaignVersion.objects.create(campaign=campaign, number=1)
    return campaign


def change_campaign(*, campaign: Campaign, name: str, segments: Collection[Segment], may_repeat: bool) -> Campaign:
    """
    Change the name of a campaign and who enters it. It counts at once, for whoever is not under way yet.

    Raises:
        InvalidInputError: the name is missing, too long or taken.
    """
    campaign.name = _check_name(name, Campaign.objects.exclude(pk=campaign.pk))
    campaign.may_repeat = may_repeat
    with transaction.atomic():
        campaign.save(update_fields=["name", "may_repeat"])
        campaign.segments.set(segments)
    return campaign


def _check_name(name: str, others: Any) -> str:
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInputError("This is not saved.", {"name": f"Give a name, {NAME_LENGTH} characters at most."})
    if others.filter(name=name).exists():
        raise InvalidInputError("This is not saved.", {"name": "Another campaign has this name."})
    return name


def delete_campaign(*, campaign: Campaign) -> None:
    """
    Delete a campaign that nobody is in.

    Raises:
        StateConflictError: contacts are under way.
    """
    if campaign.entries.filter(state="active").exists():
        raise StateConflictError("Contacts are under way in this campaign. Stop it first.")
    campaign.delete()


def open_draft(*, campaign: Campaign) -> CampaignVersion:
    """Return the draft of a campaign; where there is none, one with the steps that are published."""
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        versions = CampaignVersion.objects.filter(campaign=campaign)
        if draft := versions.filter(published_at=None).first():
            return draft
        latest = versions.order_by("number").last()
        draft = CampaignVersion.objects.create(
            campaign=campaign, number=latest.number + 1 if latest else 1, goal=latest.goal if latest else None
        )
        if latest:
            _copy_steps(latest, draft)
    return draft


def _copy_steps(source: CampaignVersion, target: CampaignVersion) -> None:
    plan, copies = Plan.of(source), dict[int | None, CampaignStep | None]()
    copies[None] = None
    for place in walk(plan.list_places()):
        step = place.step
        copies[step.pk] = CampaignStep.objects.create(
            version=target,
            parent=copies[step.parent_id],
            branch=step.branch,
            position=step.position,
            kind=step.kind,
            action=step.action,
            settings=step.settings,
        )


def discard_draft(*, campaign: Campaign) -> None:
    """
    Throw a draft away; what is published stays.

    Raises:
        StateConflictError: nothing is published yet, so nothing would be left.
    """
    if campaign.published is None:
        raise StateConflictError("This campaign has only its draft. Delete the campaign instead.")
    CampaignVersion.objects.filter(campaign=campaign, published_at=None).delete()


def add_step(
    *,
    version: CampaignVersion,
    kind: str,
    settings: Mapping[str, Any],
    action: str = "",
    parent: CampaignStep | None = None,
    branch: str = "",
) -> CampaignStep:
    """
    Add a step at the end of a draft, or of a branch of one of its steps.

    Raises:
        StateConflictError: the version is published.
        InvalidInputError: the settings cannot be used, there is no such branch, or there are too many steps.
    """
    checked = _check(kind, action, settings)
    check_events(version.campaign_id, events_of(checked))
    if (parent is None) != (branch == "") or (parent and branch not in branches_of(parent)):
        raise InvalidInputError("This step cannot stand here.")
    with _changing(version):
        plan = Plan.of(version)
        if len(plan.steps) >= MOST_STEPS or (parent and _depth_of(plan, parent) >= MOST_DEPTH):
            raise InvalidInputError(f"A campaign has at most {MOST_STEPS} steps, {MOST_DEPTH} below each other.")
        beside = plan.list_below(parent.pk if parent else None, branch)
        return CampaignStep.objects.create(
            version=version,
            parent=parent,
            branch=branch,
            position=beside[-1].position + 1 if beside else 0,
            kind=kind,
            action=action,
            settings=checked,
        )


def _depth_of(plan: Plan, step: CampaignStep) -> int:
    return 1 + _depth_of(plan, plan.steps[step.parent_id]) if step.parent_id else 1


def change_step(*, step: CampaignStep, settings: Mapping[str, Any]) -> None:
    """
    Change the settings of a step in a draft.

    Raises:
        StateConflictError: its version is published.
        InvalidInputError: the settings cannot be used, or take a branch away in which steps stand.
    """
    checked = _check(step.kind, step.action, settings)
    check_events(step.version.campaign_id, events_of(checked) - events_of(step.settings))
    with _changing(step.version):
        step.settings = checked
        plan = Plan.of(step.version)
        if any(one.parent_id == step.pk and one.branch not in branches_of(step) for one in plan.steps.values()):
            raise InvalidInputError("Remove the steps below this one first: it would have no branches any more.")
        step.save(update_fields=["settings"])


def _check(kind: str, action: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    if kind == CampaignStep.Kind.ACTION:
        return check_settings(action, settings)
    return READERS[kind](settings)


def remove_step(*, step: CampaignStep) -> None:
    """
    Remove a step of a draft with all below it.

    Raises:
        StateConflictError: its version is published.
    """
    with _changing(step.version):
        step.delete()


def move_step(*, step: CampaignStep, by: int) -> None:
    """
    Move a step of a draft up (-1) or down (1) among those beside it; at the end it stays.

    Raises:
        StateConflictError: its version is published.
    """
    with _changing(step.version):
        beside = Plan.of(step.version).list_below(step.parent_id, step.branch)
        here = next(at for at, one in enumerate(beside) if one.pk == step.pk)
        there = here + by
        if not 0 <= there < len(beside):
            return
        beside.insert(there, beside.pop(here))
        for position, one in enumerate(beside):
            CampaignStep.objects.filter(pk=one.pk).update(position=position)


def change_goal(*, version: CampaignVersion, goal: Any) -> None:
    """
    Say when contacts are done before the end, as a rule of segments; None for only at the end.

    Raises:
        StateConflictError: the version is published.
        InvalidInputError: the rule cannot be read, or names an event of an account that is not open to the campaign.
    """
    if goal is not None:
        check_events(version.campaign_id, events_of_rule(goal))
    with _changing(version):
        CampaignVersion.objects.filter(pk=version.pk).update(goal=goal)


@contextmanager
def _changing(version: CampaignVersion) -> Iterator[None]:
    """Hold a draft while it is changed; two people who change it take turns."""
    with transaction.atomic():
        held = CampaignVersion.objects.select_for_update().filter(pk=version.pk).first()
        if held is None or held.published_at:
            raise StateConflictError("This version is published. Open the draft to change it.")
        yield
