"""
What becomes of contacts at a step: who goes on by which exit, who stays, and who cannot.

Each kind of step is judged for a set of contacts at once, with a constant number of statements.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from greenroom.hub.actions.registry import Outcomes, Subject, find_obstacle, find_titles, perform
from greenroom.hub.campaigns.deciding import Entries, Entry, decision_of, find_who_cannot, find_who_did, find_who_meets
from greenroom.hub.campaigns.errors import ImpossibleStepError
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.campaigns.plan import Plan, wait_of
from greenroom.hub.campaigns.services.arriving import find_span, fit_all
from greenroom.hub.campaigns.waiting import is_late, moment_of
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError

Branch = CampaignStep.Branch

_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
# A fact can be told a moment before all that follows from it is written.
_SECOND_LOOK = timedelta(minutes=1)


@dataclass
class Verdict:
    """
    What becomes of the contacts at a step.

    Attributes:
        exits: who goes on, by exit.
        stays: who stays, and until when.
        problems: by contact who leaves by the error exit, one sentence.
    """

    exits: dict[str, list[Entry]] = field(default_factory=dict)
    stays: list[tuple[datetime, list[Entry]]] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)

    def sort(self, entries: Entries, name_exit: Callable[[Entry], str]) -> None:
        """Let contacts go by the exit that is named for each."""
        for one in entries:
            self.exits.setdefault(name_exit(one), []).append(one)


def judge(plan: Plan, step: CampaignStep, entries: Entries) -> Verdict:
    """
    Say what becomes of contacts at a step; of an action, do it.

    Raises:
        ImpossibleStepError: it can work for nobody now.
    """
    return _JUDGES[CampaignStep.Kind(step.kind)](plan, step, entries)


def wait_after(tries: int) -> timedelta:
    """Return how long to wait before a step is looked at again, longer each time."""
    return min(_FIRST_WAIT * 2 ** min(tries, 20), _LONGEST_WAIT)


def _judge_action(plan: Plan, step: CampaignStep, entries: Entries) -> Verdict:
    outcomes = _perform(plan, step, entries)
    verdict = Verdict(problems=outcomes.problems)
    decided = [one for one in entries if one.contact_id not in outcomes.pending]
    verdict.sort(decided, lambda one: Branch.ERROR if one.contact_id in outcomes.problems else Branch.YES)
    verdict.stays = _wait_longer([one for one in entries if one.contact_id in outcomes.pending])
    return verdict


def _perform(plan: Plan, step: CampaignStep, entries: Entries) -> Outcomes:
    """Do what an action does. When it can work for nobody, all take the error exit, or stay if it leads nowhere."""
    try:
        obstacle = find_obstacle(step.action, step.settings)
        if not obstacle:
            cause = f"campaign:{entries[0].campaign_id}:{step.pk}"
            subjects = [Subject(one.contact_id, f"{cause}:{one.rotation}") for one in entries]
            return perform(step.action, subjects, step.settings)
    except UnknownObjectError as error:
        obstacle = str(error)
    if not plan.has_branch(step, Branch.ERROR):
        raise _impossible(step, obstacle)
    return Outcomes(problems=dict.fromkeys((one.contact_id for one in entries), obstacle))


def _impossible(step: CampaignStep, why: str) -> ImpossibleStepError:
    words = find_titles([(step.action, step.settings)]).describe(step.action, step.settings)
    return ImpossibleStepError(f"A step can work for nobody now: {words}. {why}")


def _wait_longer(entries: Entries) -> list[tuple[datetime, list[Entry]]]:
    """Let those who were looked at most often wait longest."""
    grouped: dict[int, list[Entry]] = {}
    for one in entries:
        grouped.setdefault(one.tries, []).append(one)
    return [(clock.now() + wait_after(tries), waiting) for tries, waiting in grouped.items()]


def _judge_condition(plan: Plan, step: CampaignStep, entries: Entries) -> Verdict:
    verdict = Verdict()
    met = find_who_meets(step.settings["rule"], [one.contact_id for one in entries])
    verdict.sort(entries, lambda one: Branch.YES if one.contact_id in met else Branch.NO)
    return verdict


def _judge_decision(plan: Plan, step: CampaignStep, entries: Entries) -> Verdict:
    now, decision = clock.now(), decision_of(step.settings)
    did = find_who_did(decision, entries)
    cannot = find_who_cannot(decision, [one.contact_id for one in entries if one.contact_id not in did])
    cannot |= {one.contact_id for one in entries if one.deadline_at and one.deadline_at <= now}
    verdict = Verdict()
    decided = [one for one in entries if one.contact_id in did | cannot]
    verdict.sort(decided, lambda one: Branch.YES if one.contact_id in did else Branch.NO)
    until: dict[datetime, list[Entry]] = {}
    for one in entries:
        if one.contact_id not in did | cannot:
            deadline = one.deadline_at or now
            until.setdefault(min(deadline, now + _SECOND_LOOK) if one.tries == 0 else deadline, []).append(one)
    verdict.stays = list(until.items())
    return verdict


def _judge_wait(plan: Plan, step: CampaignStep, entries: Entries) -> Verdict:
    verdict, now, wait = Verdict(), clock.now(), wait_of(step)
    if wait.event is None:
        verdict.sort(entries, lambda one: Branch.YES)
        return verdict
    # The event may have been moved since they came.
    span = find_span(wait)
    moment = moment_of(wait, arrived_at=now, event=span)
    if moment is None:
        verdict.sort(entries, lambda one: Branch.NO)
        return verdict
    by_contact = {one.contact_id: one for one in entries}
    late = partial(is_late, wait, moment=moment, now=now, event=span)
    waiting = [one.contact_id for one in entries if not late(arrived_at=one.arrived_at)]
    ready = {one.contact_id for one in entries} - set(waiting)
    for arrival in fit_all(wait, moment, waiting):
        if arrival.due_at > now:
            verdict.stays.append((arrival.due_at, [by_contact[pk] for pk in arrival.contacts]))
        else:
            ready |= set(arrival.contacts)
    leaving = [by_contact[pk] for pk in ready]
    verdict.sort(leaving, lambda one: Branch.NO if late(arrived_at=one.arrived_at) else Branch.YES)
    return verdict


_JUDGES: dict[CampaignStep.Kind, Callable[[Plan, CampaignStep, Entries], Verdict]] = {
    CampaignStep.Kind.ACTION: _judge_action,
    CampaignStep.Kind.CONDITION: _judge_condition,
    CampaignStep.Kind.DECISION: _judge_decision,
    CampaignStep.Kind.WAIT: _judge_wait,
}
