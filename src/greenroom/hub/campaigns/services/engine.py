"""
Moving contacts on, a batch at a time.

What a step does, the note that it was done, and the step where the contact stands next are one transaction: whenever a
worker dies, either all of it has happened or nothing. A batch has a constant number of statements.
"""

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet

from greenroom.hub.campaigns.deciding import Entries, Entry, find_who_meets
from greenroom.hub.campaigns.errors import ImpossibleStepError
from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignStep
from greenroom.hub.campaigns.plan import Plan
from greenroom.hub.campaigns.services.judging import judge, wait_after
from greenroom.hub.campaigns.services.moving import fail, finish, leave, narrow, note_failures, pause_itself
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError
from greenroom.hub.jobs.retry import describe

log = structlog.get_logger(__name__)

State = CampaignContact.State
Branch = CampaignStep.Branch

BATCH = 2000
MOST_TRIES = 6


def advance(campaign: Campaign) -> bool:
    """
    Move a batch of contacts on whose time has come; False when there are none, or the campaign does not run.

    Raises:
        HubError: a retryable one: something is not reachable now.
    """
    try:
        return _pass_batch(campaign, _list_due(campaign))
    except OperationalError:
        raise
    except ImpossibleStepError as error:
        pause_itself(campaign, str(error))
        return False
    except Exception as error:
        if isinstance(error, HubError) and error.retryable:
            raise
        log.warning("campaigns.batch_failed", campaign=campaign.pk, error=describe(error), exc_info=error)
        return _pass_one_by_one(campaign)


def _list_due(campaign: Campaign) -> QuerySet[CampaignContact]:
    return CampaignContact.objects.filter(campaign=campaign, state=State.ACTIVE, due_at__lte=clock.now())


def _pass_batch(campaign: Campaign, due: QuerySet[CampaignContact]) -> bool:
    with transaction.atomic():
        if not Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.RUNNING).exists():
            return False
        step_id = due.order_by("due_at").values_list("step", flat=True).first()
        step = CampaignStep.objects.select_related("version").filter(pk=step_id or 0).first()
        entries = _take(step, due) if step else []
        if step and entries:
            _pass_step(campaign, step, entries)
            reached("campaigns.before_commit")
    reached("campaigns.after_commit")
    return bool(entries)


def _take(step: CampaignStep, due: QuerySet[CampaignContact]) -> list[Entry]:
    """Take contacts at one step, whom nobody else has."""
    here = due.filter(step=step).order_by("due_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        here = here.select_for_update(skip_locked=True)
    rows = here.values_list("pk", "contact_id", "campaign_id", "rotation", "tries", *_moments_of(step))
    return [Entry(*row) for row in rows[:BATCH]]


def _moments_of(step: CampaignStep) -> list[str]:
    """Return what to read of an entry's moments; most steps go by none, and on SQLite they cost more than the rest."""
    if step.kind == CampaignStep.Kind.DECISION or "event" in step.settings:
        return ["entered_at", "arrived_at", "deadline_at"]
    return []


def _pass_step(campaign: Campaign, step: CampaignStep, entries: Entries) -> None:
    goal = step.version.goal
    done = find_who_meets(goal, [one.contact_id for one in entries]) if goal else set()
    finish([one for one in entries if one.contact_id in done], State.REACHED)
    staying = [one for one in entries if one.contact_id not in done]
    if not staying:
        return
    plan = Plan.of(step.version)
    verdict = judge(plan, step, staying)
    reached("campaigns.performed")
    for exit, leaving in verdict.exits.items():
        leave(campaign, plan, step, exit, leaving, verdict.problems)
    if verdict.exits.keys() == {Branch.ERROR} and not plan.has_branch(step, Branch.ERROR):
        note_failures(campaign, len(verdict.exits[Branch.ERROR]))
    for until, waiting in verdict.stays:
        narrow(waiting).update(due_at=until, tries=F("tries") + 1)


def _pass_one_by_one(campaign: Campaign) -> bool:
    """Find out which contacts of a batch fail; they step aside, and the others go on."""
    for pk in _list_due(campaign).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]:
        try:
            is_running = _pass_batch(campaign, _list_due(campaign).filter(pk=pk))
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an action raises is recorded in its row
            _step_aside(campaign, pk, error)
            is_running = True
        if not is_running and not Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.RUNNING).exists():
            return False
    return True


def _step_aside(campaign: Campaign, pk: int, error: Exception) -> None:
    row = CampaignContact.objects.filter(pk=pk, state=State.ACTIVE).values_list(*Entry._fields).first()
    if row is None:
        return
    entry = Entry(*row)
    problem = f"It did not work ({describe(error)})."
    if entry.tries >= MOST_TRIES:
        fail([entry], {entry.contact_id: problem})
    else:
        again = clock.now() + wait_after(entry.tries)
        narrow([entry]).update(due_at=again, tries=F("tries") + 1, problem=f"{problem} It is tried again.")
    note_failures(campaign, 1)
