"""Publishing campaigns, and having them run, rest and stop."""

from django.db import transaction

from greenroom.hub.campaigns.accounts import find_closed_goal
from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignVersion
from greenroom.hub.campaigns.obstacles import find_obstacles_of
from greenroom.hub.campaigns.plan import Plan, walk
from greenroom.hub.campaigns.tasks import run_campaign
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.users.models import User

_RESTING = (Campaign.State.PAUSED, Campaign.State.STOPPED)


def list_obstacles(version: CampaignVersion) -> list[tuple[str, str]]:
    """Return what keeps a draft from being published: the number of a step or nothing, and one sentence."""
    places = list(walk(Plan.of(version).list_places()))
    if not places:
        return [("", "There is no step yet.")]
    obstacles = find_obstacles_of(version.campaign_id, [one.step for one in places])
    found = [(one.number, obstacles[one.step.pk]) for one in places if one.step.pk in obstacles]
    closed = find_closed_goal(version.campaign_id, version.goal)
    return [*found, ("", closed)] if closed else found


def publish(*, campaign: Campaign, actor: User | None) -> CampaignVersion:
    """
    Publish the draft and run it: whoever enters from now on goes through it; those under way keep their version.

    Raises:
        StateConflictError: there is no draft.
        InvalidInputError: it cannot work as it is; `errors` by the number of the step.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
        draft = CampaignVersion.objects.select_for_update().filter(campaign=campaign, published_at=None).first()
        if draft is None:
            raise StateConflictError("Nothing has changed since this campaign was published.")
        if obstacles := list_obstacles(draft):
            raise InvalidInputError("This campaign is not published yet.", dict(obstacles))
        draft.published_at, draft.published_by = clock.now(), actor
        draft.save(update_fields=["published_at", "published_by"])
        campaign.published, campaign.state = draft, Campaign.State.RUNNING
        campaign.problem, campaign.failures = "", 0
        campaign.save(update_fields=["published", "state", "problem", "failures"])
        run_campaign.enqueue(campaign_id=campaign.pk, dedupe_key=f"campaigns.run:{campaign.pk}")
    return draft


def pause(*, campaign: Campaign) -> None:
    """
    Let all contacts stay where they are.

    Raises:
        StateConflictError: it does not run.
    """
    _change_state(campaign, [Campaign.State.RUNNING], Campaign.State.PAUSED)


def resume(*, campaign: Campaign) -> None:
    """
    Let contacts go on from where they are.

    Raises:
        StateConflictError: it was never published, or runs already.
    """
    if Campaign.objects.filter(pk=campaign.pk, published=None).exists():
        raise StateConflictError("This campaign was never published.")
    with transaction.atomic():
        _change_state(campaign, _RESTING, Campaign.State.RUNNING)
        run_campaign.enqueue(campaign_id=campaign.pk, dedupe_key=f"campaigns.run:{campaign.pk}")


def stop(*, campaign: Campaign) -> None:
    """
    Stop for good: whoever is under way leaves.

    Raises:
        StateConflictError: it neither runs nor rests.
    """
    with transaction.atomic():
        _change_state(campaign, [Campaign.State.RUNNING, Campaign.State.PAUSED], Campaign.State.STOPPED)
        under_way = [CampaignContact.State.ACTIVE, CampaignContact.State.FAILED]
        campaign.entries.filter(state__in=under_way).update(
            state=CampaignContact.State.LEFT, step=None, due_at=None, deadline_at=None
        )


def _change_state(campaign: Campaign, old: list[Campaign.State] | tuple[Campaign.State, ...], new: str) -> None:
    changed = Campaign.objects.filter(pk=campaign.pk, state__in=old).update(state=new, problem="", failures=0)
    if not changed:
        raise StateConflictError("The campaign is in another state by now. Look again.")


def retry_failed(*, campaign: Campaign) -> int:
    """Let contacts who failed try their step again; return how many that are."""
    with transaction.atomic():
        failed = campaign.entries.filter(state=CampaignContact.State.FAILED)
        count = failed.update(state=CampaignContact.State.ACTIVE, due_at=clock.now(), tries=0, problem="")
        run_campaign.enqueue(campaign_id=campaign.pk, dedupe_key=f"campaigns.run:{campaign.pk}")
    return count
