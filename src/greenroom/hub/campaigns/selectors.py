"""Fetching campaigns, and where contacts stand in them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from greenroom.hub.actions.registry import list_settings_for
from greenroom.hub.campaigns.models import (
    Campaign,
    CampaignContact,
    CampaignPassage,
    CampaignStep,
    CampaignVersion,
)
from greenroom.hub.contacts.keepers import DataSubject, tells
from greenroom.hub.contacts.models import Contact, CustomField
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.mailing.models import Email
from greenroom.hub.segments.rules import read_rules
from greenroom.hub.webforms.models import FormAction

_MOST_PROBLEMS = 3
_UNDER_WAY = Q(entries__state=CampaignContact.State.ACTIVE)


def list_campaigns() -> QuerySet[Campaign]:
    """Return all campaigns by name, each with `entered`, `under_way` and `failed`, numbers of contacts. One query."""
    return Campaign.objects.annotate(
        entered=Count("entries"),
        under_way=Count("entries", filter=_UNDER_WAY),
        failed=Count("entries", filter=Q(entries__state=CampaignContact.State.FAILED)),
    ).order_by("name")


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    How many contacts stand at a step now, have passed it, and did not get through: some of these stand there too.

    Attributes:
        problems: the commonest reasons why some did not get through, each with how many those are.
    """

    waiting: int
    done: int
    failed: int
    problems: list[tuple[str, int]]


def count_at_steps(steps: Iterable[CampaignStep]) -> dict[int, Numbers]:
    """Return how many contacts each step has seen, by step. Three queries."""
    steps, state = list(steps), CampaignContact.State
    problems = _count_problems(steps)
    here = CampaignContact.objects.filter(step__in=[one.pk for one in steps], state__in=[state.ACTIVE, state.FAILED])
    counts = {(pk, name): count for pk, name, count in here.values_list("step", "state").annotate(Count("pk"))}
    return {
        one.pk: Numbers(
            waiting=counts.get((one.pk, state.ACTIVE), 0),
            done=one.passed_yes + one.passed_no,
            failed=counts.get((one.pk, state.FAILED), 0) + one.passed_error,
            problems=problems.get(one.pk, Counter()).most_common(_MOST_PROBLEMS),
        )
        for one in steps
    }


def _count_problems(steps: Sequence[CampaignStep]) -> dict[int, Counter[str]]:
    """Return why contacts who stand at each step, or took another way there, did not get through. Two queries."""
    standing = CampaignContact.objects.filter(step__in=steps, state=CampaignContact.State.FAILED)
    elsewhere = CampaignPassage.objects.filter(step__in=steps, exit=CampaignStep.Branch.ERROR).exclude(problem="")
    found: dict[int, Counter[str]] = {}
    for rows in (standing, elsewhere):
        for step, problem, count in rows.order_by().values_list("step", "problem").annotate(Count("pk")):
            found.setdefault(step, Counter())[problem] += count
    return found


def count_states(*, campaign: Campaign) -> dict[str, int]:
    """Return how many contacts are in each state. One query."""
    return dict(campaign.entries.order_by().values_list("state").annotate(count=Count("pk")))


def list_entries(
    *, campaign: Campaign, text: str = "", state: str = "", step: int | None = None
) -> QuerySet[CampaignContact]:
    """Return the contacts of a campaign, the latest first, with their steps; `text` as in `list_contacts`."""
    entries = campaign.entries.select_related("contact", "step").order_by("-pk")
    if text:
        entries = entries.filter(contact__in=list_contacts(text=text).order_by())
    if state:
        entries = entries.filter(state=state)
    if step:
        entries = entries.filter(step=step)
    return entries


def list_entries_of(*, campaign: Campaign, contact: Contact) -> QuerySet[CampaignContact]:
    """Return each time a contact went through a campaign, the latest first, with what they passed. Two queries."""
    entries = campaign.entries.filter(contact=contact).select_related("step", "version")
    return entries.prefetch_related("passages__step").order_by("-rotation")


@tells("campaigns")
def tell_entries(person: DataSubject) -> Any:
    """Tell which campaigns somebody went through."""
    rows = CampaignContact.objects.filter(contact=person.contact).order_by("pk")
    return list(rows.values("campaign__name", "rotation", "cause", "state", "problem", "arrived_at"))


def find_draft(*, campaign: Campaign) -> CampaignVersion | None:
    """Return what is drawn and not published; None when nothing is."""
    return campaign.versions.filter(published_at=None).first()


def list_uses(*, email: Email) -> list[str]:
    """Return in words which campaigns and forms name an e-mail, campaigns also by what is drafted. Two queries."""
    in_forms = Q(pk__in=[])
    in_steps = Q(kind=CampaignStep.Kind.DECISION, settings__mail=email.pk)
    for key, name in list_settings_for(Email):
        in_forms |= Q(kind=key, **{f"settings__{name}": email.pk})
        in_steps |= Q(action=key, **{f"settings__{name}": email.pk})
    steps = CampaignStep.objects.filter(in_steps, version__in=_list_current_versions())
    campaigns = steps.values_list("version__campaign__name", flat=True)
    forms = FormAction.objects.filter(in_forms).values_list("form__name", flat=True)
    return [
        *(f"the campaign “{one}”" for one in campaigns.order_by("version__campaign__name").distinct()),
        *(f"the form “{one}”" for one in forms.order_by("form__name").distinct()),
    ]


def _list_current_versions() -> QuerySet[CampaignVersion]:
    """Return the versions that are drafted, published, or still gone through."""
    going_on = [CampaignContact.State.ACTIVE, CampaignContact.State.FAILED]
    entries = CampaignContact.objects.filter(version=OuterRef("pk"), state__in=going_on)
    return CampaignVersion.objects.filter(Q(published_at=None) | Q(campaign__published=F("pk")) | Exists(entries))


def list_campaigns_asking(*, field: CustomField) -> list[Campaign]:
    """Return the campaigns whose conditions or goal are about a custom field, also those drafted. Three queries."""
    versions = _list_current_versions().order_by()
    conditions = CampaignStep.objects.filter(kind=CampaignStep.Kind.CONDITION, version__in=versions)
    rules = [
        *conditions.values_list("version__campaign", "settings__rule"),
        *versions.filter(goal__isnull=False).values_list("campaign", "goal"),
    ]
    asking = {campaign for campaign, rule in rules if read_rules(rule).asks_for_field(field.pk)}
    return list(Campaign.objects.filter(pk__in=asking).order_by("name"))
