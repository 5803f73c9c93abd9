"""
A dry run: what would happen to one contact, told in words.

Actions are done in a transaction that is given up, so that each step is told after what those before it would have
done. As they reach GoTo and mail servers by rows and jobs only, nothing of it is ever there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from greenroom.hub.actions.registry import Outcomes, Subject, find_obstacle, perform
from greenroom.hub.campaigns.deciding import Entry, decision_of, find_who_did, find_who_meets
from greenroom.hub.campaigns.models import CampaignStep, CampaignVersion
from greenroom.hub.campaigns.plan import Plan, wait_of
from greenroom.hub.campaigns.services.arriving import find_span, plan_arrivals
from greenroom.hub.campaigns.waiting import is_late, moment_of
from greenroom.hub.campaigns.words import StepWords
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError

Branch = CampaignStep.Branch
Kind = CampaignStep.Kind


@dataclass(frozen=True, slots=True)
class Told:
    """A step as a contact would come by it: when, what it does, and how it would go."""

    step: CampaignStep
    at: datetime
    words: str
    outcome: str


def rehearse(*, version: CampaignVersion, contact: Contact) -> list[Told]:
    """
    Tell what would happen to a contact who enters a version now, with what is known of them now.

    Decisions go by what they have done; what they have not done they are taken not to do. A few queries for each step,
    and the statements of its action.
    """
    with transaction.atomic():
        told = _go_through_all(version, contact)
        transaction.set_rollback(True)
    return told


def _go_through_all(version: CampaignVersion, contact: Contact) -> list[Told]:
    plan, at = Plan.of(version), clock.now()
    words = StepWords(plan.steps.values())
    told: list[Told] = []
    step = plan.first
    while step:
        if version.goal and find_who_meets(version.goal, [contact.pk]):
            return [*told, Told(step, at, "the goal of the campaign", "They have reached it and leave here.")]
        exit, outcome, after = _go_through(step, contact, at)
        told.append(Told(step, at, words.describe(step), outcome))
        at = max(at, after)
        if exit == Branch.ERROR and not plan.has_branch(step, Branch.ERROR):
            return told
        step = plan.find_next(step, exit)
    return told


def _go_through(step: CampaignStep, contact: Contact, at: datetime) -> tuple[str, str, datetime]:
    """Return by which exit a contact leaves a step, what to say of it, and when."""
    match step.kind:
        case Kind.ACTION:
            return _act(step, contact, at)
        case Kind.CONDITION:
            is_met = bool(find_who_meets(step.settings["rule"], [contact.pk]))
            return (Branch.YES, "Yes, it is so now.", at) if is_met else (Branch.NO, "No, it is not so now.", at)
        case Kind.DECISION:
            return _decide(step, contact, at)
    return _wait(step, contact, at)


def _act(step: CampaignStep, contact: Contact, at: datetime) -> tuple[str, str, datetime]:
    """Do what an action does, and tell how it went; what has begun would work."""
    subject = Subject(contact.pk, f"rehearsal:{step.pk}")
    try:
        obstacle = find_obstacle(step.action, step.settings)
        outcomes = Outcomes() if obstacle else perform(step.action, [subject], step.settings)
    except HubError as error:
        obstacle, outcomes = str(error), Outcomes()
    if problem := obstacle or outcomes.problems.get(contact.pk):
        return Branch.ERROR, problem, at
    if reason := outcomes.passed_over.get(contact.pk):
        return Branch.YES, f"This would not be done. {reason} They go on without it.", at
    return Branch.YES, "This would be done.", at


def _decide(step: CampaignStep, contact: Contact, at: datetime) -> tuple[str, str, datetime]:
    decision = decision_of(step.settings)
    entry = Entry(0, contact.pk, step.version.campaign_id, 1, 0, clock.now(), at, None)
    if find_who_did(decision, [entry]):
        return Branch.YES, "They have done it already, and go on at once.", at
    return (
        Branch.NO,
        "They have not done it yet. If they never do, they go on here.",
        _later(at, decision.limit_minutes),
    )


def _later(at: datetime, minutes: int) -> datetime:
    return at + timedelta(minutes=minutes)


def _wait(step: CampaignStep, contact: Contact, at: datetime) -> tuple[str, str, datetime]:
    wait = wait_of(step)
    span = find_span(wait)
    moment = moment_of(wait, arrived_at=at, event=span)
    if moment is None:
        return Branch.NO, "The event is not held, or has no date.", at
    if is_late(wait, moment=moment, arrived_at=at, now=at, event=span):
        return Branch.NO, "That moment would have passed.", at
    return Branch.YES, "They would wait.", plan_arrivals(step, [contact.pk], now=at)[0].due_at
