"""Background work of campaigns."""

from datetime import timedelta

from greenroom.hub.campaigns.models import Campaign, CampaignContact
from greenroom.hub.campaigns.services.engine import advance
from greenroom.hub.campaigns.services.entering import enter_from_segments
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule


@task(queue="campaigns", max_attempts=1000)
def run_campaign(*, campaign_id: int) -> None:
    """Let new contacts enter a campaign, and move on whoever's time has come; then look again at the next such time."""
    campaign = Campaign.objects.select_related("published").filter(pk=campaign_id, state=Campaign.State.RUNNING).first()
    if campaign is None:
        return
    enter_from_segments(campaign)
    while advance(campaign):
        pass
    waiting = CampaignContact.objects.filter(campaign=campaign, state=CampaignContact.State.ACTIVE)
    next_due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    if next_due and Campaign.objects.filter(pk=campaign_id, state=Campaign.State.RUNNING).exists():
        run_campaign.enqueue(campaign_id=campaign_id, run_at=next_due, dedupe_key=f"campaigns.run:{campaign_id}")


@schedule(every=timedelta(minutes=1))
@task(queue="campaigns")
def run_campaigns() -> None:
    """Have every running campaign looked at: segments have new members, and a wake-up may have been lost."""
    for campaign_id in Campaign.objects.filter(state=Campaign.State.RUNNING).values_list("pk", flat=True):
        run_campaign.enqueue(campaign_id=campaign_id, dedupe_key=f"campaigns.run:{campaign_id}")
