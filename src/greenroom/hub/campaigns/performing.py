"""Starting a campaign as an action of forms and of other campaigns."""

from collections.abc import Sequence

from django import forms

from greenroom.hub.actions.fields import ActionForm
from greenroom.hub.actions.registry import Named, Outcomes, Settings, Subject, action, group_by_cause
from greenroom.hub.campaigns.models import Campaign
from greenroom.hub.campaigns.services.entering import enter_contacts
from greenroom.hub.campaigns.tasks import run_campaign
from greenroom.hub.core.errors import UnknownObjectError


class CampaignForm(ActionForm):
    """Which campaign."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.exclude(state=Campaign.State.STOPPED), empty_label="Choose a campaign"
    )


def find_obstacles(many: Sequence[Named]) -> list[str]:
    """Say why nobody can enter."""
    return [_find_obstacle(one["campaign"]) for one in many]


def _find_obstacle(campaign: Campaign) -> str:
    return "" if campaign.state == Campaign.State.RUNNING else f"The campaign “{campaign}” does not run."


@action(
    "start_campaign",
    name="Start a campaign",
    words="start the campaign {campaign}",
    form=CampaignForm,
    find_obstacles=find_obstacles,
)
def start_campaign(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Have contacts enter a campaign; who is in it already stays where they are. A few statements for each cause."""
    campaign = _get_campaign(settings)
    if sentence := _find_obstacle(campaign):
        return Outcomes(problems=dict.fromkeys((one.contact_id for one in subjects), sentence))
    for cause, contacts in group_by_cause(subjects).items():
        enter_contacts(campaign=campaign, contacts=contacts, cause=cause)
    run_campaign.enqueue(campaign_id=campaign.pk, dedupe_key=f"campaigns.run:{campaign.pk}")
    return Outcomes()


def _get_campaign(settings: Settings) -> Campaign:
    campaign = Campaign.objects.select_related("published").filter(pk=settings["campaign"]).first()
    if campaign is None:
        raise UnknownObjectError("The campaign is no longer here.")
    return campaign
