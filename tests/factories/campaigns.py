"""Campaigns as people draw them."""

from collections.abc import Iterable
from typing import Any

from greenroom.hub.campaigns.models import Campaign, CampaignStep, CampaignVersion
from greenroom.hub.campaigns.services.editing import add_step, make_campaign, open_draft
from greenroom.hub.campaigns.services.running import publish
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core import clock
from greenroom.hub.segments.models import Member, Segment

Drawn = dict[str, Any]


def act(key: str, *, error: Iterable[Drawn] = (), **settings: Any) -> Drawn:
    """Draw an action."""
    return {"kind": "action", "action": key, "settings": settings, "branches": {"error": error}}


def condition(rule: Any, *, yes: Iterable[Drawn] = (), no: Iterable[Drawn] = ()) -> Drawn:
    """Draw a condition."""
    return {"kind": "condition", "settings": {"rule": rule}, "branches": {"yes": yes, "no": no}}


def decision(*, yes: Iterable[Drawn] = (), no: Iterable[Drawn] = (), **settings: Any) -> Drawn:
    """Draw a decision."""
    return {"kind": "decision", "settings": settings, "branches": {"yes": yes, "no": no}}


def wait(*, yes: Iterable[Drawn] = (), no: Iterable[Drawn] = (), **settings: Any) -> Drawn:
    """Draw a wait."""
    return {"kind": "wait", "settings": settings, "branches": {"yes": yes, "no": no}}


def draw(
    version: CampaignVersion, steps: Iterable[Drawn], parent: CampaignStep | None = None, branch: str = ""
) -> None:
    """Add steps to a draft, with those in their branches."""
    for one in steps:
        step = add_step(
            version=version,
            kind=one["kind"],
            action=one.get("action", ""),
            settings=one["settings"],
            parent=parent,
            branch=branch,
        )
        for name, below in one["branches"].items():
            draw(version, below, step, name)


def make_segment(name: str, contacts: Iterable[Contact] = ()) -> Segment:
    """Make a segment of people who were put into it by hand."""
    segment, now = Segment.objects.create(name=name, rules={"all": []}, created_at=clock.now()), clock.now()
    Member.objects.bulk_create(
        Member(segment=segment, contact=one, is_found=False, decided="in", is_in=True, changed_at=now)
        for one in contacts
    )
    return segment


def make_contacts(count: int, **known: Any) -> list[Contact]:
    """Make so many contacts: Person0 to the last."""
    return Contact.objects.bulk_create(
        Contact(
            **{
                "email": f"person{number}@example.com",
                "first_name": f"Person{number}",
                "last_name": "Example",
                "source": "hand",
                "created_at": clock.now(),
            }
            | known
        )
        for number in range(count)
    )


def run_campaign_of(segment: Segment, *steps: Drawn, name: str = "Spring", goal: Any = None) -> Campaign:
    """Make a campaign that the people of a segment enter, and publish it."""
    campaign = make_campaign(name=name, segments=[segment], actor=None)
    draft = open_draft(campaign=campaign)
    draw(draft, steps)
    CampaignVersion.objects.filter(pk=draft.pk).update(goal=goal)
    publish(campaign=campaign, actor=None)
    return campaign
