"""Contacts enter a campaign."""

from collections.abc import Sequence
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from greenroom.hub.campaigns.models import Campaign, CampaignContact
from greenroom.hub.campaigns.plan import Plan
from greenroom.hub.campaigns.services.arriving import Arrival, plan_arrivals
from greenroom.hub.core import clock
from greenroom.hub.segments.models import Member

_AT_ONCE = 5000
BY_SEGMENT = "segment"

_ENTER = """
    INSERT INTO campaigns_campaigncontact (campaign_id, version_id, contact_id, rotation, cause, state, step_id,
        arrived_at, due_at, deadline_at, tries, problem, entered_at)
    SELECT %(campaign)s, %(version)s, id,
        1 + COALESCE((SELECT MAX(rotation) FROM campaigns_campaigncontact AS before
                      WHERE before.contact_id = contacts_contact.id AND before.campaign_id = %(campaign)s), 0),
        %(cause)s, 'active', %(step)s, %(now)s, %(due)s, %(deadline)s, 0, '', %(now)s
    FROM contacts_contact WHERE id IN ({contacts}) AND NOT EXISTS (
        SELECT 1 FROM campaigns_campaigncontact AS before
        WHERE before.contact_id = contacts_contact.id AND before.campaign_id = %(campaign)s
              AND (before.state = 'active' OR before.cause = %(cause)s OR NOT %(may_repeat)s))
    ON CONFLICT DO NOTHING
"""


def enter_contacts(*, campaign: Campaign, contacts: Sequence[int], cause: str) -> int:
    """
    Have contacts enter a running campaign, at the first step of its published version; return how many did.

    Once for each cause. Who is under way stays there; who has been through enters again only if the campaign says so.
    Three statements for however many contacts, and one for each zone they live in if the first step waits.
    """
    assert campaign.published is not None
    first = Plan.of(campaign.published).first
    if first is None or campaign.state != Campaign.State.RUNNING or not contacts:
        return 0
    with transaction.atomic():
        now = clock.now()
        return sum(_enter(campaign, first.pk, one, cause) for one in plan_arrivals(first, contacts, now=now))


def _enter(campaign: Campaign, step_id: int, arrival: Arrival, cause: str) -> int:
    moments = {"now": clock.now(), "due": arrival.due_at, "deadline": arrival.deadline_at}
    values = {
        "campaign": campaign.pk,
        "version": campaign.published_id,
        "cause": cause,
        "step": step_id,
        "may_repeat": campaign.may_repeat,
        **{name: connection.ops.adapt_datetimefield_value(moment) for name, moment in moments.items()},
        **{f"contact{number}": contact for number, contact in enumerate(arrival.contacts)},
    }
    names = ", ".join(f"%(contact{number})s" for number in range(len(arrival.contacts)))
    with connection.cursor() as cursor:
        cursor.execute(_ENTER.format(contacts=names), values)
        return max(cursor.rowcount, 0)


def enter_from_segments(campaign: Campaign) -> int:
    """Have everybody enter who is in a segment of a campaign and never was in it; return how many did."""
    entered = 0
    while contacts := _list_new(campaign):
        added = enter_contacts(campaign=campaign, contacts=contacts, cause=BY_SEGMENT)
        entered += added
        if not added:
            break  # another worker was faster, or it does not run any more
    return entered


def _list_new(campaign: Campaign) -> list[int]:
    inside = CampaignContact.objects.filter(campaign=campaign, contact=OuterRef("contact"))
    members = Member.objects.filter(segment__in=campaign.segments.all(), is_in=True)
    new = members.filter(~Exists(inside)).values_list("contact", flat=True)
    return list(dict.fromkeys(islice(new.iterator(), _AT_ONCE)))
