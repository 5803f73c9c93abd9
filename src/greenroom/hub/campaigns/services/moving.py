"""Contacts leave a step and come to the next, in the caller's transaction; a constant number of statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from django.db.models import F, QuerySet

from greenroom.hub.actions.registry import find_titles
from greenroom.hub.campaigns.deciding import Entries, Entry
from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignStep
from greenroom.hub.campaigns.plan import Plan
from greenroom.hub.campaigns.services.arriving import plan_arrivals
from greenroom.hub.core import clock
from greenroom.hub.ledger.services import append_select

log = structlog.get_logger(__name__)

Branch = CampaignStep.Branch
State = CampaignContact.State

# So many contacts fail one after the other, and the campaign waits for a person.
MOST_FAILURES = 20

_NOTE = """
    INSERT INTO campaigns_campaignpassage (entry_id, step_id, exit, passed_at, problem)
    SELECT id, %s, %s, %s, %s FROM campaigns_campaigncontact WHERE id IN ({entries})
"""
_MOVE = """
    UPDATE campaigns_campaigncontact
    SET step_id = %s, arrived_at = %s, due_at = %s, deadline_at = %s, tries = 0, problem = '' WHERE id IN ({entries})
"""
_TELL = """
    SELECT 'campaign_step', %s, 'campaign_step:' || id || ':' || %s, contact_id, %s
    FROM campaigns_campaigncontact WHERE id IN ({entries})
"""


def leave(
    campaign: Campaign, plan: Plan, step: CampaignStep, exit: str, entries: Entries, problems: dict[int, str]
) -> None:
    """Let contacts leave a step: note it, tell it, and have them come to the next."""
    if exit == Branch.ERROR and not plan.has_branch(step, Branch.ERROR):
        fail(entries, problems)
        return
    now = clock.now()
    for problem, some in _by_problem(entries, problems).items():
        _execute(_NOTE, [step.pk, exit, _db_time(now), problem], [one.pk for one in some])
    CampaignStep.objects.filter(pk=step.pk).update(**{f"passed_{exit}": F(f"passed_{exit}") + len(entries)})
    if step.kind == CampaignStep.Kind.ACTION and exit == Branch.YES:
        _tell(campaign, step, entries)
    _note_success(campaign)
    following = plan.find_next(step, exit)
    if following is None:
        finish(entries, State.FINISHED)
        return
    ids = {one.contact_id: one.pk for one in entries}
    for arrival in plan_arrivals(following, list(ids), now=now):
        moments = [_db_time(now), _db_time(arrival.due_at), arrival.deadline_at and _db_time(arrival.deadline_at)]
        _execute(_MOVE, [following.pk, *moments], [ids[contact] for contact in arrival.contacts])


def finish(entries: Entries, state: str) -> None:
    """Let contacts be done. One statement."""
    if entries:
        narrow(entries).update(state=state, step=None, due_at=None, deadline_at=None, problem="")


def _tell(campaign: Campaign, step: CampaignStep, entries: Entries) -> None:
    """Put what was done into the contacts' timelines."""
    words = find_titles([(step.action, step.settings)]).describe(step.action, step.settings)
    data = json.dumps({"campaign": campaign.pk, "name": campaign.name, "words": words})
    columns = ["kind", "happened_at", "dedupe_key", "contact_id", "data"]
    params = [clock.now(), step.pk, data, *(one.pk for one in entries)]
    append_select(columns, _TELL.format(entries=_marks(entries)), params)


def fail(entries: Entries, problems: Mapping[int, str]) -> None:
    """Leave contacts where they are until a person looks. One statement for each problem."""
    for problem, failed in _by_problem(entries, problems).items():
        narrow(failed).update(state=State.FAILED, due_at=None, problem=problem)


def _by_problem(entries: Entries, problems: Mapping[int, str]) -> dict[str, list[Entry]]:
    """Return contacts by what the matter is with them; nothing for whom a step has worked."""
    grouped: dict[str, list[Entry]] = {}
    for one in entries:
        grouped.setdefault(problems.get(one.contact_id, ""), []).append(one)
    return grouped


def note_failures(campaign: Campaign, count: int) -> None:
    """Count those that failed since one did not, and pause the campaign when they are many."""
    Campaign.objects.filter(pk=campaign.pk).update(failures=F("failures") + count)
    if Campaign.objects.filter(pk=campaign.pk, failures__gte=MOST_FAILURES).exists():
        pause_itself(campaign, f"{MOST_FAILURES} contacts or more failed one after the other. Each says why.")


def _note_success(campaign: Campaign) -> None:
    if campaign.failures:
        Campaign.objects.filter(pk=campaign.pk).update(failures=0)
        campaign.failures = 0


def pause_itself(campaign: Campaign, problem: str) -> None:
    """Have a campaign wait for a person, who is told why."""
    running = Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.RUNNING)
    if running.update(state=Campaign.State.PAUSED, problem=problem):
        log.warning("campaigns.paused", campaign=campaign.pk)


def narrow(entries: Iterable[Entry]) -> QuerySet[CampaignContact]:
    """Return these contacts, to be changed in one statement."""
    return CampaignContact.objects.filter(pk__in=[one.pk for one in entries])


def _execute(statement: str, params: Sequence[Any], entries: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(entries=_marks(entries)), [*params, *entries])


def _marks(entries: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(entries))


def _db_time(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
